import { inputError } from '../errors.js';
import type { TokenSequence } from '../policy/index.js';
import type { Rollout } from '../records.js';

/**
 * A rollout as PPO's losses see it: what `ppoExperience` gives and `ppoUpdate` takes. Every list has one
 * entry per completion token.
 */
export interface PpoRow extends TokenSequence {
  /** Of the rollout in its batch. */
  place: number;
  /** Its score, missingEosPenalty taken off. */
  score: number;
  /** 1 where the policy sampled the token. */
  mask: number[];
  /** Of the policy before its first update on this batch. */
  oldLogprobs: number[];
  /** Of the value head then. */
  oldValues: number[];
  /** Estimate of KL(policy || reference); 0 where klCoef is 0. */
  kl: number[];
  /** What spans gave (`tokenRewardsOf`). */
  tokenRewards: number[];
  /** KL, score and token rewards together, whitened on request: what the advantages are of. */
  rewards: number[];
  /** Whitened unless turned off. */
  advantages: number[];
  returns: number[];
}

/**
 * The rollouts that PPO can learn from, with their places in the batch: scored, not cancelled, with a
 * token that the policy sampled; truncated ones not when `maskTruncated`.
 */
export function trainedRollouts(
  rollouts: readonly Rollout[],
  options: { readonly maskTruncated: boolean },
): { rollout: Rollout; score: number; place: number }[] {
  return rollouts.flatMap((rollout, place) => {
    const { id, reward, finishReason, completionIds, completionMask, logprobs } = rollout;
    if (reward === undefined) {
      throw inputError(
        `ppoStep: expected scored rollouts, got ${id} without a reward. Score it first (scoreRollouts).`,
      );
    }
    for (const [what, list] of Object.entries({ completionMask, logprobs })) {
      if (list.length !== completionIds.length) {
        throw inputError(
          `ppoStep: expected ${completionIds.length} ${what} in rollout ${id}, one per completion token, got ${list.length}.`,
        );
      }
    }
    const leftOut =
      finishReason === 'cancelled' || (options.maskTruncated && finishReason === 'length');
    if (reward === null || leftOut || !completionMask.includes(1)) return [];
    return [{ rollout, score: reward, place }];
  });
}

/** Refuses rollouts whose recorded logprobs are not those of the model at this temperature. */
export function requireExactSampling(rollouts: readonly Rollout[], temperature: number): void {
  const bent = rollouts.find(
    ({ sampling }) =>
      sampling.temperature !== temperature ||
      sampling.topK !== 0 ||
      sampling.topP < 1 ||
      sampling.minP !== 0 ||
      (sampling.repetitionPenalty ?? 1) !== 1,
  );
  if (!bent) return;
  throw inputError(
    `ppoStep: expected rollouts sampled at temperature ${temperature} without top_k, top_p, min_p or repetition_penalty, because oldLogprobs is recorded; ${bent.id} is of a truncated, penalised or differently tempered distribution. Use oldLogprobs: 'recomputed'.`,
  );
}

/** The items in `count` runs of neighbours, sizes as equal as can be; empty ones left out. */
export function cutInto<T>(items: readonly T[], count: number, what: string): T[][] {
  requireCount(count, what);
  return Array.from({ length: count }, (_, i) =>
    items.slice(
      Math.floor((i * items.length) / count),
      Math.floor(((i + 1) * items.length) / count),
    ),
  ).filter((part) => part.length > 0);
}

export function requireCount(count: number, what: string): void {
  if (Number.isInteger(count) && count >= 1) return;
  throw inputError(`ppoStep: expected ${what} to be a whole number of at least 1, got ${count}.`);
}

/** Tokens the losses count. */
export function tokensOf(rows: readonly PpoRow[]): number {
  return rows.reduce((sum, { mask }) => sum + sumOf(mask), 0);
}

export function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
