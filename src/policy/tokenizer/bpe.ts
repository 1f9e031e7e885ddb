import { inputError } from '../../errors.js';
import { jsonText } from '../folder/files.js';
import { byteCharacters } from './token-bytes.js';
import type { TokenizerFiles } from '../types.js';
import { utf8Bytes } from './utf8.js';

/**
 * Trains a byte-level BPE tokenizer (Sennrich et al. 2016; GPT-2's bytes and pre-tokenisation):
 * repeatedly merges the most frequent adjacent pair, ties to the pair with the smaller ids. Ids are
 * the 256 bytes, the merges in order, then the special tokens. The first special token ends a text;
 * one whose name contains "pad" pads, else the first does. The same texts in the same order give the
 * same files. Training stops early where no pair occurs twice, so the vocabulary may stay smaller.
 */
export function trainByteLevelBpe(
  texts: Iterable<string>,
  options: { vocabSize: number; specialTokens: string[]; preTokenizer?: PreTokenizer },
): TokenizerFiles {
  const { vocabSize, specialTokens, preTokenizer = 'gpt2' } = options;
  const mergeCount = vocabSize - 256 - specialTokens.length;
  if (mergeCount < 0 || specialTokens.length === 0) {
    throw inputError(
      `trainByteLevelBpe: expected at least one special token and a vocabSize of at least 256 bytes + ${specialTokens.length} special tokens, got ${vocabSize}.`,
    );
  }
  const words = countWords(texts, specialTokens, patterns[preTokenizer]);
  const { tokens, merges } = learnMerges(words, mergeCount);
  return tokenizerFiles(tokens, merges, specialTokens, preTokenizer);
}

/**
 * How text is cut before merging.
 * - `gpt2`: GPT-2's split, as the ByteLevel pre-tokenizer with `use_regex` applies it.
 * - `code`: names and numbers alone, line breaks with the indentation after them, all else between.
 *   A name is then the same token wherever it stands, with or without a space before it, which a
 *   small model copies far more easily; and no token reaches over a line's end into its neighbour.
 * - `digits`: words with the space before them, and every digit alone, so that a number is read and
 *   written digit by digit, as arithmetic goes, and looks the same with or without a space before it.
 */
export type PreTokenizer = 'gpt2' | 'code' | 'digits';

const codePattern = '[A-Za-z0-9_]+|\\n *|[^A-Za-z0-9_\\n]+';

const digitsPattern = '[0-9]| ?[A-Za-z]+| ?[^A-Za-z0-9 \\n]+|\\n+| +';

const patterns: Record<PreTokenizer, RegExp> = {
  gpt2: /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu,
  code: new RegExp(codePattern, 'gu'),
  digits: new RegExp(digitsPattern, 'gu'),
};

function countWords(
  texts: Iterable<string>,
  specialTokens: string[],
  wordPattern: RegExp,
): Map<string, number> {
  const special = new RegExp(specialTokens.map(escapeRegExp).join('|'), 'u');
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const section of text.split(special)) {
      for (const word of section.match(wordPattern) ?? []) {
        counts.set(word, (counts.get(word) ?? 0) + 1);
      }
    }
  }
  return counts;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}

interface Word {
  symbols: number[];
  count: number;
}

/** Pair of token ids as one number; ids stay below 2^24. */
const pairBase = 2 ** 24;

function learnMerges(
  counts: Map<string, number>,
  mergeCount: number,
): { tokens: string[]; merges: [string, string][] } {
  // Ids of single bytes follow the code points of their characters, as Hugging Face's trainer sorts.
  const tokens = [...byteCharacters].sort((x, y) => x.codePointAt(0)! - y.codePointAt(0)!);
  const idOfCharacter = new Map(tokens.map((token, id) => [token, id]));
  const words: Word[] = [...counts].map(([word, count]) => ({
    symbols: Array.from(utf8Bytes(word), (byte) => idOfCharacter.get(byteCharacters[byte])!),
    count,
  }));

  const pairCounts = new Map<number, number>();
  const wordsOfPair = new Map<number, Set<number>>();
  words.forEach(({ symbols, count }, index) => {
    for (let i = 0; i + 1 < symbols.length; i++) {
      addPair(symbols[i] * pairBase + symbols[i + 1], count, index);
    }
  });
  function addPair(pair: number, count: number, wordIndex: number): void {
    pairCounts.set(pair, (pairCounts.get(pair) ?? 0) + count);
    const holders = wordsOfPair.get(pair);
    if (holders === undefined) wordsOfPair.set(pair, new Set([wordIndex]));
    else holders.add(wordIndex);
  }

  const queue = createPairQueue();
  for (const [pair, count] of pairCounts) queue.push({ pair, count });
  const merges: [string, string][] = [];
  const known = new Set(tokens);
  while (merges.length < mergeCount) {
    const best = queue.pop();
    if (best === null || best.count < 2) break;
    const current = pairCounts.get(best.pair) ?? 0;
    if (current !== best.count) {
      // The count fell since this entry was made: queue it again under what it is now.
      if (current > 1) queue.push({ pair: best.pair, count: current });
      continue;
    }
    const left = Math.floor(best.pair / pairBase);
    const right = best.pair % pairBase;
    const merged = tokens[left] + tokens[right];
    if (known.has(merged)) {
      // Two ways to spell one token would give one id to both: keep the first.
      pairCounts.delete(best.pair);
      continue;
    }
    known.add(merged);
    const id = tokens.push(merged) - 1;
    merges.push([tokens[left], tokens[right]]);

    const grown = new Set<number>();
    for (const index of wordsOfPair.get(best.pair) ?? []) {
      const word = words[index];
      for (const pair of adjacentPairs(word.symbols)) {
        pairCounts.set(pair, (pairCounts.get(pair) ?? 0) - word.count);
      }
      word.symbols = mergeSymbols(word.symbols, left, right, id);
      for (const pair of adjacentPairs(word.symbols)) {
        addPair(pair, word.count, index);
        if (pair % pairBase === id || Math.floor(pair / pairBase) === id) grown.add(pair);
      }
    }
    pairCounts.delete(best.pair);
    wordsOfPair.delete(best.pair);
    for (const pair of grown) queue.push({ pair, count: pairCounts.get(pair)! });
  }
  return { tokens, merges };
}

