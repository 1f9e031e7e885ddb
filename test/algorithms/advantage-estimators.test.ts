import { expect, it } from 'vitest';
import {
  advantageEstimators,
  estimateAdvantages,
  groupAdvantages,
  normalizeThenSum,
  type AdvantageOptions,
} from '../../src/algorithms/index.js';

const rewards = [1, 0.25, 0, null, 0.5, 0.75];
const groups = [0, 0, 0, 1, 1, 1];

it('grpo is groupAdvantages to the bit', () => {
  for (const scaleRewards of ['group', 'batch', 'none'] as const) {
    expect(estimateAdvantages(rewards, groups, { scaleRewards })).toEqual(
      groupAdvantages(rewards, groups, { scaleRewards }),
    );
  }
});

// By hand: the others of [1, 0.25, 0] have means 0.125, 0.5 and 0.625; of [0.5, 0.75] each the other.
it('rloo takes the mean of the others as baseline', () => {
  expect(estimateAdvantages(rewards, groups, { estimator: 'rloo' })).toEqual([
    0.875, -0.25, -0.625, 0, -0.25, 0.25,
  ]);
});

// By hand: tokens 2, 1, 1 of rewards 1, 0, 0: mean 0.5, variance (4 · 0.25) / 3.
it('reinforce_plus_plus counts a reward once per token', () => {
  const advantages = estimateAdvantages([1, 0, 0], [0, 0, 0], {
    estimator: 'reinforce_plus_plus',
    tokenCounts: [2, 1, 1],
  });
  const expected = [1, -1, -1].map((sign) => (sign * 0.5) / Math.sqrt(1 / 3 + 1e-8));
  advantages.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 12));
});

it('verl_grpo keeps the score of a group of one, where the others give 0', () => {
  const lone = (options: AdvantageOptions): number =>
    estimateAdvantages([3, 1, 0], [0, 1, 1], options)[0];
  expect(lone({ estimator: 'verl_grpo', scaleRewards: 'none' })).toBe(3);
  expect(lone({ estimator: 'verl_grpo' })).toBeCloseTo(3, 5);
  expect(lone({ estimator: 'grpo' })).toBe(0);
  expect(lone({ estimator: 'rloo' })).toBe(0);
});

it.each(advantageEstimators)(
  '%s gives exactly 0 to the unscorable and to a flat batch',
  (estimator) => {
    const odd = 0.1 + 0.2;
    const tokenCounts = [1, 5, 2, 3, 3, 1];
    const flat = estimateAdvantages([odd, odd, odd, null, odd, odd], groups, {
      estimator,
      tokenCounts,
    });
    expect(flat).toEqual([0, 0, 0, 0, 0, 0]);
    expect(estimateAdvantages(rewards, groups, { estimator, tokenCounts })[3]).toBe(0);
    expect(estimateAdvantages([null, null], [0, 0], { estimator })).toEqual([0, 0]);
    expect(estimateAdvantages([], [], { estimator })).toEqual([]);
  },
);

it.each(advantageEstimators)('%s only permutes when the completions are permuted', (estimator) => {
  const tokenCounts = [1, 5, 2, 3, 3, 1];
  const order = [5, 2, 0, 4, 1, 3];
  const plain = estimateAdvantages(rewards, groups, { estimator, tokenCounts });
  const permuted = estimateAdvantages(
    order.map((i) => rewards[i]),
    order.map((i) => groups[i]),
    { estimator, tokenCounts: order.map((i) => tokenCounts[i]) },
  );
  order.forEach((from, to) => expect(permuted[to]).toBeCloseTo(plain[from], 12));
});

it('refuses an unknown estimator, a scale that verl lacks, and token counts that do not fit', () => {
  const named = { estimator: 'gae' } as unknown as AdvantageOptions;
  expect(() => estimateAdvantages([1, 0], [0, 0], named)).toThrow(/grpo, verl_grpo.*got "gae"/);
  expect(() =>
    estimateAdvantages([1, 0], [0, 0], { estimator: 'verl_grpo', scaleRewards: 'batch' }),
  ).toThrow(/verl_grpo, got batch/);
  expect(() =>
    estimateAdvantages([1, 0], [0, 0], { estimator: 'reinforce_plus_plus', tokenCounts: [1] }),
  ).toThrow(/2 rewards and 1 counts/);
});

it('normalizeThenSum lets no objective drown another', () => {
  // The second objective is a thousand times the first.
  const rewards = [[1, 0], [0, 1000], [1, 1000], [0, 0]]; // prettier-ignore
  const [first, second, both, none] = normalizeThenSum(rewards, [1, 1], [0, 0, 0, 0]);
  expect(Math.abs(first)).toBeLessThan(1e-3);
  expect(Math.abs(second)).toBeLessThan(1e-3);
  expect(both).toBeGreaterThan(1);
  expect(none).toBeCloseTo(-both, 12);
});

it('normalizeThenSum gives exactly 0 to what is flat in every objective, and to the unscorable', () => {
  const advantages = normalizeThenSum(
    [[0.1, 3], [0.1, 3], [null, null], [1, 0], [0, 0], [0.5, 0]], // prettier-ignore
    [1, 1],
    [0, 0, 0, 1, 1, 1],
  );
  expect(advantages.slice(0, 3)).toEqual([0, 0, 0]);
  expect(advantages[3]).toBeGreaterThan(0);
  expect(() => normalizeThenSum([[1]], [1, 1], [0])).toThrow(/2 rewards .* got 1 at index 0/);
});
