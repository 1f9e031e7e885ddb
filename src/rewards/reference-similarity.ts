import { distance } from 'fastest-levenshtein';
import { inputError } from '../errors.js';
import {
  rewardOfEach,
  type RewardBase,
  type RewardFunction,
  type RewardScore,
} from './reward-function.js';

export const similarityMeasures = ['levenshtein', 'ngrams'] as const;

export type SimilarityMeasure = (typeof similarityMeasures)[number];

export interface ReferenceSimilarityOptions extends RewardBase {
  /** @default 'levenshtein' */
  readonly measure?: SimilarityMeasure;
  /** The longest n-grams of `ngrams`. @default 4 */
  readonly maxNgram?: number;
  /** How much of a text is compared, in UTF-16 units. @default 4000 */
  readonly maxLength?: number;
}

/**
 * How like the problem's reference solution the completion reads, in [0, 1]; blanks in a row count as one,
 * those at both ends not at all. a, b: the two texts, |a| their length.
 *   levenshtein : 1 - d(a, b) / max(|a|, |b|), d the edit distance in UTF-16 units. Of longer texts the
 *                 first maxLength units are compared and the rest counts as wholly different, so the score
 *                 is a lower bound and a long text costs no more than one of maxLength
 *   ngrams      : BLEU of one sentence (Papineni et al. 2002) over words and single signs, the texts cut
 *                 at maxLength: exp(min(0, 1 - |b| / |a|)) * (p_1 * … * p_N)^(1/N), p_n the clipped share of
 *                 a's n-grams that b has, from n = 2 on with 1 added above and below (Lin and Och 2004)
 * `null` without a reference. It reads the problem and needs no verdict. What reads alike need not work:
 * use it beside a reward that runs the program.
 */
export function referenceSimilarity(options: ReferenceSimilarityOptions = {}): RewardFunction {
  const { measure = 'levenshtein', maxNgram = 4, maxLength = 4000 } = options;
  if (![maxNgram, maxLength].every((value) => Number.isInteger(value) && value >= 1)) {
    throw inputError(
      `referenceSimilarity: expected maxNgram and maxLength to be whole numbers of at least 1, got ${maxNgram} and ${maxLength}.`,
    );
  }
  const reward = rewardOfEach(
    'reference_similarity',
    options,
    (rollout, _name, { problem }): RewardScore => {
      const { reference } = problem(rollout);
      if (reference === undefined) return { score: null, log: { unscorable: 'no reference' } };
      const [a, b] = [plain(rollout.completion), plain(reference)];
      const score =
        measure === 'levenshtein'
          ? editSimilarity(a, b, maxLength)
          : bleu(wordsOf(a.slice(0, maxLength)), wordsOf(b.slice(0, maxLength)), maxNgram);
      return { score, log: { is_cut: Math.max(a.length, b.length) > maxLength } };
    },
  );
  return { ...reward, needsProblems: true };
}

function plain(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ');
}

function editSimilarity(a: string, b: string, maxLength: number): number {
  const longest = Math.max(a.length, b.length);
  if (longest === 0) return 1;
  const rest = Math.max(0, longest - maxLength);
  return 1 - (distance(a.slice(0, maxLength), b.slice(0, maxLength)) + rest) / longest;
}

function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];
}

function bleu(words: readonly string[], reference: readonly string[], maxNgram: number): number {
  if (words.length === 0 || reference.length === 0)
    return words.length === reference.length ? 1 : 0;
  let logSum = 0;
  for (let n = 1; n <= maxNgram; n++) {
    const [own, theirs] = [ngramCounts(words, n), ngramCounts(reference, n)];
    let shared = 0;
    for (const [ngram, count] of own) shared += Math.min(count, theirs.get(ngram) ?? 0);
    const all = Math.max(0, words.length - n + 1);
    const smoothing = n === 1 ? 0 : 1;
    logSum += Math.log((shared + smoothing) / (all + smoothing));
  }
  const brevity = Math.min(0, 1 - reference.length / words.length);
  return Math.exp(brevity + logSum / maxNgram);
}

function ngramCounts(words: readonly string[], n: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let at = 0; at + n <= words.length; at++) {
    const key = words.slice(at, at + n).join(' ');
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