function adjacentPairs(symbols: number[]): number[] {
  const pairs: number[] = [];
  for (let i = 0; i + 1 < symbols.length; i++) pairs.push(symbols[i] * pairBase + symbols[i + 1]);
  return pairs;
}

function mergeSymbols(symbols: number[], left: number, right: number, merged: number): number[] {
  const result: number[] = [];
  for (let i = 0; i < symbols.length; i++) {
    if (symbols[i] === left && symbols[i + 1] === right) {
      result.push(merged);
      i++;
    } else result.push(symbols[i]);
  }
  return result;
}

interface QueuedPair {
  pair: number;
  count: number;
}

/** A binary heap: the largest count first, then the smallest pair. */
function createPairQueue(): { push(entry: QueuedPair): void; pop(): QueuedPair | null } {
  const heap: QueuedPair[] = [];
  const isBefore = (x: QueuedPair, y: QueuedPair): boolean =>
    x.count > y.count || (x.count === y.count && x.pair < y.pair);
  return {
    push(entry) {
      let i = heap.push(entry) - 1;
      while (i > 0) {
        const parent = (i - 1) >> 1;
        if (!isBefore(heap[i], heap[parent])) break;
        [heap[i], heap[parent]] = [heap[parent], heap[i]];
        i = parent;
      }
    },
    pop() {
      if (heap.length === 0) return null;
      const top = heap[0];
      const last = heap.pop()!;
      if (heap.length > 0) {
        heap[0] = last;
        for (let i = 0; ;) {
          let first = i;
          for (const child of [2 * i + 1, 2 * i + 2]) {
            if (child < heap.length && isBefore(heap[child], heap[first])) first = child;
          }
          if (first === i) break;
          [heap[i], heap[first]] = [heap[first], heap[i]];
          i = first;
        }
      }
      return top;
    },
  };
}

/** Read the same way by Hugging Face's Rust library and by transformers.js. */
function tokenizerFiles(
  tokens: string[],
  merges: [string, string][],
  specialTokens: string[],
  preTokenizer: PreTokenizer,
): TokenizerFiles {
  const byteLevel = {
    type: 'ByteLevel',
    add_prefix_space: false,
    trim_offsets: true,
    use_regex: preTokenizer === 'gpt2',
  };
  const split = {
    type: 'Split',
    pattern: { Regex: preTokenizer === 'digits' ? digitsPattern : codePattern },
    behavior: 'Isolated',
    invert: false,
  };
  const eos = specialTokens[0];
  const pad = specialTokens.find((token) => token.toLowerCase().includes('pad')) ?? eos;
  return {
    tokenizer: jsonText({
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: specialTokens.map((content, i) => ({
        id: tokens.length + i,
        content,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: true,
      })),
      normalizer: null,
      pre_tokenizer:
        preTokenizer === 'gpt2'
          ? byteLevel
          : { type: 'Sequence', pretokenizers: [split, byteLevel] },
      post_processor: null,
      decoder: byteLevel,
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: '',
        end_of_word_suffix: '',
        fuse_unk: false,
        byte_fallback: false,
        vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
        merges: merges.map((pair) => pair.join(' ')),
      },
    }),
    tokenizerConfig: jsonText({
      add_prefix_space: false,
      clean_up_tokenization_spaces: false,
      eos_token: eos,
      pad_token: pad,
      tokenizer_class: 'PreTrainedTokenizerFast',
    }),
    specialTokensMap: jsonText({ eos_token: eos, pad_token: pad }),
  };
}
