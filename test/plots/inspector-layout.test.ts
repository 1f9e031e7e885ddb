import { describe, expect, it } from 'vitest';
import { layoutSource, rowOfByte } from '../../src/plots/inspector-layout.js';

/** Tokens as the inspection gives them, from their byte offsets. */
function tokens(source: string, offsets: number[]): { start: number; end: number; text: string }[] {
  const bytes = Buffer.from(source);
  return offsets.slice(1).map((end, at) => ({
    start: offsets[at],
    end,
    text: bytes.subarray(offsets[at], end).toString('latin1'),
  }));
}

const drawn = (source: string, offsets: number[]): string[][] =>
  layoutSource(source, tokens(source, offsets)).map((row) =>
    row.cells.map((cell) => `${cell.text}${cell.token ?? ''}`),
  );

describe('the layout of a source', () => {
  it('gives each character to the token that holds its first byte', () => {
    expect(drawn('ab\nc', [0, 1, 3, 4])).toEqual([['a0', 'b1', '↵1'], ['c2']]);
  });

  it('gives a token without a character of its own a cell', () => {
    expect(drawn('€x', [0, 2, 3, 4])).toEqual([['€0', '\u00ac1', 'x2']]);
    expect(drawn('a\n', [0, 0, 1, 2, 2])).toEqual([['∎0', 'a1', '↵2', '∎3']]);
    expect(drawn('', [0, 0])).toEqual([['∎0']]);
  });

  it('draws every token at least once, wherever the boundaries fall', () => {
    const source = 'é€\n😀\n\n日a';
    const end = Buffer.byteLength(source);
    for (let mask = 0; mask < 1 << 10; mask++) {
      const inner = Array.from({ length: end - 1 }, (_, at) => at + 1).filter(
        (at) => ((mask * 2654435761) >>> (at % 32)) & 1,
      );
      const laid = layoutSource(source, tokens(source, [0, ...inner, end, end]));
      const seen = new Set(laid.flatMap((row) => row.cells.map((cell) => cell.token)));
      expect(seen.size).toBe(inner.length + 2);
      expect(laid).toHaveLength(4);
    }
  });

  it('without tokens has characters only', () => {
    const [first, second] = layoutSource('a\tb\n\u001bc', []);
    expect(first.cells.map(({ kind }) => kind)).toEqual(['text', 'tab', 'text']);
    expect(second.cells.map(({ text, kind, token }) => [text, kind, token])).toEqual([
      ['⟨ESC⟩', 'stand-in', null],
      ['c', 'text', null],
    ]);
  });

  it('counts a lone surrogate as the three bytes an encoder makes of it', () => {
    expect(layoutSource('\ud800a', [])[0].cells[1].start).toBe(3);
  });

  it('holds a place behind the text at the last row', () => {
    const rows = layoutSource('a\nb\n', []);
    expect([0, 1, 2, 3, 4].map((byte) => rowOfByte(rows, byte).number)).toEqual([1, 1, 2, 2, 2]);
  });
});
