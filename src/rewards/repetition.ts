import { inputError } from '../errors.js';
import type { RewardSpan } from '../records.js';
import { rewardOfEach, type RewardBase, type RewardFunction } from './reward-function.js';

export interface RepetitionOptions extends RewardBase {
  /** Tokens in a row that are compared. @default 3 */
  readonly ngramSize?: number;
  /** Of a completion that only repeats itself; at most 0. @default -1 */
  readonly maxPenalty?: number;
}

/**
 * Penalty for repeated n-grams of tokens (demystify-long-CoT, arXiv 2502.03373, appendix C.2), TRL's
 * `get_repetition_penalty_reward`.
 *   score = maxPenalty * (1 - distinct n-grams / all n-grams), 0 below n tokens
 * Each run of tokens that stood in the completion before gets a span worth maxPenalty times its share of
 * the tokens, so one long echo is blamed more than a phrase. Of the tokens alone: no verdict needed.
 */
export function repetition(options: RepetitionOptions = {}): RewardFunction {
  const { ngramSize = 3, maxPenalty = -1 } = options;
  if (!(Number.isInteger(ngramSize) && ngramSize >= 1)) {
    throw inputError(
      `repetition: expected ngramSize to be a whole number of at least 1, got ${ngramSize}.`,
    );
  }
  if (!(Number.isFinite(maxPenalty) && maxPenalty <= 0)) {
    throw inputError(
      `repetition: expected maxPenalty to be a number of at most 0, got ${maxPenalty}.`,
    );
  }
  return rewardOfEach('repetition', options, ({ completionIds, byteOffsets }) => {
    const { total, repeats } = repeatedNgrams(completionIds, ngramSize);
    const log = { ngrams: total, repeated: repeats.length };
    if (repeats.length === 0) return { score: 0, log };
    const spans = runsOf(repeats, ngramSize).map(([first, end]): RewardSpan => {
      const value = (maxPenalty * (end - first)) / completionIds.length;
      return { start: byteOffsets[first], end: byteOffsets[end], value, label: 'repeated' };
    });
    // TRL's order of operations, for its bits.
    const share = 1 - (total - repeats.length) / total;
    return { score: share * maxPenalty, spans: maxPenalty === 0 ? [] : spans, log };
  });
}

/** Where n-grams begin that stood before. */
function repeatedNgrams(
  ids: readonly number[],
  size: number,
): { total: number; repeats: number[] } {
  const seen = new Set<string>();
  const repeats: number[] = [];
  const total = Math.max(0, ids.length - size + 1);
  for (let at = 0; at < total; at++) {
    const key = ids.slice(at, at + size).join();
    if (seen.has(key)) repeats.push(at);
    else seen.add(key);
  }
  return { total, repeats };
}

/** The tokens of n-grams that begin at these places, as ranges that do not touch. */
function runsOf(starts: readonly number[], size: number): [first: number, end: number][] {
  const runs: [number, number][] = [];
  for (const start of starts) {
    const last = runs.at(-1);
    if (last && start <= last[1]) last[1] = start + size;
    else runs.push([start, start + size]);
  }
  return runs;
}
