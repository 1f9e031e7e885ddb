import { inputError } from '../errors.js';
import type { RewardResult, RewardSpan, Rollout } from '../records.js';
import type { RewardFunction } from './reward-function.js';

/**
 * The rollouts with `rewards` and `reward` filled in; what was there is replaced.
 *   reward = sum over functions with a score of weight * score
 * as TRL sums, and `null` (unscorable) when no function gave a score.
 */
export async function scoreRollouts(
  rollouts: readonly Rollout[],
  rewards: readonly RewardFunction[],
): Promise<Rollout[]> {
  checkRewards(rewards);
  const columns: RewardResult[][] = [];
  for (const reward of rewards) {
    columns.push(checkedResults(reward, await reward.score(rollouts), rollouts));
  }
  return rollouts.map((rollout, index) => {
    const results = columns.map((column) => column[index]);
    return { ...rollout, rewards: results, reward: composeReward(results) };
  });
}

/** The weighted sum over the results that have a score, `null` when none has. */
export function composeReward(results: readonly RewardResult[]): number | null {
  let sum: number | null = null;
  for (const { score, weight } of results) {
    if (score !== null) sum = (sum ?? 0) + weight * score;
  }
  return sum;
}

function checkRewards(rewards: readonly RewardFunction[]): void {
  if (rewards.length === 0) {
    throw inputError(
      'scoreRollouts: expected at least one reward function, got none. Pass e.g. sanitizerCurriculum().',
    );
  }
  const names = new Set<string>();
  for (const { name, weight } of rewards) {
    if (names.has(name)) {
      throw inputError(
        `scoreRollouts: expected reward functions with different names, got ${JSON.stringify(name)} twice. Rename one.`,
      );
    }
    if (!Number.isFinite(weight)) {
      throw inputError(
        `scoreRollouts: expected a finite weight for the reward function ${name}, got ${weight}.`,
      );
    }
    names.add(name);
  }
}

function checkedResults(
  { name, weight }: RewardFunction,
  results: readonly RewardResult[],
  rollouts: readonly Rollout[],
): RewardResult[] {
  if (!Array.isArray(results) || results.length !== rollouts.length) {
    const came = Array.isArray(results) ? `${results.length}` : typeof results;
    throw inputError(
      `scoreRollouts: the reward function ${name}: expected ${rollouts.length} results, one per rollout, got ${came}. Return one result per rollout, with score null where there is none.`,
    );
  }
  return results.map((result, index) => {
    if (result.score !== null && !Number.isFinite(result.score)) {
      throw inputError(
        `scoreRollouts: the reward function ${name}: expected a finite score or null for rollout ${rollouts[index].id}, got ${result.score}.`,
      );
    }
    const broken = result.spans.find(({ value }: RewardSpan) => !Number.isFinite(value));
    if (broken) {
      throw inputError(
        `scoreRollouts: the reward function ${name}: expected finite values of spans for rollout ${rollouts[index].id}, got ${broken.value} at byte ${broken.start}.`,
      );
    }
    return { ...result, name, weight };
  });
}
