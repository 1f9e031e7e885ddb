import { tokensInSpan } from '../diagnostics/index.js';
import { inputError } from '../errors.js';
import type { Rollout } from '../records.js';
import { findingWeights } from '../rewards/index.js';
import type { PpoTokenRewards } from './ppo-settings.js';

/**
 * What each completion token earns beside the score, from the spans of the rollout's rewards; those of
 * a reward with weight 0 are only recorded. T tokens, w = `findingWeights`.
 *   findings : -lambda * w_t, never above 0, so nothing is paid for length
 *   credit   : + weight * value at the last counted token of each span with a value above 0, and minus
 *              the sum of it all at the last counted token, where the score is added
 * lambda 0 without credit is 0 everywhere: the scalar algorithm.
 * @returns [T]
 */
export function tokenRewardsOf(
  rollout: Pick<Rollout, 'id' | 'byteOffsets' | 'completionIds' | 'completionMask' | 'rewards'>,
  options: PpoTokenRewards = {},
): number[] {
  const { lambda = 0, creditSpans = false } = options;
  if (!(Number.isFinite(lambda) && lambda >= 0)) {
    throw inputError(
      `tokenRewardsOf: expected lambda to be a number of at least 0, got ${lambda}.`,
    );
  }
  const { completionIds, completionMask, byteOffsets } = rollout;
  if (byteOffsets.length !== completionIds.length + 1) {
    throw inputError(
      `tokenRewardsOf: expected ${completionIds.length + 1} byteOffsets in rollout ${rollout.id}, one per token and the end, got ${byteOffsets.length}.`,
    );
  }
  const rewards =
    lambda === 0
      ? completionIds.map(() => 0)
      : findingWeights(rollout).map((weight) => -lambda * weight);
  const last = completionMask.lastIndexOf(1);
  if (!creditSpans || last < 0) return rewards;
  for (const { weight, spans } of rollout.rewards ?? []) {
    for (const span of spans) {
      if (weight === 0 || span.value <= 0) continue;
      const place = tokensInSpan(span, byteOffsets).findLast((t) => completionMask[t] === 1);
      if (place === undefined) continue; // Nowhere to put it: the score keeps it.
      rewards[place] += weight * span.value;
      rewards[last] -= weight * span.value;
    }
  }
  return rewards;
}
