import { describe, expect, it } from 'vitest';
import { groupAdvantages, rewardStatistics } from '../../src/algorithms/index.js';

// Golden values: run once in numpy float64 on TRL 1.13's formulas (grpo_trainer.py:2676-2719).
const golden: {
  title: string;
  rewards: (number | null)[];
  groups: number[];
  scaleRewards: 'group' | 'batch' | 'none';
  expected: number[];
}[] = [
  {
    title: 'group',
    rewards: [1, 0.1, 0, 1],
    groups: [0, 0, 0, 0],
    scaleRewards: 'group',
    expected: [0.863479, -0.772587, -0.954372, 0.863479],
  },
  {
    title: 'none',
    rewards: [1, 0.1, 0, 1],
    groups: [0, 0, 0, 0],
    scaleRewards: 'none',
    expected: [0.475, -0.425, -0.525, 0.475],
  },
  {
    title: 'batch',
    rewards: [1, 0.1, 0, 1, 0, 0, 0, 0.1],
    groups: [0, 0, 0, 0, 1, 1, 1, 1],
    scaleRewards: 'batch',
    expected: [1.056253, -0.945068, -1.167437, 1.056253, -0.055592, -0.055592, -0.055592, 0.166777],
  },
  {
    title: 'group with an unscorable member',
    rewards: [1, null, 0, 1],
    groups: [0, 0, 0, 0],
    scaleRewards: 'group',
    expected: [0.57725, 0, -1.154501, 0.57725],
  },
];

describe('groupAdvantages', () => {
  it.each(golden)('equals TRL with scale_rewards $title', ({ rewards, groups, ...rest }) => {
    const advantages = groupAdvantages(rewards, groups, { scaleRewards: rest.scaleRewards });
    advantages.forEach((advantage, i) => expect(advantage).toBeCloseTo(rest.expected[i], 6));
  });

  it('gives exactly 0 to a group without spread, to a single member, and to the unscorable', () => {
    // 0.1 + 0.2 is the kind of value whose mean over three is not itself.
    const odd = 0.1 + 0.2;
    const rewards = [odd, odd, odd, 5, null, null];
    const groups = [0, 0, 0, 1, 2, 2];
    for (const scaleRewards of ['group', 'batch', 'none'] as const) {
      expect(groupAdvantages(rewards, groups, { scaleRewards })).toEqual([0, 0, 0, 0, 0, 0]);
    }
  });

  it('only permutes when the members of the groups are permuted', () => {
    const rewards = [1, 0.1, 0, 1, 0.3, 0.2];
    const groups = [0, 0, 0, 1, 1, 1];
    const order = [5, 0, 3, 2, 4, 1];
    const plain = groupAdvantages(rewards, groups, { scaleRewards: 'group' });
    const permuted = groupAdvantages(
      order.map((i) => rewards[i]),
      order.map((i) => groups[i]),
      { scaleRewards: 'group' },
    );
    order.forEach((from, to) => expect(permuted[to]).toBeCloseTo(plain[from], 12));
  });

  it('sums to zero over the scorable members of every group', () => {
    const advantages = groupAdvantages([0.2, 1, null, 0.7], [3, 3, 3, 3], {
      scaleRewards: 'group',
    });
    expect(advantages.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 12);
  });

  it('refuses lengths that disagree and rewards that are not finite', () => {
    expect(() => groupAdvantages([1], [0, 0], { scaleRewards: 'group' })).toThrow(
      /1 rewards and 2 groups/,
    );
    expect(() => groupAdvantages([1, NaN], [0, 0], { scaleRewards: 'group' })).toThrow(
      /got NaN at index 1/,
    );
  });
});

describe('rewardStatistics', () => {
  it('averages group means and deviations and counts groups without spread', () => {
    const statistics = rewardStatistics(
      [1, 0.1, 0, 1, 0.5, 0.5, null, null],
      [0, 0, 0, 0, 1, 1, 2, 2],
      {
        scaleRewards: 'group',
      },
    );
    expect(statistics.reward).toBeCloseTo((0.525 + 0.5) / 2, 12);
    expect(statistics.rewardStd).toBeCloseTo(0.55 / 2, 12);
    expect(statistics.fracRewardZeroStd).toBeCloseTo(2 / 3, 12);
  });
});
