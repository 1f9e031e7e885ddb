import { estimateAdvantages, type ScaleRewards } from './advantage-estimators.js';
import { allEqual, mean, membersByGroup, sampleStd, scorable } from './reward-groups.js';

/**
 * Group-relative advantages as in TRL's GRPO trainer (`scale_rewards`).
 *   A_i = (r_i - mean(group of i)) / (s + 1e-4)
 * with s = sample standard deviation (n - 1) of the group (`group`), of the whole batch (`batch`),
 * or no division (`none`, Dr. GRPO). `null` rewards (unscorable) stay out of every mean and
 * deviation and get advantage 0. A group whose rewards are all equal, or that has a single scorable
 * member, gets exactly 0: TRL's float32 gives rounding noise / 1e-4 there.
 * Other estimators: `estimateAdvantages`.
 * @param rewards one per completion
 * @param groups  the group of each completion; any labels, any order
 */
export function groupAdvantages(
  rewards: readonly (number | null)[],
  groups: readonly number[],
  options: { readonly scaleRewards: ScaleRewards },
): number[] {
  membersByGroup('groupAdvantages', rewards, groups);
  return estimateAdvantages(rewards, groups, { scaleRewards: options.scaleRewards });
}

export interface RewardStatistics {
  /** Mean over groups of the group's mean: TRL's `reward`. `NaN` when nothing could be scored. */
  reward: number;
  /** Mean over groups of the sample standard deviation (the batch's one under `batch`): TRL's `reward_std`. */
  rewardStd: number;
  /** Share of groups without any spread, so with nothing to compare: `frac_reward_zero_std`. */
  fracRewardZeroStd: number;
}

/**
 * TRL's reward metrics. Departs from TRL: under `batch`, `frac_reward_zero_std` still looks at each
 * group's own deviation, since that decides whether the group teaches anything. Groups without a
 * scorable member are left out of the means and count as zero spread.
 */
export function rewardStatistics(
  rewards: readonly (number | null)[],
  groups: readonly number[],
  options: { readonly scaleRewards: ScaleRewards },
): RewardStatistics {
  const members = membersByGroup('rewardStatistics', rewards, groups);
  const valuesByGroup = [...members.values()].map((indices) =>
    scorable(indices.map((index) => rewards[index])),
  );
  const scored = valuesByGroup.filter((values) => values.length > 0);
  const flat = valuesByGroup.filter((values) => allEqual(values)).length;
  return {
    reward: mean(scored.map(mean)),
    rewardStd:
      options.scaleRewards === 'batch'
        ? sampleStd(scorable(rewards))
        : mean(scored.map((values) => (allEqual(values) ? 0 : sampleStd(values)))),
    fracRewardZeroStd: flat / Math.max(1, valuesByGroup.length),
  };
}
