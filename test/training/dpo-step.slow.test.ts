import { beforeAll, describe, expect, it } from 'vitest';
import { dpoLossTypes } from '../../src/algorithms/index.js';
import type { PreferencePair } from '../../src/datasets/index.js';
import { attachAdapter, completionLogprobs, type Policy } from '../../src/policy/index.js';
import { tf } from '../../src/tensor/index.js';
import {
  cpoMetrics,
  cpoStep,
  createOptimizer,
  dpoMetrics,
  dpoStep,
  orpoMetrics,
  orpoStep,
  precomputeReferenceLogprobs,
  type DpoStepSettings,
  type Optimizer,
  type StepMetrics,
} from '../../src/training/index.js';
import { distance, letterPairs, movedAway, stepOnce } from './preference-pairs.js';
import { tinyPolicy, useOneThread, weightsOf } from './tiny-policy.js';

beforeAll(useOneThread);

/** Ragged sides, weights, an empty side. */
function somePairs(policy: Policy): PreferencePair[] {
  const pairs = letterPairs(policy, { seed: 1, count: 6 });
  pairs[1].rejectedWeights = pairs[1].rejectedIds.map((_, t) => (t % 2 === 0 ? 1 : 0.25));
  pairs[4].chosenIds = [97, 256];
  return pairs;
}

function smoothing(lossType: string): DpoStepSettings {
  return /cdpo|robust|exo|aot/.test(lossType) ? { labelSmoothing: 0.1 } : {};
}

type Step = (
  policy: Policy,
  optimizer: Optimizer,
  pairs: PreferencePair[],
  size: number,
) => Promise<StepMetrics>;

const steps: Record<string, Step> = {
  ...Object.fromEntries(
    dpoLossTypes.map((lossType): [string, Step] => [
      `dpo ${lossType}`,
      (policy, optimizer, pairs, perDeviceTrainBatchSize) =>
        dpoStep(policy, optimizer, pairs, {
          ...smoothing(lossType),
          ...{ lossType, perDeviceTrainBatchSize, beta: 0.5 },
        }),
    ]),
  ),
  'dpo mixture, weighted': (policy, optimizer, pairs, perDeviceTrainBatchSize) =>
    dpoStep(policy, optimizer, pairs, {
      ...{ lossType: ['sigmoid', 'sft'], lossWeights: [1, 0.3], perDeviceTrainBatchSize },
      ...{ useWeighting: true, ldAlpha: 0.5 },
    }),
  'cpo sigmoid': (policy, optimizer, pairs, perDeviceTrainBatchSize) =>
    cpoStep(policy, optimizer, pairs, { perDeviceTrainBatchSize }),
  simpo: (policy, optimizer, pairs, perDeviceTrainBatchSize) =>
    cpoStep(policy, optimizer, pairs, {
      lossType: 'simpo',
      beta: 2,
      cpoAlpha: 0.5,
      perDeviceTrainBatchSize,
    }),
  orpo: (policy, optimizer, pairs, perDeviceTrainBatchSize) =>
    orpoStep(policy, optimizer, pairs, { beta: 0.5, perDeviceTrainBatchSize }),
};

describe('a step on preference pairs', () => {
  it.each(Object.entries(steps))(
    'makes the same update in passes over parts as in one: %s',
    async (_, step) => {
      const run = (size: number): ReturnType<typeof stepOnce> =>
        stepOnce((policy, optimizer) => step(policy, optimizer, somePairs(policy), size), {
          prepare: movedAway,
        });
      const whole = await run(6);
      const parts = await run(2);
      expect(distance(whole.after, whole.before)).toBeGreaterThan(1e-4);
      expect(distance(parts.after, whole.after)).toBeLessThan(1e-5);
      for (const [key, value] of Object.entries(whole.metrics)) {
        expect(parts.metrics[key], key).toBeCloseTo(value, 4);
      }
    },
  );

  it.each(Object.entries(steps))(
    'keeps no tensor from one step to the next: %s',
    async (_, step) => {
      const policy = await tinyPolicy(1, { adapter: true });
      const optimizer = createOptimizer(policy, { learningRate: 0.01 });
      await step(policy, optimizer, somePairs(policy), 2);
      const { numTensors } = tf.memory();
      for (let i = 0; i < 2; i++) await step(policy, optimizer, somePairs(policy), 4);
      expect(tf.memory().numTensors).toBe(numTensors);
      optimizer.dispose();
      policy.dispose();
    },
  );

  it.each(['dpo sigmoid', 'dpo aot', 'dpo ipo', 'simpo', 'orpo'])(
    'with weights of 1 everywhere is the one without weights, to the bit: %s',
    async (name) => {
      const run = (weighted: boolean): ReturnType<typeof stepOnce> =>
        stepOnce(
          (policy, optimizer) => {
            const pairs = letterPairs(policy, { seed: 1, count: 5 });
            if (weighted) {
              for (const pair of pairs) {
                pair.chosenWeights = pair.chosenIds.map(() => 1);
                pair.rejectedWeights = pair.rejectedIds.map(() => 1);
              }
            }
            return steps[name](policy, optimizer, pairs, 3);
          },
          { prepare: movedAway },
        );
      const [plain, weighted] = [await run(false), await run(true)];
      expect(weighted.metrics).toEqual(plain.metrics);
      expect(weighted.after).toEqual(plain.after);
      expect(plain.after).not.toEqual(plain.before);
    },
  );

  it.each(['dpo sigmoid', 'dpo aot', 'simpo', 'orpo'])(
    'is the same to the bit with gradient checkpointing and at any other time: %s',
    async (name) => {
      const run = (gradientCheckpointing: boolean): ReturnType<typeof stepOnce> =>
        stepOnce(
          (policy, optimizer) => {
            const pairs = letterPairs(policy, { seed: 1, count: 4 });
            const settings = { gradientCheckpointing, perDeviceTrainBatchSize: 3 };
            if (name === 'simpo') return cpoStep(policy, optimizer, pairs, settings);
            if (name === 'orpo') return orpoStep(policy, optimizer, pairs, settings);
            const lossType = name === 'dpo aot' ? 'aot' : 'sigmoid';
            return dpoStep(policy, optimizer, pairs, { lossType, ...settings });
          },
          { prepare: movedAway },
        );
      const [plain, checkpointed] = [await run(false), await run(true)];
      expect(checkpointed.after).toEqual(plain.after);
      expect(plain.after).not.toEqual(plain.before);
    },
  );
});

