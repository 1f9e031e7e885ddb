/** How different texts are from each other. A text is a list of tokens. Pure. */
import { distance } from 'fastest-levenshtein';
import type { Random } from '../../algorithms/index.js';
import { mean } from '../bootstrap.js';

type Tokens = readonly string[];

/**
 * distinct-n: different n-grams among all n-grams of the texts (Li et al., NAACL 2016). It falls as there
 * are more texts: compare equally many. `null` without an n-gram.
 */
export function distinctNgrams(texts: readonly Tokens[], n: number): number | null {
  const all = texts.flatMap((tokens) => ngrams(tokens, n));
  return all.length === 0 ? null : new Set(all).size / all.length;
}

/**
 * Self-BLEU: mean over the texts of BLEU-4 against all the others (Zhu et al., Texygen, SIGIR 2018). 1:
 * all alike.
 *   BLEU = BP · exp(1/4 Σ_n ln p_n), p_n: share of a text's n-grams that some other text has, each counted
 *   as often as that one has it; 0 matches count as 0.1 (method 1 of Chen and Cherry 2014), no shared
 *   word at all gives 0; BP = exp(min(0, 1 − r / c)), c the text's length, r the nearest other's
 * All pairs count: the largest counts of every n-gram are found once. It rises as there are more texts.
 * `null` below two texts.
 */
export function selfBleu(texts: readonly Tokens[]): number | null {
  if (texts.length < 2) return null;
  const logs = texts.map(() => 0);
  const isNothing = texts.map((tokens) => tokens.length === 0);
  for (let n = 1; n <= 4; n++) {
    const counts = texts.map((tokens) => countsOf(ngrams(tokens, n)));
    const largest = largestCounts(counts);
    counts.forEach((own, at) => {
      let shared = 0;
      let total = 0;
      for (const [ngram, count] of own) {
        const { most, by, next } = largest.get(ngram) ?? { most: 0, by: -1, next: 0 };
        shared += Math.min(count, by === at ? next : most);
        total += count;
      }
      if (n === 1 && shared === 0) isNothing[at] = true;
      logs[at] += Math.log((shared === 0 ? 0.1 : shared) / Math.max(1, total)) / 4;
    });
  }
  const lengths = texts.map(({ length }) => length);
  return mean(
    texts.map((tokens, at) => {
      if (isNothing[at]) return 0;
      const nearest = nearestLength(lengths, at);
      return Math.exp(Math.min(0, 1 - nearest / tokens.length) + logs[at]);
    }),
  );
}

/**
 * Mean over pairs of texts of their edit distance in tokens over the longer length: 0 all alike, 1
 * nothing shared. Where there are more pairs than `most`, as many are drawn. `null` without a pair.
 */
export function meanEditDistance(
  texts: readonly Tokens[],
  { random, most = 2000 }: { random: Random; most?: number },
): number | null {
  const pairs = (texts.length * (texts.length - 1)) / 2;
  if (pairs === 0) return null;
  if (pairs <= most) {
    return mean(
      texts.flatMap((one, i) => texts.slice(i + 1).map((other) => editDistance(one, other))),
    );
  }
  return mean(
    Array.from({ length: most }, () => {
      const i = random.int(texts.length);
      const j = random.int(texts.length - 1);
      return editDistance(texts[i], texts[j < i ? j : j + 1]);
    }),
  );
}

/** Insertions, deletions and changes of tokens over the longer length; 0 for two empty texts. */
export function editDistance(one: Tokens, other: Tokens): number {
  const longest = Math.max(one.length, other.length);
  if (longest === 0) return 0;
  // A letter for each token: the distance of strings is then that of the lists.
  const letters = new Map<string, string>();
  const spell = (tokens: Tokens): string =>
    tokens
      .map((token) => {
        const known = letters.get(token) ?? String.fromCharCode(letters.size);
        letters.set(token, known);
        return known;
      })
      .join('');
  return distance(spell(one), spell(other)) / longest;
}

/** Share of a text's n-grams that stood in it before (seq-rep-n: Welleck et al., ICLR 2020). */
export function repeatedShare(tokens: Tokens, n: number): number {
  const all = ngrams(tokens, n);
  return all.length === 0 ? 0 : 1 - new Set(all).size / all.length;
}

function ngrams(tokens: Tokens, n: number): string[] {
  const found: string[] = [];
  // No token holds a line feed and a zero byte in a row.
  for (let at = 0; at + n <= tokens.length; at++) found.push(tokens.slice(at, at + n).join('\n\0'));
  return found;
}

function countsOf(items: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

/** Of every n-gram the largest count, whose it is, and the largest of the others. */
function largestCounts(
  counts: readonly Map<string, number>[],
): Map<string, { most: number; by: number; next: number }> {
  const largest = new Map<string, { most: number; by: number; next: number }>();
  counts.forEach((own, at) => {
    for (const [ngram, count] of own) {
      const known = largest.get(ngram);
      if (!known) largest.set(ngram, { most: count, by: at, next: 0 });
      else if (count > known.most) largest.set(ngram, { most: count, by: at, next: known.most });
      else known.next = Math.max(known.next, count);
    }
  });
  return largest;
}

/** The shorter of two that are equally near. */
function nearestLength(lengths: readonly number[], at: number): number {
  let best = Infinity;
  lengths.forEach((length, other) => {
    if (other === at) return;
    const [near, known] = [Math.abs(length - lengths[at]), Math.abs(best - lengths[at])];
    if (near < known || (near === known && length < best)) best = length;
  });
  return best;
}
