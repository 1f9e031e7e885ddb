import { rewardStatistics, type ScaleRewards } from '../algorithms/index.js';
import type { Outcome, Rollout } from '../records.js';
import { groupNumbers } from '../rollouts/index.js';

/** One row of `metrics.jsonl`: TRL's names where TRL has one. A figure that has no value is absent. */
export type StepMetrics = Record<string, number>;

/**
 * What a batch of scored rollouts says before any update: `reward`, `reward_std`,
 * `frac_reward_zero_std`, `rewards/<name>/mean` and `/std`, `completions/{mean,min,max}_length`
 * (tokens, the end token included), `completions/clipped_ratio`, `completions/mean_terminated_length`;
 * of judged ones also `compile_rate`, `sanitizer_clean_rate`, `test_pass_rate`, `fully_clean_rate`.
 */
export function rolloutMetrics(
  rollouts: readonly Rollout[],
  options: { readonly scaleRewards: ScaleRewards },
): StepMetrics {
  const statistics = rewardStatistics(
    rollouts.map((rollout) => rollout.reward ?? null),
    groupNumbers(rollouts),
    options,
  );
  const lengths = rollouts.map((rollout) => rollout.completionIds.length);
  const terminated = rollouts.filter((rollout) => rollout.finishReason === 'stop');
  return finiteOnly({
    reward: statistics.reward,
    reward_std: statistics.rewardStd,
    frac_reward_zero_std: statistics.fracRewardZeroStd,
    ...componentMetrics(rollouts),
    'completions/mean_length': mean(lengths),
    'completions/min_length': Math.min(...lengths),
    'completions/max_length': Math.max(...lengths),
    'completions/clipped_ratio': share(rollouts, ({ finishReason }) => finishReason === 'length'),
    'completions/mean_terminated_length': mean(
      terminated.map((rollout) => rollout.completionIds.length),
    ),
    ...outcomeMetrics(rollouts),
  });
}

function componentMetrics(rollouts: readonly Rollout[]): StepMetrics {
  const scores = new Map<string, number[]>();
  for (const { name, score } of rollouts.flatMap((rollout) => rollout.rewards ?? [])) {
    const known = scores.get(name) ?? [];
    scores.set(name, known);
    if (score !== null) known.push(score);
  }
  const metrics: StepMetrics = {};
  for (const [name, values] of scores) {
    const centre = mean(values);
    const squares = values.map((value) => (value - centre) ** 2);
    metrics[`rewards/${name}/mean`] = centre;
    metrics[`rewards/${name}/std`] =
      values.length > 1 ? Math.sqrt((mean(squares) * values.length) / (values.length - 1)) : 0;
  }
  return metrics;
}

/** The judge's own failures are left out: they say nothing about the programs. */
function outcomeMetrics(rollouts: readonly Rollout[]): StepMetrics {
  const verdicts = rollouts.flatMap(({ verdict }) =>
    verdict && verdict.outcome !== 'sandbox_error' ? [verdict] : [],
  );
  const inOutcomes = (...outcomes: Outcome[]): number =>
    share(verdicts, ({ outcome }) => outcomes.includes(outcome));
  return {
    compile_rate: 1 - inOutcomes('compile_error', 'no_answer'),
    sanitizer_clean_rate: inOutcomes('clean', 'warning', 'wrong_answer'),
    test_pass_rate: share(
      verdicts,
      ({ testsPassed, testsTotal }) => testsTotal > 0 && testsPassed === testsTotal,
    ),
    fully_clean_rate: inOutcomes('clean'),
  };
}

function finiteOnly(metrics: StepMetrics): StepMetrics {
  return Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value)));
}

function share<T>(items: readonly T[], is: (item: T) => boolean): number {
  return items.filter(is).length / items.length;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
