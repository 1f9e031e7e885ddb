import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/algorithms/random.js';
import { byteColumnOf, widthOf } from '../../src/diagnostics/index.js';
import { recorded } from './gallery.js';

describe('display columns', () => {
  it.each([
    ['a', 1], ['é', 1], ['ß', 1], ['→', 1], ['漢', 2], ['字', 2], ['ｆ', 2], ['한', 2], ['😀', 2],
    ['\u0301', 0], ['\u200b', 0], ['\u200d', 0], ['\ufe0f', 0], ['\u1161', 0], ['\u00ad', 1],
    ['\u0600', 1], ['🇩', 1], ['\u2028', 1], ['⌚', 2], ['☺', 1], ['𠀀', 2],
  ])('%j takes %d, as in libcpp 12', (character, width) => {
    expect(widthOf(character.codePointAt(0) ?? 0)).toBe(width);
  }); // prettier-ignore

  it('turn into the byte columns that g++ gives beside them', () => {
    let compared = 0;
    for (const name of ['wide-characters', 'undeclared-tabs', 'identifiers']) {
      const lines = recorded('gcc', `${name}.cpp`).split('\n');
      const json = recorded('gcc', `${name}.json.txt`);
      const points = json.matchAll(
        /\{"byte-column": (\d+), "display-column": (\d+), "line": (\d+), "file": "[\w-]+\.cpp"/g,
      );
      for (const [, byte, display, line] of points) {
        expect(byteColumnOf(lines[Number(line) - 1], Number(display))).toBe(Number(byte));
        compared++;
      }
    }
    expect(compared).toBeGreaterThanOrEqual(20);
  });

  it('lie on a character’s first byte, whatever the line, and go on behind its end', () => {
    const pieces = ['a', '\t', 'é', '漢', '😀', ' ', '; ', 'e\u0301'];
    for (let seed = 0; seed < 300; seed++) {
      const random = createRandom(`columns/${seed}`);
      const tabStop = random.pick([1, 2, 4, 8]);
      const line = Array.from({ length: random.int(30) }, () => random.pick(pieces)).join('');
      let display = 1;
      let byte = 1;
      for (const character of line) {
        const width =
          character === '\t'
            ? tabStop - ((display - 1) % tabStop)
            : widthOf(character.codePointAt(0) ?? 0);
        for (let column = display; column < display + width; column++)
          expect(byteColumnOf(line, column, { tabStop })).toBe(byte);
        display += width;
        byte += Buffer.byteLength(character);
      }
      expect(byteColumnOf(line, display, { tabStop })).toBe(byte);
      expect(byteColumnOf(line, display + 3, { tabStop })).toBe(byte + 3);
    }
  });
});
