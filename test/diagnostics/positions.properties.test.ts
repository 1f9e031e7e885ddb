import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/algorithms/random.js';
import type { Random } from '../../src/algorithms/random.js';
import {
  byteOffsetOfIndex,
  indexOfByteOffset,
  stitch,
  tokensInSpan,
} from '../../src/diagnostics/index.js';

/** UTF-8 of one to four bytes, tabs, both line ends. */
const pieces = [
  'int',
  ' ',
  '\t',
  '\n',
  '\r\n',
  ';',
  '{',
  'é',
  'größe',
  '→',
  '漢字',
  '😀',
  'e\u0301',
];

function eachText(label: string, check: (random: Random, completion: string) => void): void {
  for (let seed = 0; seed < 300; seed++) {
    const random = createRandom(`${label}/${seed}`);
    check(random, Array.from({ length: random.int(30) }, () => random.pick(pieces)).join(''));
  }
}

describe('tokens and spans', () => {
  /** Cuts bytes anywhere, also inside characters and across lines, with tokens of no width between. */
  function randomTokens(random: Random, bytes: number): number[] {
    const offsets = [0];
    while (offsets[offsets.length - 1] < bytes)
      offsets.push(Math.min(bytes, offsets[offsets.length - 1] + random.int(7)));
    if (random.int(2) === 0) offsets.push(bytes);
    return offsets;
  }

  it('a span takes exactly the tokens that share a byte with it, also half a character', () => {
    eachText('shared', (random, completion) => {
      const size = Buffer.byteLength(completion);
      if (size === 0) return;
      const offsets = randomTokens(random, size);
      const start = random.int(size);
      const end = start + 1 + random.int(size - start);
      const owners = new Set<number>();
      for (let byte = start; byte < end; byte++)
        owners.add(offsets.findIndex((from, i) => from <= byte && byte < offsets[i + 1]));
      expect(tokensInSpan({ start, end }, offsets)).toEqual([...owners]);
    });
  });

  it('a token over two lines belongs to the spans of both', () => {
    let straddling = 0;
    eachText('two lines', (random, completion) => {
      const map = stitch([{ name: 'completion', text: completion }]);
      const offsets = randomTokens(random, Buffer.byteLength(completion));
      map.index.starts.slice(1).forEach((start, i) => {
        const above = map.locate(i + 1, null);
        const below = map.locate(i + 2, null);
        const token = offsets.findIndex((from, k) => from < start && offsets[k + 1] > start);
        if (above.precision === 'none' || below.precision === 'none' || token < 0) return;
        if (offsets[token] < above.end && offsets[token + 1] > below.start) {
          straddling++;
          expect(tokensInSpan(above, offsets).at(-1)).toBe(token);
          expect(tokensInSpan(below, offsets)[0]).toBe(token);
        }
      });
    });
    expect(straddling).toBeGreaterThan(50);
  });

  it('an empty span takes the one token that holds its byte, and tokens of no width are never taken', () => {
    eachText('points', (random, completion) => {
      const size = Buffer.byteLength(completion);
      const offsets = randomTokens(random, size);
      const at = random.int(size + 1);
      const found = tokensInSpan({ start: at, end: at }, offsets);
      expect(found.length).toBe(size === 0 ? 0 : 1);
      for (const i of found) {
        expect(offsets[i + 1]).toBeGreaterThan(offsets[i]);
        expect(offsets[i]).toBeLessThanOrEqual(at);
        expect(offsets[i + 1]).toBeGreaterThanOrEqual(at);
      }
    });
  });

  it('UTF-16 indices and bytes meet at every character', () => {
    eachText('utf-16', (_, completion) => {
      let index = 0;
      let byte = 0;
      for (const character of completion) {
        expect(byteOffsetOfIndex(completion, index)).toBe(byte);
        for (let k = 0; k < Buffer.byteLength(character); k++)
          expect(indexOfByteOffset(completion, byte + k)).toBe(index);
        index += character.length;
        byte += Buffer.byteLength(character);
      }
      expect(byteOffsetOfIndex(completion, index)).toBe(byte);
    });
  });
});
