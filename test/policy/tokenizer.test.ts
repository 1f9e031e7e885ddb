import { describe, expect, it } from 'vitest';
import { tokenizerFromFiles, trainByteLevelBpe } from '../../src/policy/index.js';
import { expectOffsetsToFit, programs } from './fixtures.js';

describe('a tokenizer trained here', () => {
  const files = trainByteLevelBpe(programs, {
    vocabSize: 330,
    specialTokens: ['<|endoftext|>', '<|pad|>'],
  });

  it('is the same file every time', () => {
    const again = trainByteLevelBpe(programs, {
      vocabSize: 330,
      specialTokens: ['<|endoftext|>', '<|pad|>'],
    });
    expect(again).toEqual(files);
  });

  it.each([
    ['gpt2', ['int', ' alpha', ' =', ' alpha', ' +', ' 1', ';', '\n ', ' }']],
    ['code', ['int', ' ', 'alpha', ' = ', 'alpha', ' + ', '1', ';', '\n  ', '}']],
    ['digits', ['int', ' alpha', ' =', ' alpha', ' +', ' ', '1', ';', '\n', '  ', '}']],
  ] as const)('cuts text the %s way before merging', async (preTokenizer, pieces) => {
    const text = 'int alpha = alpha + 1;\n  }';
    const tokenizer = await tokenizerFromFiles(
      trainByteLevelBpe(
        Array.from({ length: 3 }, () => text),
        {
          vocabSize: 330,
          specialTokens: ['<e>'],
          preTokenizer,
        },
      ),
    );
    const ids = tokenizer.encode(text);
    expect(ids.map((id) => tokenizer.decode([id]))).toEqual(pieces);
    expectOffsetsToFit(tokenizer, ids);
    for (const other of ['日本語 🙂\n\n x', 'a\u0000b', '']) {
      expect(tokenizer.decode(tokenizer.encode(other))).toBe(other);
    }
  });

  it('gives back any text, in fewer tokens than bytes for the kind it was trained on', async () => {
    const tokenizer = await tokenizerFromFiles(files);
    for (const text of [...programs, '', ' ', '\t\n  x', '日本語 🙂', 'a\u0000b']) {
      const ids = tokenizer.encode(text);
      expect(tokenizer.decode(ids)).toBe(text);
      expectOffsetsToFit(tokenizer, ids);
    }
    expect(tokenizer.encode(programs[0]).length).toBeLessThan(programs[0].length * 0.7);
  });

  it('learns the merges that recounting everything at every merge learns', () => {
    const corpus = Array.from({ length: 5 }, (_, i) => programs.slice(i % 3).join('x'));
    const { tokenizer } = trainByteLevelBpe(corpus, { vocabSize: 400, specialTokens: ['<e>'] });
    const merges: string[] = JSON.parse(tokenizer).model.merges;
    expect(merges.length).toBeGreaterThan(100);
    expect(merges).toEqual(
      recountedMerges(corpus, merges.length, JSON.parse(tokenizer).model.vocab),
    );
  });

  it('merges the most frequent pair first, ties to the smaller ids', () => {
    const small = trainByteLevelBpe(['ab ab ab cd cd cd xy'], {
      vocabSize: 260,
      specialTokens: ['<e>'],
    });
    // " a", "ab", … occur: "ab" and "cd" three times each, " c" three, " a" twice.
    expect(JSON.parse(small.tokenizer).model.merges).toEqual(['a b', 'c d', 'Ġ cd']);
  });

  it('keeps special tokens out of texts, and splits a character that lies in several tokens', async () => {
    const tokenizer = await tokenizerFromFiles(files);
    const ids = tokenizer.encode('int<|endoftext|>x');
    expect(ids).toContain(tokenizer.eosTokenId);
    expect(tokenizer.decode(ids)).toBe('intx');
    const smile = tokenizer.encode('🚀');
    expect(smile).toHaveLength(4);
    expect(tokenizer.byteOffsets(smile)).toEqual([0, 1, 2, 3, 4]);
    // Half a character decodes to U+FFFD, three bytes long: offsets follow the text.
    expect(tokenizer.decode(smile.slice(0, 2))).toBe('\ufffd');
    expect(tokenizer.byteOffsets(smile.slice(0, 2))).toEqual([0, 1, 3]);
  });

  it('is refused by name where a vocabulary cannot hold the bytes', () => {
    expect(() => trainByteLevelBpe([], { vocabSize: 200, specialTokens: ['<e>'] })).toThrow(
      'vocabSize',
    );
  });
});

/** The oracle: plain byte-pair encoding, counting every pair of the corpus anew for each merge. */
function recountedMerges(corpus: string[], count: number, ids: Record<string, number>): string[] {
  const pattern = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;
  const singles = Object.entries(ids).filter(([, id]) => id < 256);
  const spell = (byte: number): string => {
    const isPrintable = (b: number): boolean =>
      (b >= 0x21 && b <= 0x7e) || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
    if (isPrintable(byte)) return String.fromCharCode(byte);
    const others = Array.from({ length: 256 }, (_, b) => b).filter((b) => !isPrintable(b));
    return String.fromCharCode(256 + others.indexOf(byte));
  };
  expect(new Set(singles.map(([token]) => token))).toEqual(
    new Set(Array.from({ length: 256 }, (_, byte) => spell(byte))),
  );
  let words = corpus
    .flatMap((text) => text.match(pattern) ?? [])
    .map((word) => Array.from(Buffer.from(word), spell));
  const merges: string[] = [];
  while (merges.length < count) {
    const counts = new Map<string, number>();
    for (const word of words) {
      for (let i = 0; i + 1 < word.length; i++) {
        const pair = `${word[i]} ${word[i + 1]}`;
        counts.set(pair, (counts.get(pair) ?? 0) + 1);
      }
    }
    const order = (pair: string): number[] => pair.split(' ').map((token) => ids[token]);
    const [best] = [...counts].sort(([x, n], [y, m]) => {
      const [a, b] = [order(x), order(y)];
      return m - n || a[0] - b[0] || a[1] - b[1];
    })[0];
    merges.push(best);
    const [left, right] = best.split(' ');
    words = words.map((word) => {
      const joined: string[] = [];
      for (let i = 0; i < word.length; i++) {
        if (word[i] === left && word[i + 1] === right) joined.push(word[i] + word[++i]);
        else joined.push(word[i]);
      }
      return joined;
    });
  }
  return merges;
}
