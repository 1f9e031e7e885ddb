import { inputError } from '../errors.js';
import type { Problem, RewardResult, RewardSpan, Rollout } from '../records.js';
import { rewardContext, type RewardFunction, type RewardScore } from './reward-function.js';

/**
 * The rollouts with `rewards` and `reward` filled in; what was there is replaced.
 *   reward = sum over functions with a score of weight * score
 * as TRL sums, and `null` (unscorable) when no function gave a score.
 * @param problems those of the rollouts, for rewards that read them (`needsProblems`)
 */
export async function scoreRollouts(
  rollouts: readonly Rollout[],
  rewards: readonly RewardFunction[],
  problems: Iterable<Problem> = [],
): Promise<Rollout[]> {
  checkRewards(rewards);
  const context = rewardContext(problems);
  const columns: RewardResult[][] = [];
  for (const reward of rewards) {
    columns.push(checkedResults(reward, await reward.score(rollouts, context), rollouts));
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
  for (const { name, weight = 1 } of rewards) {
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
  { name, weight = 1 }: RewardFunction,
  scores: readonly RewardScore[],
  rollouts: readonly Rollout[],
): RewardResult[] {
  if (!Array.isArray(scores) || scores.length !== rollouts.length) {
    const came = Array.isArray(scores) ? `${scores.length}` : typeof scores;
    throw inputError(
      `scoreRollouts: the reward function ${name}: expected ${rollouts.length} results, one per rollout, got ${came}. Return one result per rollout, with score null where there is none.`,
    );
  }
  return scores.map((given: RewardScore, index) => {
    const { score, spans = [], log = {} } = isRecord(given) ? given : { score: given };
    if (score !== null && !Number.isFinite(score)) {
      throw inputError(
        `scoreRollouts: the reward function ${name}: expected a finite score or null for rollout ${rollouts[index].id}, got ${score}.`,
      );
    }
    for (const span of spans) checkSpan(name, rollouts[index].id, span);
    return { name, weight, score, spans, log };
  });
}

function isRecord(given: RewardScore): given is Exclude<RewardScore, number | null> {
  return typeof given === 'object' && given !== null;
}

function checkSpan(name: string, id: string, { start, end, value }: RewardSpan): void {
  if (!Number.isFinite(value)) {
    throw inputError(
      `scoreRollouts: the reward function ${name}: expected finite values of spans for rollout ${id}, got ${value} at byte ${start}.`,
    );
  }
  if (!(Number.isInteger(start) && Number.isInteger(end) && start >= 0 && end >= start)) {
    throw inputError(
      `scoreRollouts: the reward function ${name}: expected spans as byte ranges of the completion for rollout ${id}, got ${start} to ${end}.`,
    );
  }
}
