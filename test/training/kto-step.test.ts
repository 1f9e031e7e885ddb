import { beforeAll, describe, expect, it } from 'vitest';
import type { UnpairedExample } from '../../src/datasets/index.js';
import { completionLogprobs, type Policy } from '../../src/policy/index.js';
import { tf } from '../../src/tensor/index.js';
import {
  createOptimizer,
  ktoMetrics,
  ktoStep,
  precomputeReferenceLogprobs,
  sftStep,
  withMismatched,
  type KtoStepSettings,
  type Optimizer,
  type StepMetrics,
} from '../../src/training/index.js';
import { mismatchedIndices } from '../../src/training/kto-pairing.js';
import { distance, letterPairs, movedAway, stepOnce, unpaired } from './preference-pairs.js';
import { tinyPolicy, useOneThread, weightsOf } from './tiny-policy.js';

beforeAll(useOneThread);

function someExamples(policy: Policy): UnpairedExample[] {
  const examples = unpaired(letterPairs(policy, { seed: 1, count: 4 })).slice(0, 7);
  examples[3].weights = examples[3].completionIds.map((_, t) => (t === 1 ? 1 : 0.5));
  return examples;
}

function run(
  settings: KtoStepSettings,
  change: (examples: UnpairedExample[]) => UnpairedExample[] = (examples) => examples,
): ReturnType<typeof stepOnce> {
  return stepOnce(
    (policy, optimizer) => ktoStep(policy, optimizer, change(someExamples(policy)), settings),
    { prepare: movedAway },
  );
}

const prompt = (id: number): { promptIds: number[] } => ({ promptIds: [id] });

describe('the completions of KTO’s reference point', () => {
  it('are rotated by one where all prompts differ, as TRL does, whatever the pairing', () => {
    const examples = [1, 2, 3, 4].map(prompt);
    expect(mismatchedIndices(examples, 'rotation')).toEqual([3, 0, 1, 2]);
    expect(mismatchedIndices(examples, 'distinct_prompts')).toEqual([3, 0, 1, 2]);
  });

  it('are of another prompt, each used once, where several completions have one prompt', () => {
    const ids = [1, 1, 1, 2, 2, 3, 1, 2];
    const partners = mismatchedIndices(ids.map(prompt), 'distinct_prompts');
    expect(new Set(partners).size).toBe(ids.length);
    partners.forEach((partner, i) => expect(ids[partner ?? -1]).not.toBe(ids[i]));
    const rotated = mismatchedIndices(ids.map(prompt), 'rotation');
    expect(rotated.some((partner, i) => ids[partner ?? -1] === ids[i])).toBe(true);
  });

  it('are left out where a prompt has more than half of the batch, and no more than need be', () => {
    const partners = mismatchedIndices([1, 1, 2, 1].map(prompt), 'distinct_prompts');
    expect(partners.filter((partner) => partner !== null).length).toBe(2);
    expect(mismatchedIndices([1, 1].map(prompt), 'distinct_prompts')).toEqual([null, null]);
    expect(mismatchedIndices([prompt(1)], 'rotation')).toEqual([0]);
    expect(mismatchedIndices([], 'distinct_prompts')).toEqual([]);
  });
});

