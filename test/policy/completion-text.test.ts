import { describe, expect, it } from 'vitest';
import { createCompletionText } from '../../src/policy/completion-text.js';
import { utf8Bytes } from '../../src/policy/utf8.js';

const pieces = ['int x', ' = ä;', '\n}', '\n', '\nint', ''];
const textOf = (stops: string[]): ReturnType<typeof createCompletionText> =>
  createCompletionText((id) => utf8Bytes(pieces[id]), stops.map(utf8Bytes));

describe('the text of a completion', () => {
  it('ends at a stop string that several tokens make up', () => {
    const text = textOf(['}\n\n']);
    expect([0, 1, 2, 3].map((id) => text.push(id))).toEqual([false, false, false, false]);
    expect(text.push(4)).toBe(true);
    expect(text.finish()).toEqual({
      completion: 'int x = ä;\n',
      // The tokens that make up the stop string start at the end of the text.
      byteOffsets: [0, 5, 11, 12, 12, 12],
    });
  });

  it('ends at the earliest stop string of a token that holds two', () => {
    const text = textOf(['x', 'nt']);
    expect(text.push(0)).toBe(true);
    expect(text.finish()).toEqual({ completion: 'i', byteOffsets: [0, 1] });
  });

  it('counts bytes, not characters, and gives an empty token no width', () => {
    const text = textOf(['never']);
    for (const id of [1, 5, 0]) text.push(id);
    expect(text.finish()).toEqual({ completion: ' = ä;int x', byteOffsets: [0, 6, 6, 11] });
  });
});
