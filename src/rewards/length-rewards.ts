import { inputError } from '../errors.js';
import type { Rollout } from '../records.js';
import { answerFacts, type AnswerReading } from './answers.js';
import { rewardOfEach, type RewardBase, type RewardFunction } from './reward-function.js';
import { requireVerdict } from './sanitizer.js';

export interface LengthPenaltyOptions extends RewardBase {
  /** Tokens that cost nothing. */
  readonly targetLen: number;
  /** Cost of each token beyond them. @default 0.001 */
  readonly perToken?: number;
  /** The whole cost is at most this. @default 1 */
  readonly maxPenalty?: number;
}

/**
 * Linear in the tokens beyond a target. L: tokens that the policy sampled, its end token included.
 *   score = -min(maxPenalty, perToken * max(0, L - targetLen))
 * Of the text alone: no verdict needed. No single place is to blame, so no spans.
 */
export function lengthPenalty(options: LengthPenaltyOptions): RewardFunction {
  const { targetLen, perToken = 0.001, maxPenalty = 1 } = options;
  requireNumbers('lengthPenalty', { targetLen, perToken, maxPenalty });
  return rewardOfEach('length_penalty', options, (rollout) => {
    const length = sampledTokens(rollout);
    const beyond = Math.max(0, length - targetLen);
    const cost = Math.min(maxPenalty, perToken * beyond);
    return { score: cost === 0 ? 0 : -cost, log: { length } };
  });
}

export interface OverlongOptions extends RewardBase {
  /** L_max: beyond it the whole punishment. */
  readonly maxCompletionLen: number;
  /** L_cache: the punishment sets in so many tokens before it. */
  readonly softPunishCache: number;
}

/**
 * DAPO's soft overlong punishment (arXiv 2503.14476, equation 13), TRL's `get_soft_overlong_punishment`.
 *   0                                     L <= L_max - L_cache
 *   ((L_max - L_cache) - L) / L_cache     L <= L_max
 *   -1                                    else
 * L: tokens that the policy sampled, its end token included. Of the text alone: no verdict needed.
 */
export function overlong(options: OverlongOptions): RewardFunction {
  const { maxCompletionLen, softPunishCache } = options;
  requireNumbers('overlong', { maxCompletionLen, softPunishCache });
  const free = maxCompletionLen - softPunishCache;
  if (free < 0) {
    throw inputError(
      `overlong: expected softPunishCache to be at most maxCompletionLen, got ${softPunishCache} and ${maxCompletionLen}: even an empty completion would be punished. Lower softPunishCache.`,
    );
  }
  return rewardOfEach('overlong', options, (rollout) => {
    const length = sampledTokens(rollout);
    const log = { length };
    if (length <= free) return { score: 0, log };
    return { score: length <= maxCompletionLen ? (free - length) / softPunishCache : -1, log };
  });
}

export interface CosineScaledOptions extends RewardBase {
  /** L_max: longer completions score as ones of this length. */
  readonly maxLen: number;
  /** Of the shortest wrong completion. @default -1 */
  readonly minValueWrong?: number;
  /** Of the longest wrong completion. @default -0.5 */
  readonly maxValueWrong?: number;
  /** Of the longest right completion. @default 0.5 */
  readonly minValueCorrect?: number;
  /** Of the shortest right completion. @default 1 */
  readonly maxValueCorrect?: number;
  /** `lenient`: right is the last number, whatever the form. @default 'strict' */
  readonly reading?: AnswerReading;
}

/**
 * A right completion earns more the shorter it is, a wrong one loses less the longer it is
 * (demystify-long-CoT, arXiv 2502.03373, appendix C.1), TRL's `get_cosine_scaled_reward`.
 *   score = a + (b - a) / 2 * (1 + cos(pi * min(L / maxLen, 1)))
 *   a, b  = minValueCorrect, maxValueCorrect where right, else maxValueWrong, minValueWrong
 * L: tokens that the policy sampled. Right is what the verdict calls correct: a program that passed all
 * tests, an answer with the right number. `null` when our own tooling broke, and for an answer without a
 * gold one.
 */
export function cosineScaled(options: CosineScaledOptions): RewardFunction {
  const { maxLen, minValueWrong = -1, maxValueWrong = -0.5 } = options;
  const { minValueCorrect = 0.5, maxValueCorrect = 1, reading = 'strict' } = options;
  requireNumbers('cosineScaled', { maxLen });
  if (maxLen === 0) throw inputError('cosineScaled: expected maxLen to be above 0, got 0.');
  return rewardOfEach('cosine_scaled', options, (rollout, name) => {
    const length = sampledTokens(rollout);
    const correct = isCorrect(name, rollout, reading);
    if (correct === null) return { score: null, log: { length, correct } };
    const [from, to] = correct
      ? [minValueCorrect, maxValueCorrect]
      : [maxValueWrong, minValueWrong];
    const cosine = Math.cos(Math.min(length / maxLen, 1) * Math.PI);
    return { score: from + 0.5 * (to - from) * (1 + cosine), log: { length, correct } };
  });
}

function isCorrect(reward: string, rollout: Rollout, reading: AnswerReading): boolean | null {
  const { outcome, prediction, lenientPrediction, groundTruth, correct } = requireVerdict(
    reward,
    rollout,
  );
  if (outcome === 'sandbox_error') return null;
  if (groundTruth !== null) return answerFacts(reward, rollout, reading).correct;
  const isAnswer = prediction !== null || lenientPrediction !== undefined;
  return isAnswer ? null : correct;
}

function sampledTokens({ completionMask }: Rollout): number {
  let count = 0;
  for (const sampled of completionMask) if (sampled === 1) count++;
  return count;
}

function requireNumbers(where: string, numbers: Record<string, number>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (Number.isFinite(value) && value >= 0) continue;
    throw inputError(`${where}: expected ${name} to be a number of at least 0, got ${value}.`);
  }
}
