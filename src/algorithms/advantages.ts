import { inputError } from '../errors.js';

/** TRL's `scale_rewards`: what the centred reward is divided by. */
export type ScaleRewards = 'group' | 'batch' | 'none';

/** TRL's constant; verl uses 1e-6. */
const EPSILON = 1e-4;

/**
 * Group-relative advantages as in TRL's GRPO trainer (`scale_rewards`).
 *   A_i = (r_i - mean(group of i)) / (s + 1e-4)
 * with s = sample standard deviation (n - 1) of the group (`group`), of the whole batch (`batch`),
 * or no division (`none`, Dr. GRPO). `null` rewards (unscorable) stay out of every mean and
 * deviation and get advantage 0. A group whose rewards are all equal, or that has a single scorable
 * member, gets exactly 0: TRL's float32 gives rounding noise / 1e-4 there.
 * @param rewards one per completion
 * @param groups  the group of each completion; any labels, any order
 */
export function groupAdvantages(
  rewards: readonly (number | null)[],
  groups: readonly number[],
  options: { readonly scaleRewards: ScaleRewards },
): number[] {
  const { scaleRewards } = options;
  const members = membersByGroup('groupAdvantages', rewards, groups);
  const advantages = new Array<number>(rewards.length).fill(0);
  const batchScale = scaleRewards === 'batch' ? sampleStd(scorable(rewards)) + EPSILON : 1;
  for (const indices of members.values()) {
    const values = scorable(indices.map((index) => rewards[index]));
    if (allEqual(values)) continue;
    const centre = mean(values);
    const scale = scaleRewards === 'group' ? sampleStd(values) + EPSILON : batchScale;
    for (const index of indices) {
      const reward = rewards[index];
      if (reward !== null) advantages[index] = (reward - centre) / scale;
    }
  }
  return advantages;
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

function membersByGroup(
  where: string,
  rewards: readonly (number | null)[],
  groups: readonly number[],
): Map<number, number[]> {
  if (rewards.length !== groups.length) {
    throw inputError(
      `${where}: expected one group per reward, got ${rewards.length} rewards and ${groups.length} groups. Pass the group of each completion.`,
    );
  }
  const members = new Map<number, number[]>();
  groups.forEach((group, index) => {
    const reward = rewards[index];
    if (reward !== null && !Number.isFinite(reward)) {
      throw inputError(
        `${where}: expected finite rewards or null, got ${reward} at index ${index}. Give null for a completion that cannot be scored.`,
      );
    }
    const indices = members.get(group);
    if (indices) indices.push(index);
    else members.set(group, [index]);
  });
  return members;
}

function scorable(rewards: readonly (number | null)[]): number[] {
  return rewards.filter((reward): reward is number => reward !== null);
}

function allEqual(values: readonly number[]): boolean {
  return values.every((value) => value === values[0]);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** n - 1 in the denominator; 0 for fewer than two values. */
function sampleStd(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}
