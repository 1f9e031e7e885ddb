import { describe, expect, it } from 'vitest';
import type { Rollout } from '../../src/records.js';
import { scoreRollouts, type RewardFunction } from '../../src/rewards/index.js';
import { assignAdvantages } from '../../src/training/index.js';
import { exampleRollout } from '../rollouts/example-rollout.js';

/** Two groups of three. */
const rollouts = [0, 1].flatMap((group) =>
  [0, 1, 2].map((sample) => exampleRollout({ group, sample, id: `run/1/${group}/${sample}` })),
);

function reward(name: string, weight: number, scores: readonly (number | null)[]): RewardFunction {
  const byId = new Map(rollouts.map(({ id }, index) => [id, scores[index]]));
  return { name, weight, score: (batch) => batch.map(({ id }) => byId.get(id) ?? null) };
}

async function sequences(
  rewards: readonly RewardFunction[],
  multiObjectiveAggregation: 'sum_then_normalize' | 'normalize_then_sum',
  batch: readonly Rollout[] = rollouts,
): Promise<number[]> {
  const scored = await scoreRollouts(batch, rewards);
  return assignAdvantages(scored, { multiObjectiveAggregation }).map(
    ({ advantages }) => advantages?.sequence ?? NaN,
  );
}

function normalised(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return values.map((value) => (value - mean) / (Math.sqrt(squares / (values.length - 1)) + 1e-4));
}

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 12));
}

// One reward in hundreds and one in units: in the sum only the first is heard.
const loud = [100, 200, 300, 0, 50, 100];
const quiet = [1, 0, 0, 0, 0, 1];

describe('from several rewards to advantages', () => {
  it('sum_then_normalize weighs, sums and then compares within the group', async () => {
    const rewards = [reward('loud', 1, loud), reward('quiet', 10, quiet)];
    expectClose(await sequences(rewards, 'sum_then_normalize'), [
      ...normalised([110, 200, 300]),
      ...normalised([0, 50, 110]),
    ]);
  });

  it('normalize_then_sum compares each reward within the group, weighs, sums, and whitens the batch', async () => {
    const rewards = [reward('loud', 1, loud), reward('quiet', 2, quiet)];
    const each = (values: readonly number[]): number[] => [
      ...normalised(values.slice(0, 3)),
      ...normalised(values.slice(3)),
    ];
    const [first, second] = [each(loud), each(quiet)];
    const sums = first.map((value, i) => value + 2 * second[i]);
    expectClose(await sequences(rewards, 'normalize_then_sum'), normalised(sums));
    // The quiet reward's only winner of the first group leads it, which its sum does not see.
    expect(sums[0]).toBeGreaterThan(sums[2]);
  });

  it('a scale of one reward changes the sum’s advantages and not the others', async () => {
    const at = (scale: number) => [
      reward('loud', 1, loud.map((value) => scale * value)), // prettier-ignore
      reward('quiet', 1, quiet),
    ];
    const [one, ten] = [await sequences(at(1), 'normalize_then_sum'), await sequences(at(10), 'normalize_then_sum')]; // prettier-ignore
    one.forEach((value, i) => expect(ten[i]).toBeCloseTo(value, 4));
    const sums = [await sequences(at(0.001), 'sum_then_normalize'), await sequences(at(10), 'sum_then_normalize')]; // prettier-ignore
    expect(Math.abs(sums[0][0] - sums[1][0])).toBeGreaterThan(0.1);
  });

  it.each(['sum_then_normalize', 'normalize_then_sum'] as const)(
    '%s leaves a reward of weight 0 out and hears nothing of the unscorable',
    async (aggregation) => {
      const heard = reward('loud', 1, [100, 200, null, 0, 50, 100]);
      const alone = await sequences([heard], aggregation);
      expect(alone[2]).toBe(0);
      const silent = reward('silent', 0, [9, -9, null, 4, 5, 6]);
      expectClose(await sequences([heard, silent], aggregation), alone);
      const scorable = rollouts.filter((_, index) => index !== 2);
      const without = await sequences([heard], aggregation, scorable);
      expectClose(alone.filter((_, index) => index !== 2), without); // prettier-ignore
    },
  );

  it('normalize_then_sum adds nothing where one of the rewards gave null', async () => {
    const rewards = [reward('loud', 1, loud), reward('quiet', 1, [1, 0, null, 0, 0, 1])];
    const first = [...normalised(loud.slice(0, 3)), ...normalised(loud.slice(3))];
    const second = [...normalised([1, 0]), 0, ...normalised([0, 0, 1])];
    expectClose(
      await sequences(rewards, 'normalize_then_sum'),
      normalised(first.map((value, i) => value + second[i])),
    );
  });

  it('both give 0 everywhere where all rewards are equal', async () => {
    const flat = reward(
      'flat',
      3,
      [0.1 + 0.2, 0.3 + 1e-17, 0.1 + 0.2, 7, 7, 7].map(() => 0.3),
    );
    for (const aggregation of ['sum_then_normalize', 'normalize_then_sum'] as const) {
      expect(await sequences([flat], aggregation)).toEqual([0, 0, 0, 0, 0, 0]);
    }
  });
});
