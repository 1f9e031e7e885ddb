import { inputError } from '../../errors.js';
import { languages, type Language } from '../../records.js';
import { textTokens, type TextToken } from './tokens.js';

/** How a text becomes numbers; part of a discriminator, since its weights mean nothing without it. */
export interface FeatureOptions {
  /** Decides what a token and a comment is. */
  language: Language;
  /** N-grams of 1 to so many tokens. */
  nGram: number;
  /** N-grams fall into 2^hashBits buckets, one weight each. */
  hashBits: number;
  /**
   * `normalise`: names that the program chose are numbered within each n-gram and literals stand for their
   * kind, so that choosing other names changes nothing. `keep`: as written.
   */
  identifiers: 'normalise' | 'keep';
  /** `binary`: an n-gram is there or not, so repeating it changes nothing. `count`: how often. */
  values: 'binary' | 'count';
}

export const defaultFeatures: Omit<FeatureOptions, 'language'> = {
  nGram: 4,
  hashBits: 18,
  identifiers: 'normalise',
  values: 'binary',
};

/** A text as a sparse vector of length 1: `values[k]` at `buckets[k]`, buckets ascending. */
export interface TextFeatures {
  buckets: Uint32Array;
  values: Float64Array;
}

/** One n-gram of a text, at tokens `[first, first + length)`. */
export interface TextNGram {
  text: string;
  bucket: number;
  first: number;
  length: number;
}

/**
 * Hashed n-grams of lexical tokens (feature hashing: Weinberger et al. 2009, without their sign), comments
 * and white space dropped, scaled to length 1:
 *   x_b = c_b / sqrt(sum c²), c_b = 1 (`binary`) or how many n-grams fall into bucket b (`count`)
 * A text without tokens has the n-grams of its empty start and end.
 */
export function textFeatures(text: string, options: FeatureOptions): TextFeatures {
  const counts = new Map<number, number>();
  const { tokens, names } = edgedTokens(text, options);
  eachNGram(tokens, names, options, (bucket) => {
    counts.set(bucket, options.values === 'binary' ? 1 : (counts.get(bucket) ?? 0) + 1);
  });
  const buckets = Uint32Array.from(counts.keys()).sort();
  const values = Float64Array.from(buckets, (bucket) => counts.get(bucket) ?? 0);
  const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return { buckets, values: values.map((value) => value / norm) };
}

/** The n-grams behind `textFeatures`, in order of their first token, with the tokens they are of. */
export function textNGrams(
  text: string,
  options: FeatureOptions,
): { tokens: TextToken[]; nGrams: TextNGram[] } {
  const { tokens, names } = edgedTokens(text, options);
  const nGrams: TextNGram[] = [];
  eachNGram(tokens, names, options, (bucket, first, length) => {
    nGrams.push({ text: nGramText(tokens, names, first, length), bucket, first, length });
  });
  return { tokens, nGrams };
}

/** A text as its tokens alone, chosen names numbered over all of it: equal forms have equal features. */
export function textForm(
  text: string,
  options: Pick<FeatureOptions, 'language' | 'identifiers'>,
): string {
  const tokens = textTokens(text, options.language, options.identifiers === 'normalise');
  return nGramText(tokens, chosenNames(tokens, text), 0, tokens.length);
}

/** An error where an option cannot be used; what is right passes. */
export function checkFeatureOptions(where: string, options: FeatureOptions): void {
  const whole = (name: 'nGram' | 'hashBits', most: number): void => {
    const value = options[name];
    if (!Number.isInteger(value) || value < 1 || value > most)
      throw inputError(
        `${where}: expected ${name} to be a whole number from 1 to ${most}, got ${String(value)}.`,
      );
  };
  const known = (name: keyof FeatureOptions, names: readonly string[]): void => {
    const value = String(options[name]);
    if (!names.includes(value))
      throw inputError(`${where}: expected ${name} to be ${names.join(' or ')}, got ${value}.`);
  };
  whole('nGram', 8);
  whole('hashBits', 24);
  known('language', Object.keys(languages));
  known('identifiers', ['normalise', 'keep']);
  known('values', ['binary', 'count']);
}

/** The tokens between a start and an end that are empty, and what the chosen ones are called. */
function edgedTokens(
  text: string,
  { language, identifiers }: FeatureOptions,
): { tokens: TextToken[]; names: (string | null)[] } {
  const edge = (at: number, mark: string): TextToken => ({
    text: mark,
    isChosen: false,
    start: at,
    end: at,
  });
  const tokens = [
    edge(0, '⟨start⟩'),
    ...textTokens(text, language, identifiers === 'normalise'),
    edge(text.length, '⟨end⟩'),
  ];
  return { tokens, names: chosenNames(tokens, text) };
}

/**
 * Visits every n-gram with the bucket of its text (`nGramText`). The text of a longer one begins with that
 * of the shorter one at the same place, so its hash goes on from there.
 */
function eachNGram(
  tokens: readonly TextToken[],
  names: readonly (string | null)[],
  { nGram, hashBits }: FeatureOptions,
  visit: (bucket: number, first: number, length: number) => void,
): void {
  const mask = 2 ** hashBits - 1;
  const seen: string[] = [];
  for (let first = 0; first < tokens.length; first++) {
    seen.length = 0;
    let hash = hashStart;
    const most = Math.min(nGram, tokens.length - first);
    for (let length = 1; length <= most; length++) {
      if (length > 1) hash = hashOn(hash, ' ');
      hash = hashOn(hash, wordAt(tokens, names, first + length - 1, seen));
      visit(hashEnd(hash) & mask, first, length);
    }
  }
}

/** What each chosen name is called in the text; `null` for other tokens. */
function chosenNames(tokens: readonly TextToken[], text: string): (string | null)[] {
  return tokens.map(({ isChosen, start, end }) => (isChosen ? text.slice(start, end) : null));
}

/** Its tokens with a space between; chosen names are `v0`, `v1`, … in the order they come in it. */
function nGramText(
  tokens: readonly TextToken[],
  names: readonly (string | null)[],
  first: number,
  length: number,
): string {
  const seen: string[] = [];
  const words: string[] = [];
  for (let i = first; i < first + length; i++) words.push(wordAt(tokens, names, i, seen));
  return words.join(' ');
}

/** A token's text; of a chosen name its number among those seen so far, to which it is added. */
function wordAt(
  tokens: readonly TextToken[],
  names: readonly (string | null)[],
  i: number,
  seen: string[],
): string {
  const name = names[i];
  if (name === null) return tokens[i].text;
  let number = seen.indexOf(name);
  if (number < 0) number = seen.push(name) - 1;
  return `v${number}`;
}

const hashStart = 0x811c9dc5 | 0;

/** FNV-1a over UTF-16 units, to be gone on with. */
function hashOn(hash: number, text: string): number {
  let value = hash;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value;
}

/** murmur3's mixer: every bit depends on all. Not negative. */
function hashEnd(hash: number): number {
  let value = hash ^ (hash >>> 16);
  value = Math.imul(value, 0x85ebca6b);
  value ^= value >>> 13;
  value = Math.imul(value, 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
