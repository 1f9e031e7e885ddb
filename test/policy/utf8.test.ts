import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/algorithms/random.js';
import { decodeBytes } from '../../src/policy/index.js';

describe('raw bytes and their text', () => {
  it('agree byte for byte on well-formed text, a leading byte order mark included', () => {
    const bytes = Buffer.from('\ufeffä – 偶 🙂\ufffd x');
    const { text, textOffset } = decodeBytes(bytes);
    expect(Buffer.from(text).equals(bytes)).toBe(true);
    for (let i = 0; i <= bytes.length; i++) expect(textOffset(i)).toBe(i);
  });

  it('part where a broken piece becomes U+FFFD, exactly as TextDecoder replaces it', () => {
    const random = createRandom(1);
    // Bytes that start, continue, or break characters, drawn at random.
    const interesting = [
      0x41, 0x80, 0xbf, 0xc2, 0xe0, 0xa0, 0xed, 0x9f, 0xf0, 0x90, 0xf4, 0x8f, 0xff, 0xc0,
    ];
    for (let round = 0; round < 2000; round++) {
      const bytes = Uint8Array.from({ length: random.int(9) }, () => random.pick(interesting));
      const { text, textOffset } = decodeBytes(bytes);
      expect(textOffset(bytes.length)).toBe(Buffer.byteLength(text));
      for (let i = 0; i < bytes.length; i++)
        expect(textOffset(i + 1)).toBeGreaterThanOrEqual(textOffset(i));
      // A cut between two whole pieces decodes to the text up to its offset.
      for (let i = 0; i <= bytes.length; i++) {
        const [head, tail] = [
          decodeBytes(bytes.slice(0, i)).text,
          decodeBytes(bytes.slice(i)).text,
        ];
        if (head + tail === text) expect(textOffset(i)).toBe(Buffer.byteLength(head));
      }
    }
  });
});