describe('ktoStep', () => {
  it.each(['kto', 'apo_zero_unpaired'] as const)(
    'makes the same update in passes over parts as in one: %s',
    async (lossType) => {
      const settings = { lossType, beta: 0.5, desirableWeight: 1.3 };
      const whole = await run({ ...settings, perDeviceTrainBatchSize: 7 });
      const parts = await run({ ...settings, perDeviceTrainBatchSize: 2 });
      expect(distance(whole.after, whole.before)).toBeGreaterThan(1e-4);
      expect(distance(parts.after, whole.after)).toBeLessThan(1e-5);
      for (const [key, value] of Object.entries(whole.metrics)) {
        expect(parts.metrics[key], key).toBeCloseTo(value, 4);
      }
    },
  );

  it('has the loss and the reference point of the formula, written out by hand', async () => {
    await stepOnce(
      async (policy, optimizer) => {
        const examples = unpaired(letterPairs(policy, { seed: 3, count: 2 }));
        const sum = (promptIds: number[], completionIds: number[], useAdapter: boolean): number =>
          tf.tidy(() => {
            const rows = [{ promptIds, completionIds }];
            return tf.sum(completionLogprobs(policy, rows, { useAdapter }).logprobs).dataSync()[0];
          });
        const ratio = (promptIds: number[], completionIds: number[]): number =>
          sum(promptIds, completionIds, true) - sum(promptIds, completionIds, false);
        const mean = (values: number[]): number =>
          values.reduce((total, value) => total + value, 0) / values.length;
        const rotated = examples.map(({ promptIds }, i) =>
          ratio(promptIds, examples[(i + 3) % 4].completionIds),
        );
        const z0 = Math.max(0, mean(rotated));
        const losses = examples.map(({ promptIds, completionIds, label }) => {
          const x = 0.4 * (ratio(promptIds, completionIds) - z0) * (label ? 1 : -1);
          return (label ? 1 : 0.5) / (1 + Math.exp(x));
        });
        const settings = { klPairing: 'rotation', beta: 0.4, undesirableWeight: 0.5 } as const;
        const measured = await ktoMetrics(policy, examples, settings);
        expect(measured.kl).toBeCloseTo(z0, 4);
        expect(measured.loss).toBeCloseTo(mean(losses), 5);
        const metrics = await ktoStep(policy, optimizer, examples, settings);
        for (const [key, value] of Object.entries(measured)) expect(metrics[key], key).toBe(value);
        return metrics;
      },
      { prepare: movedAway },
    );
  });

  it('with weights of 1 everywhere is the one without weights, to the bit', async () => {
    const plain = (examples: UnpairedExample[]): UnpairedExample[] =>
      examples.map((example) => ({ ...example, weights: undefined }));
    const ones = (examples: UnpairedExample[]): UnpairedExample[] =>
      examples.map((example) => ({ ...example, weights: example.completionIds.map(() => 1) }));
    const [without, weighted] = [await run({}, plain), await run({}, ones)];
    expect(weighted.metrics).toEqual(without.metrics);
    expect(weighted.after).toEqual(without.after);
    expect(without.after).not.toEqual(without.before);
  });

  it('learns from a batch with one side only, and from completions truncated to nothing', async () => {
    for (const label of [true, false]) {
      const { metrics, before, after } = await run({}, (examples) =>
        examples.map((example) => ({ ...example, label })),
      );
      expect(Object.values(metrics).every(Number.isFinite)).toBe(true);
      expect(metrics['rewards/margins']).toBeUndefined();
      expect(`rewards/${label ? 'rejected' : 'chosen'}` in metrics).toBe(false);
      expect(distance(after, before)).toBeGreaterThan(1e-5);
    }
    const { metrics } = await run({}, ([first, ...others]) => [
      { ...first, completionIds: [] },
      ...others,
    ]);
    expect(Object.values(metrics).every(Number.isFinite)).toBe(true);
  });

  it('takes precomputed references, of the mismatched completions too', async () => {
    const learned = async (
      step: (policy: Policy, optimizer: Optimizer) => Promise<StepMetrics>,
    ): ReturnType<typeof stepOnce> =>
      stepOnce(async (policy, optimizer) => {
        // All completions become likelier, the mismatched ones too: z0 is above 0.
        for (let i = 0; i < 3; i++) await sftStep(policy, optimizer, someExamples(policy));
        return step(policy, optimizer);
      });
    const live = await learned((policy, optimizer) =>
      ktoStep(policy, optimizer, someExamples(policy), { klPairing: 'rotation' }),
    );
    const precomputed = await learned(async (policy, optimizer) => {
      const rows = withMismatched(someExamples(policy), 'rotation');
      const filled = await precomputeReferenceLogprobs(policy, rows);
      expect(filled[0].refMismatchedLogps?.length).toBe(filled[0].mismatchedIds?.length);
      return ktoStep(policy, optimizer, filled);
    });
    expect(live.metrics.kl).toBeGreaterThan(0);
    for (const [key, value] of Object.entries(live.metrics)) {
      expect(precomputed.metrics[key], key).toBeCloseTo(value, 5);
    }
  });

  it('says what is missing where all weights are trained without a reference', async () => {
    const policy = await tinyPolicy(1);
    const examples = someExamples(policy);
    const rows = await precomputeReferenceLogprobs(policy, examples);
    await expect(ktoMetrics(policy, rows)).rejects.toThrow(/precomputeReferenceLogprobs/);
    expect((await ktoMetrics(policy, rows, { lossType: 'apo_zero_unpaired' })).loss).toBeCloseTo(
      0.5,
      5,
    );
    const whole = await precomputeReferenceLogprobs(policy, withMismatched(examples));
    expect((await ktoMetrics(policy, whole)).loss).toBeCloseTo(0.5, 5);
    await expect(ktoMetrics(policy, [])).rejects.toThrow(/at least one example/);
    await expect(ktoMetrics(policy, whole, { beta: 0 })).rejects.toThrow(/above 0/);
    policy.dispose();
  });

  it('keeps no tensor from one step to the next, and updates nothing when the loss is not finite', async () => {
    const policy = await tinyPolicy(1, { adapter: true });
    const optimizer = createOptimizer(policy, { learningRate: 0.01 });
    await ktoStep(policy, optimizer, someExamples(policy), { perDeviceTrainBatchSize: 2 });
    const { numTensors } = tf.memory();
    for (let i = 0; i < 3; i++) await ktoStep(policy, optimizer, someExamples(policy));
    expect(tf.memory().numTensors).toBe(numTensors);
    const before = weightsOf(policy);
    const broken = await precomputeReferenceLogprobs(policy, someExamples(policy));
    broken[5].refLogps = broken[5].refLogps?.map(() => NaN);
    const settings = { perDeviceTrainBatchSize: 2 };
    await expect(ktoStep(policy, optimizer, broken, settings)).rejects.toThrow(/finite/);
    expect(weightsOf(policy)).toEqual(before);
    expect(tf.memory().numTensors).toBe(numTensors);
    optimizer.dispose();
    policy.dispose();
  });
});
