import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/algorithms/random.js';
import {
  byteOffsetOfIndex,
  indexLines,
  indexOfByteOffset,
  lineColumnOf,
  offsetOf,
  stitch,
  tokensInSpan,
} from '../../src/diagnostics/index.js';

const pieces = ['int x', '\t', '\n', '\r\n', 'é', '→', '😀', '"ü"', ' ', ';', '{', '}', 'a\tb'];

function randomText(seed: number): string {
  const random = createRandom(seed);
  return Array.from({ length: 40 }, () => random.pick(pieces)).join('');
}

/** Cuts the bytes of a text anywhere, also inside characters, with some tokens of no width. */
function randomTokens(seed: number, bytes: number): number[] {
  const random = createRandom(`tokens/${seed}`);
  const offsets = [0];
  while (offsets[offsets.length - 1] < bytes)
    offsets.push(Math.min(bytes, offsets[offsets.length - 1] + random.int(6)));
  return offsets;
}

describe('positions', () => {
  it('turn bytes into line and column and back, whatever the text', () => {
    for (let seed = 0; seed < 50; seed++) {
      const index = indexLines(randomText(seed));
      for (let offset = 0; offset <= index.bytes.length; offset++) {
        const { line, column } = lineColumnOf(index, offset);
        expect(offsetOf(index, line, column)).toBe(offset);
      }
    }
  });

  it('turn UTF-16 indices into bytes and back at every character', () => {
    for (let seed = 0; seed < 50; seed++) {
      const text = randomText(seed);
      for (let i = 0; i <= text.length; i++) {
        const offset = byteOffsetOfIndex(text, i);
        const back = indexOfByteOffset(text, offset);
        // In the middle of a pair both answer with the pair's start.
        expect(byteOffsetOfIndex(text, back)).toBe(offset);
        expect(i - back).toBeLessThanOrEqual(1);
      }
    }
    expect(byteOffsetOfIndex('é😀x', 3)).toBe(6);
    expect(indexOfByteOffset('é😀x', 3)).toBe(1);
  });

  it('hold a column past the line at its end, and count a tab as one byte', () => {
    const index = indexLines('\tab\r\ncd');
    expect(offsetOf(index, 1, 2)).toBe(1);
    expect(offsetOf(index, 1, 99)).toBe(4);
    expect(offsetOf(index, 2, 1)).toBe(5);
    expect(offsetOf(index, 9, 1)).toBe(7);
  });
});

describe('tokensInSpan', () => {
  it('takes exactly the tokens that share a byte with the span', () => {
    for (let seed = 0; seed < 200; seed++) {
      const random = createRandom(`span/${seed}`);
      const offsets = randomTokens(seed, 60);
      const start = random.int(60);
      const end = start + 1 + random.int(60 - start);
      const expected = offsets.slice(0, -1).flatMap((from, i) => {
        const to = offsets[i + 1];
        const shared = Math.min(to, end) - Math.max(from, start);
        return to > from && shared >= 1 ? [i] : [];
      });
      expect(tokensInSpan({ start, end }, offsets)).toEqual(expected);
    }
  });

  it('gives a token over two lines to the spans of both lines', () => {
    const text = 'a = 1;\n  b = 2;\n';
    const offsets = [0, 5, 9, 16]; // `a = 1`, `;\n  `, `b = 2;\n`
    const map = stitch([{ name: 'completion', text }]);
    const spans = [1, 2].map((line) => map.locate(line, null));
    expect(
      spans.map((span) => (span.precision === 'none' ? [] : tokensInSpan(span, offsets))),
    ).toEqual([[0, 1], [2]]);
    expect(tokensInSpan({ start: 6, end: 8 }, offsets)).toEqual([1]);
  });

  it('gives an insertion point to the token that holds its byte, at the end to the last token', () => {
    expect(tokensInSpan({ start: 5, end: 5 }, [0, 5, 9])).toEqual([1]);
    expect(tokensInSpan({ start: 3, end: 3 }, [0, 5, 5, 9])).toEqual([0]);
    expect(tokensInSpan({ start: 9, end: 9 }, [0, 5, 9, 9])).toEqual([1]);
    expect(tokensInSpan({ start: 0, end: 0 }, [0])).toEqual([]);
  });

  it('never takes a token of no width', () => {
    expect(tokensInSpan({ start: 0, end: 9 }, [0, 0, 4, 4, 9, 9])).toEqual([1, 3]);
  });
});
