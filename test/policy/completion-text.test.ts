import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/algorithms/random.js';
import { createCompletionText } from '../../src/policy/sampling/completion-text.js';
import { utf8Bytes } from '../../src/policy/tokenizer/utf8.js';

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

  it('gives text away when it is certain: no half characters, no beginning of a stop string', () => {
    const text = bytesText(['}\n\n', '🙂🙃']);
    const given = (bytes: number[]): string => {
      text.push(bytes);
      return text.take(false);
    };
    const [smile, upside] = ['🙂', '🙃'].map((emoji) => [...utf8Bytes(emoji)]);
    expect(given([97, 0xc3])).toBe('a');
    expect(given([0xa4])).toBe('ä');
    expect(given([125])).toBe('');
    expect(given([10])).toBe('');
    expect(given([98])).toBe('}\nb');
    expect(given(smile)).toBe(''); // may begin the second stop string
    expect(given(upside.slice(0, 2))).toBe('');
    expect(given([99])).toBe('🙂\ufffdc');
    expect(given([125, 10])).toBe('');
    expect(text.take(true)).toBe('}\n');
  });

  it('gives nothing of a stop string that is complete, whatever the tokens', () => {
    const text = bytesText(['end', 'xend']);
    expect(text.push([97, 120, 101])).toBe(false);
    expect(text.take(false)).toBe('a');
    expect(text.push([110, 100, 33])).toBe(true);
    expect(text.take(true)).toBe('');
    expect(text.finish().completion).toBe('a');
  });

  it('gives in parts what it is as a whole, for any bytes, tokens and stop strings', () => {
    const random = createRandom('parts');
    const pieces = ['a', 'ab', 'b\n', '\n\n', 'é', '偶', '🙂', '\ufeff', '👩‍💻'].map((it) => [
      ...utf8Bytes(it),
    ]);
    const broken = [[0x80], [0xf0, 0x9f], [0xe2], [0xed, 0xa0], [0xff], [0xc3], [0x99, 0x82]];
    let stopped = 0;
    for (let trial = 0; trial < 3000; trial++) {
      const stops = [['\n\n'], ['ab\n', '🙂a', '\ufeff'], ['aab', 'abab', 'b\nb'], []][trial % 4];
      const text = bytesText(stops);
      let parts = '';
      for (let left = random.int(30); left >= 0; left--) {
        // Tokens split the pieces anywhere.
        const bytes = random.next() < 0.7 ? pieces : broken;
        const whole = bytes[random.int(bytes.length)];
        const at = random.int(whole.length + 1);
        const ended = text.push(whole.slice(0, at)) || text.push(whole.slice(at)) || left === 0;
        if (ended && left > 0) stopped++;
        parts += text.take(ended);
        if (ended) break;
      }
      expect(parts).toBe(text.finish().completion);
    }
    expect(stopped).toBeGreaterThan(300);
  });
});

/** Tokens that are their bytes. */
function bytesText(stops: string[]): {
  push(bytes: number[]): boolean;
  take(ended: boolean): string;
  finish(): { completion: string };
} {
  let next = new Uint8Array(0);
  const text = createCompletionText(() => next, stops.map(utf8Bytes));
  return {
    ...text,
    push(bytes) {
      next = Uint8Array.from(bytes);
      return text.push(0);
    },
  };
}
