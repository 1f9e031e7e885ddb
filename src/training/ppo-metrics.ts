import type { Policy } from '../policy/index.js';
import type { Rollout } from '../records.js';
import type { StepMetrics } from './metrics.js';
import { sumOf, type PpoRow } from './ppo-batch.js';

/**
 * What a batch says before any update, under TRL's names; means over the rows of sums over their
 * counted tokens.
 *   objective/kl               estimate of the KL to the reference; absent where klCoef is 0
 *   objective/entropy          minus the old logprobs
 *   objective/non_score_reward -klCoef * kl
 *   objective/scores           the scores, missingEosPenalty taken off
 *   objective/rlhf_reward      all a completion earns: the two above and its token rewards
 *   val/num_eos_tokens         end tokens in all completions of the batch
 * And ours: `objective/token_rewards`, and `val/explained_variance` = 1 - var(returns - values) /
 * var(returns), over tokens: 1 where the old values foresaw the returns, 0 where a constant does as well.
 */
export function experienceMetrics(
  policy: Pick<Policy, 'config'>,
  rollouts: readonly Rollout[],
  rows: readonly PpoRow[],
  { klCoef }: { readonly klCoef: number },
): StepMetrics {
  const { eosTokenIds } = policy.config;
  const ended = rollouts.map(
    ({ completionIds }) => completionIds.filter((id) => eosTokenIds.includes(id)).length,
  );
  const metrics: StepMetrics = { 'val/num_eos_tokens': sumOf(ended) };
  if (rows.length === 0) return metrics;
  const mean = (of: (row: PpoRow) => number): number => sumOf(rows.map(of)) / rows.length;
  const counted = (of: (row: PpoRow) => readonly number[]): number[] =>
    rows.flatMap((row) => of(row).filter((_, t) => row.mask[t] === 1));
  const kl = mean((row) => sumOf(row.kl));
  const scores = mean((row) => row.score);
  const tokenRewards = sumOf(counted((row) => row.tokenRewards)) / rows.length;
  const nonScore = klCoef === 0 ? 0 : -klCoef * kl;
  const returns = counted((row) => row.returns);
  const values = counted((row) => row.oldValues);
  const spread = variance(returns);
  return {
    ...metrics,
    ...(klCoef === 0 ? {} : { 'objective/kl': kl }),
    'objective/entropy': -sumOf(counted((row) => row.oldLogprobs)) / rows.length,
    'objective/non_score_reward': nonScore,
    'objective/scores': scores,
    'objective/token_rewards': tokenRewards,
    'objective/rlhf_reward': nonScore + scores + tokenRewards,
    ...(spread > 0
      ? {
          'val/explained_variance':
            1 - variance(returns.map((value, i) => value - values[i])) / spread,
        }
      : {}),
  };
}

function variance(values: readonly number[]): number {
  const mean = sumOf(values) / values.length;
  return sumOf(values.map((value) => (value - mean) ** 2)) / values.length;
}