describe('dpoStep', () => {
  it('has the loss, rewards and margins of the formula, written out by hand', async () => {
    const { metrics } = await stepOnce(
      async (policy, optimizer) => {
        const pairs = letterPairs(policy, { seed: 2, count: 3 });
        const sum = (completionIds: number[], promptIds: number[], useAdapter: boolean): number =>
          tf.tidy(() => {
            const rows = [{ promptIds, completionIds }];
            return tf.sum(completionLogprobs(policy, rows, { useAdapter }).logprobs).dataSync()[0];
          });
        const rewards = pairs.map(({ promptIds, chosenIds, rejectedIds }) =>
          [chosenIds, rejectedIds].map(
            (ids) => 0.3 * (sum(ids, promptIds, true) - sum(ids, promptIds, false)),
          ),
        );
        const mean = (of: (pair: number[]) => number): number =>
          rewards.reduce((total, pair) => total + of(pair), 0) / rewards.length;
        const before = await dpoMetrics(policy, pairs, { beta: 0.3 });
        const reported = await dpoStep(policy, optimizer, pairs, { beta: 0.3, learningRate: 0.2 });
        expect(reported.loss).toBeCloseTo(
          mean(([c, r]) => Math.log1p(Math.exp(r - c))),
          5,
        );
        expect(reported['rewards/chosen']).toBeCloseTo(
          mean(([c]) => c),
          5,
        );
        expect(reported['rewards/margins']).toBeCloseTo(
          mean(([c, r]) => c - r),
          5,
        );
        expect(reported['rewards/accuracies']).toBeCloseTo(
          mean(([c, r]) => Number(c > r)),
          6,
        );
        for (const [key, value] of Object.entries(before)) expect(reported[key], key).toBe(value);
        expect(before.grad_norm).toBeUndefined();
        const after = await dpoMetrics(policy, pairs, { beta: 0.3 });
        expect(after.loss).toBeLessThan(before.loss);
        return reported;
      },
      { prepare: movedAway },
    );
    expect(Object.keys(metrics).sort()).toEqual(
      [
        ...['entropy', 'grad_norm', 'learning_rate', 'logps/chosen', 'logps/rejected', 'loss'],
        ...['num_tokens', 'rewards/accuracies', 'rewards/chosen', 'rewards/margins'],
        'rewards/rejected',
      ].sort(),
    );
  });

  it('takes the reference from the rows, a frozen copy, the base or another adapter alike', async () => {
    const run = (
      settings: (policy: Policy, frozen: Policy) => DpoStepSettings,
      precompute = false,
    ): ReturnType<typeof stepOnce> =>
      stepOnce(
        async (policy, optimizer) => {
          const frozen = await tinyPolicy(1);
          const pairs = somePairs(policy);
          const rows = precompute ? await precomputeReferenceLogprobs(policy, pairs) : pairs;
          if (precompute) expect(rows[0].refChosenLogps?.length).toBe(rows[0].chosenIds.length);
          const metrics = await dpoStep(policy, optimizer, rows, settings(policy, frozen));
          expect(pairs[0].refChosenLogps).toBeUndefined();
          frozen.dispose();
          return metrics;
        },
        { prepare: movedAway },
      );
    const live = await run(() => ({}));
    const precomputed = await run(() => ({}), true);
    const frozen = await run((_, reference) => ({ reference }));
    const other = await run((policy) => {
      const active = policy.adapter;
      attachAdapter(policy, {
        r: 2,
        loraAlpha: 4,
        targetModules: ['q_proj'],
        seed: 1,
        name: 'start',
      });
      policy.adapter = active;
      return { refAdapterName: 'start' };
    });
    expect(live.metrics['rewards/margins']).not.toBe(0);
    for (const { metrics } of [precomputed, frozen, other]) {
      expect(metrics.loss).toBeCloseTo(live.metrics.loss, 6);
      expect(metrics['rewards/margins']).toBeCloseTo(live.metrics['rewards/margins'], 5);
    }
  });

  it('trains all weights against references of the start, and says so where there are none', async () => {
    await stepOnce(
      async (policy, optimizer) => {
        const pairs = letterPairs(policy, { seed: 1, count: 4 });
        await expect(dpoStep(policy, optimizer, pairs)).rejects.toThrow(
          /precomputeReferenceLogprobs/,
        );
        const rows = await precomputeReferenceLogprobs(policy, pairs);
        const first = await dpoStep(policy, optimizer, rows);
        expect(first.loss).toBeCloseTo(Math.LN2, 6);
        const held = await dpoMetrics(policy, rows);
        expect(held['rewards/margins']).toBeGreaterThan(0);
        return first;
      },
      { adapter: false },
    );
  });

  it('does not feel the rejected side’s tokens of weight 0', async () => {
    const run = (last: number): ReturnType<typeof stepOnce> =>
      stepOnce((policy, optimizer) => {
        const [pair] = letterPairs(policy, { seed: 1, count: 1 });
        const rejectedIds = [98, 98, last];
        return dpoStep(policy, optimizer, [{ ...pair, rejectedIds, rejectedWeights: [0, 1, 0] }]);
      });
    const [one, other] = [await run(97), await run(99)];
    expect(other.after).toEqual(one.after);
    expect(one.after).not.toEqual(one.before);
  });

  it('goes on where sides are truncated to nothing', async () => {
    const empty = (pairs: PreferencePair[]): PreferencePair[] => [
      { ...pairs[0], chosenIds: [] },
      { ...pairs[1], chosenIds: [], rejectedIds: [] },
      pairs[2],
    ];
    for (const name of ['dpo sigmoid', 'dpo ipo', 'dpo sft', 'cpo sigmoid', 'simpo', 'orpo']) {
      const { metrics, after } = await stepOnce((policy, optimizer) =>
        steps[name](policy, optimizer, empty(letterPairs(policy, { seed: 1, count: 3 })), 8),
      );
      expect(Object.values(metrics).every(Number.isFinite), name).toBe(true);
      expect(after.every(Number.isFinite), name).toBe(true);
    }
  });

  it('updates nothing when the loss is not finite, or when it is aborted', async () => {
    const policy = await tinyPolicy(1, { adapter: true });
    const optimizer = createOptimizer(policy, { learningRate: 0.01 });
    const before = weightsOf(policy);
    const pairs = letterPairs(policy, { seed: 1, count: 4 });
    const broken = await precomputeReferenceLogprobs(policy, pairs);
    broken[3].refChosenLogps = broken[3].refChosenLogps?.map(() => Infinity);
    for (const lossType of ['sigmoid', 'aot'] as const) {
      const settings = { lossType, perDeviceTrainBatchSize: 2 };
      await expect(dpoStep(policy, optimizer, broken, settings)).rejects.toThrow(/finite/);
    }
    const signal = AbortSignal.abort(new Error('stop here'));
    await expect(dpoStep(policy, optimizer, pairs, { signal })).rejects.toThrow('stop here');
    expect(weightsOf(policy)).toEqual(before);
    expect(optimizer.step).toBe(0);
    optimizer.dispose();
    policy.dispose();
  });

  it('says which pair does not fit, and which options do not go together', async () => {
    const policy = await tinyPolicy(1, { adapter: true });
    const [pair] = letterPairs(policy, { seed: 1, count: 1 });
    const fails = async (
      pairs: PreferencePair[],
      settings: DpoStepSettings,
      message: RegExp,
    ): Promise<void> => expect(dpoMetrics(policy, pairs, settings)).rejects.toThrow(message);
    await fails([], {}, /at least one pair/);
    await fails(
      [{ ...pair, chosenWeights: [1] }],
      {},
      /pair pair-0, chosen side: expected \d weights/,
    );
    await fails(
      [{ ...pair, refRejectedLogps: [0] }],
      {},
      /rejected side: expected \d reference logps/,
    );
    await fails([pair], { labelSmoothing: 0.1 }, /cdpo/);
    await fails([pair], { lossType: 'exo_pair' }, /1e-3/);
    await fails(
      [pair],
      { lossType: 'apo_zero', fDivergenceType: 'forward_kl' },
      /goes with sigmoid/,
    );
    await fails([pair], { lossType: 'aot', useWeighting: true }, /ranks/);
    await fails([pair], { lossType: ['ipo', 'sft'], lossWeights: [1] }, /2 lossWeights/);
    await fails([pair], { ldAlpha: 2 }, /from 0 to 1/);
    await fails([pair], { lossType: 'kto' as 'ipo' }, /one of sigmoid, hinge/);
    await expect(orpoMetrics(policy, [{ ...pair, chosenIds: [] }])).rejects.toThrow(/both sides/);
    await expect(
      cpoMetrics(policy, [pair], { lossType: 'ipo', labelSmoothing: 0.1 }),
    ).rejects.toThrow(/without effect/);
    policy.dispose();
  });
});
