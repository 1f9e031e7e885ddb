import { beforeAll, describe, expect, it } from 'vitest';
import { completionLogprobs, detachAdapter, type Policy } from '../../src/policy/index.js';
import type { Rollout } from '../../src/records.js';
import { tf } from '../../src/tensor/index.js';
import {
  assignAdvantages,
  createOptimizer,
  grpoStep,
  type GrpoStepSettings,
  type StepMetrics,
} from '../../src/training/index.js';
import { exampleVerdict } from '../rollouts/example-rollout.js';
import {
  letterPolicy,
  prefersA,
  prefersLowIds,
  tinyPolicy,
  tinyRollouts,
  tinySampling,
  useOneThread,
  weightsOf,
} from './tiny-policy.js';

beforeAll(useOneThread);

/** One step from the same policy on the same rollouts: what it reported and where the weights went. */
async function stepOnce(
  settings: GrpoStepSettings,
  options: { adapter?: boolean; change?: (rollouts: Rollout[]) => Rollout[] } = {},
): Promise<{ metrics: StepMetrics; before: number[]; after: number[] }> {
  const policy = await tinyPolicy(1, { adapter: options.adapter });
  const sampled = await tinyRollouts(policy, prefersLowIds(), { step: 1, seed: 1 });
  const rollouts = options.change?.(sampled) ?? sampled;
  // An epsilon far above the gradients makes AdamW's first update proportional to them.
  const optimizer = createOptimizer(policy, {
    learningRate: 10,
    adamEpsilon: 10,
    maxGradNorm: 0,
  });
  const before = weightsOf(policy);
  const metrics = await grpoStep(policy, optimizer, rollouts, settings);
  const after = weightsOf(policy);
  optimizer.dispose();
  policy.dispose();
  return { metrics, before, after };
}

function expectClose(actual: number[], expected: number[], digits: number): void {
  const largest = actual.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - expected[i])),
    0,
  );
  expect(largest).toBeLessThan(10 ** -digits);
}

/** The loop of a GRPO run: sample, score, learn, step after step. */
async function train(
  policy: Policy,
  seed: number,
  settings: GrpoStepSettings,
  steps = 12,
): Promise<StepMetrics[]> {
  const optimizer = createOptimizer(policy, { learningRate: 0.005 });
  const metrics: StepMetrics[] = [];
  for (let step = 1; step <= steps; step++) {
    const rollouts = await tinyRollouts(policy, prefersA(), { step, seed });
    metrics.push(await grpoStep(policy, optimizer, rollouts, settings));
  }
  optimizer.dispose();
  return metrics;
}

/** Mean reward of the policy as it is now, on draws that no training step saw. */
async function rewardOf(policy: Policy): Promise<number> {
  const rollouts = await tinyRollouts(policy, prefersA(), {
    step: 99,
    seed: 99,
    numGenerations: 32,
  });
  return rollouts.reduce((sum, { reward }) => sum + (reward ?? 0), 0) / rollouts.length;
}

describe('grpoStep learns', () => {
  it.each([1, 2, 3])(
    'to raise a simple reward, with an adapter and with all weights, seed %i',
    async (seed) => {
      const policy = await letterPolicy(seed, { adapter: true });
      const before = await rewardOf(policy);
      expect(before).toBeLessThan(0.56);

      await train(policy, seed, { learningRate: 0.01 });
      expect(await rewardOf(policy)).toBeGreaterThan(before + 0.12);

      detachAdapter(policy);
      expect(await rewardOf(policy)).toBe(before);
      await train(policy, seed, { learningRate: 0.005 });
      expect(await rewardOf(policy)).toBeGreaterThan(before + 0.12);
      policy.dispose();
    },
  );

  it('nothing with learning rate 0', async () => {
    const policy = await letterPolicy(1);
    const weights = weightsOf(policy);
    const before = await rewardOf(policy);
    await train(policy, 1, { learningRate: 0 }, 3);
    expect(weightsOf(policy)).toEqual(weights);
    expect(await rewardOf(policy)).toBe(before);
    policy.dispose();
  });

  it('moves the policy and leaves the reference model where it was', async () => {
    const policy = await letterPolicy(1, { adapter: true });
    const probe = [{ promptIds: [97, 58], completionIds: [97, 98, 256] }];
    const values = (useAdapter: boolean): number[] =>
      tf.tidy(() =>
        Array.from(completionLogprobs(policy, probe, { useAdapter }).logprobs.dataSync()),
      );
    const policyBefore = values(true);
    const referenceBefore = values(false);
    const metrics = await train(policy, 1, { learningRate: 0.05, beta: 0.01 }, 3);
    expect(values(false)).toEqual(referenceBefore);
    expect(values(true)).not.toEqual(policyBefore);
    // The adapter starts at zero, so the first KL is one of a model with itself.
    expect(metrics[0].kl).toBeCloseTo(0, 6);
    expect(metrics[2].kl).toBeGreaterThan(0);
    policy.dispose();
  });

  it('keeps no tensor from one step to the next', async () => {
    const policy = await tinyPolicy(1, { adapter: true });
    const optimizer = createOptimizer(policy, { learningRate: 0.01 });
    const rollouts = await tinyRollouts(policy, prefersLowIds(), { step: 1, seed: 1 });
    const settings = { beta: 0.1, numIterations: 2, perDeviceTrainBatchSize: 12 };
    await grpoStep(policy, optimizer, rollouts, settings);
    const { numTensors } = tf.memory();
    for (let i = 0; i < 3; i++) await grpoStep(policy, optimizer, rollouts, settings);
    expect(tf.memory().numTensors).toBe(numTensors);
    policy.dispose();
  });
});

describe('grpoStep counts as it should', () => {
  it('makes the same update in passes over parts as in one, for every loss type', async () => {
    for (const lossType of ['grpo', 'bnpo', 'dapo', 'dr_grpo'] as const) {
      const settings = { lossType, beta: 0.05 };
      const whole = await stepOnce({ ...settings, perDeviceTrainBatchSize: 32 }, { adapter: true });
      const parts = await stepOnce({ ...settings, perDeviceTrainBatchSize: 5 }, { adapter: true });
      expect(parts.metrics.loss).toBeCloseTo(whole.metrics.loss, 5);
      expect(parts.metrics.grad_norm).toBeCloseTo(whole.metrics.grad_norm, 5);
      expectClose(parts.after, whole.after, 5);
      expect(whole.after).not.toEqual(whole.before);
    }
  });

  it('makes the same update whether or not completions without advantage are left out', async () => {
    // One group gets equal rewards.
    const change = (rollouts: Rollout[]): Rollout[] =>
      rollouts.map((rollout) => (rollout.group === 2 ? { ...rollout, reward: 0.5 } : rollout));
    const skipped = await stepOnce({}, { change });
    const all = await stepOnce({ skipZeroAdvantages: false }, { change });
    expect(skipped.metrics.frac_reward_zero_std).toBe(0.25);
    expect(skipped.metrics.loss).toBeCloseTo(all.metrics.loss, 6);
    expectClose(skipped.after, all.after, 6);
  });

  it('makes no update where nothing can be learned', async () => {
    const change = (rollouts: Rollout[]): Rollout[] =>
      rollouts.map((rollout) => ({ ...rollout, reward: 1 }));
    const { metrics, before, after } = await stepOnce({}, { change });
    expect(after).toEqual(before);
    expect(metrics).toMatchObject({ loss: 0, grad_norm: 0, frac_reward_zero_std: 1 });
    // Nearly uniform over 257 tokens.
    expect(metrics.entropy).toBeCloseTo(Math.log(257), 1);
  });

  it('leaves truncated completions out on request, in the denominator too', async () => {
    const cut = (rollouts: Rollout[]): Rollout[] =>
      rollouts.map((rollout) =>
        rollout.sample < 3
          ? { ...rollout, finishReason: 'length' }
          : { ...rollout, finishReason: 'stop' },
      );
    const masked = await stepOnce({ maskTruncatedCompletions: true }, { change: cut });
    const plain = await stepOnce({}, { change: cut });
    expect(masked.metrics['completions/clipped_ratio']).toBe(12 / 32);
    expect(masked.metrics.num_tokens).toBeLessThan(plain.metrics.num_tokens);
    const all = await stepOnce(
      { maskTruncatedCompletions: true, beta: 0.1 },
      {
        adapter: true,
        change: (rollouts) => rollouts.map((rollout) => ({ ...rollout, finishReason: 'length' })),
      },
    );
    expect(all.after).toEqual(all.before);
    expect(Object.values(all.metrics).every(Number.isFinite)).toBe(true);
  });

  it('span_penalty with lambda 0 is the scalar algorithm to the bit; with more it is not', async () => {
    const change = (rollouts: Rollout[]): Rollout[] =>
      rollouts.map((rollout) => ({
        ...rollout,
        rewards: rollout.rewards!.map((result) => ({
          ...result,
          spans: [{ start: 0, end: 1, value: -1, label: 'leak' }],
        })),
      }));
    const scalar = await stepOnce({ tokenScheme: { name: 'scalar' } }, { change });
    const zero = await stepOnce({ tokenScheme: { name: 'span_penalty', lambda: 0 } }, { change });
    const half = await stepOnce({ tokenScheme: { name: 'span_penalty', lambda: 0.5 } }, { change });
    expect(zero.after).toEqual(scalar.after);
    expect(zero.metrics).toEqual(scalar.metrics);
    expect(half.after).not.toEqual(scalar.after);
  });

  it('keeps advantages that are already there', async () => {
    const flat = (rollouts: Rollout[]): Rollout[] =>
      assignAdvantages(rollouts).map((rollout) => ({
        ...rollout,
        advantages: { ...rollout.advantages!, tokens: rollout.completionIds.map(() => 0) },
      }));
    const { before, after } = await stepOnce({}, { change: flat });
    expect(after).toEqual(before);
  });
});

describe('old log-probabilities', () => {
  it('of a single update are the current ones: ratio 1, nothing clipped', async () => {
    const { metrics } = await stepOnce({ epsilon: 1e-6 });
    expect(metrics['clip_ratio/region_mean']).toBe(0);
  });

  it('recorded while sampling agree with recomputed ones up to float32 noise', async () => {
    const settings = { numIterations: 2 };
    const recorded = await stepOnce({ ...settings, oldLogprobs: 'recorded' });
    const recomputed = await stepOnce({ ...settings, oldLogprobs: 'recomputed' });
    const auto = await stepOnce(settings);
    expectClose(recorded.after, recomputed.after, 4);
    expect(auto.after).toEqual(recorded.after);
    const single = await stepOnce({ oldLogprobs: 'current' });
    expectClose((await stepOnce({ oldLogprobs: 'recomputed' })).after, single.after, 5);
  });

  it.each([
    ['top_k cut', { topK: 20 }],
    ['repetition_penalty bent', { repetitionPenalty: 1.2 }],
  ])(
    'are recomputed where %s the sampling distribution, and never taken as recorded',
    async (_, changes) => {
      const policy = await tinyPolicy(1);
      const sampling = { ...tinySampling, ...changes };
      const rollouts = await tinyRollouts(policy, prefersLowIds(), { step: 1, seed: 1, sampling });
      const optimizer = createOptimizer(policy, { learningRate: 0 });
      const { 'clip_ratio/region_mean': clipped } = await grpoStep(policy, optimizer, rollouts, {
        numIterations: 2,
      });
      expect(clipped).toBe(0);
      await expect(
        grpoStep(policy, optimizer, rollouts, { oldLogprobs: 'recorded' }),
      ).rejects.toThrow(/top_k, top_p, min_p or repetition_penalty.*recomputed/s);
      policy.dispose();
    },
  );

  it('clip once several updates have moved the policy', async () => {
    const policy = await tinyPolicy(1);
    const rollouts = await tinyRollouts(policy, prefersLowIds(), { step: 1, seed: 1 });
    const optimizer = createOptimizer(policy, { learningRate: 0.02 });
    const metrics = await grpoStep(policy, optimizer, rollouts, {
      numIterations: 4,
      stepsPerGeneration: 2,
    });
    expect(optimizer.step).toBe(8);
    expect(metrics['clip_ratio/region_mean']).toBeGreaterThan(0);
    policy.dispose();
  });
});

describe('grpoStep’s metrics and guards', () => {
  it('has TRL’s names and ours, all finite', async () => {
    const outcomes = ['clean', 'warning', 'compile_error', 'sandbox_error'] as const;
    const { metrics } = await stepOnce(
      { beta: 0.1 },
      {
        adapter: true,
        change: (rollouts) =>
          rollouts.map((rollout) => ({
            ...rollout,
            verdict: exampleVerdict(outcomes[rollout.sample % 4]),
          })),
      },
    );
    expect(Object.keys(metrics)).toEqual(
      expect.arrayContaining([
        'loss',
        'reward',
        'reward_std',
        'frac_reward_zero_std',
        'rewards/low_ids/mean',
        'completions/mean_length',
        'completions/clipped_ratio',
        'kl',
        'entropy',
        'clip_ratio/low_mean',
        'clip_ratio/high_mean',
        'grad_norm',
        'learning_rate',
      ]),
    );
    expect(Object.values(metrics).every(Number.isFinite)).toBe(true);
    expect(metrics.compile_rate).toBeCloseTo(2 / 3, 12);
    expect(metrics.sanitizer_clean_rate).toBeCloseTo(2 / 3, 12);
    expect(metrics.fully_clean_rate).toBeCloseTo(1 / 3, 12);
  });

  it('ends between two passes when its signal aborts, and nothing has changed', async () => {
    const policy = await tinyPolicy(1);
    const rollouts = await tinyRollouts(policy, prefersLowIds(), { step: 1, seed: 1 });
    const before = weightsOf(policy);
    const optimizer = createOptimizer(policy, { learningRate: 0.01 });
    const { numTensors } = tf.memory();
    const stop = new AbortController();
    // The second turn: the first pass has been computed by then.
    setImmediate(() => setImmediate(() => stop.abort(new Error('enough'))));
    await expect(
      grpoStep(policy, optimizer, rollouts, { perDeviceTrainBatchSize: 2, signal: stop.signal }),
    ).rejects.toThrow('enough');
    expect(weightsOf(policy)).toEqual(before);
    expect(tf.memory().numTensors).toBe(numTensors);
    policy.dispose();
  });

  it('stops before the update when numbers are no longer finite', async () => {
    const policy = await tinyPolicy(1);
    const rollouts = await tinyRollouts(policy, prefersLowIds(), { step: 1, seed: 1 });
    const name = 'model.norm.weight';
    policy.weights.get(name)!.assign(tf.fill([32], NaN));
    const before = weightsOf(policy);
    const optimizer = createOptimizer(policy, { learningRate: 0.01 });
    const { numTensors } = tf.memory();
    await expect(
      grpoStep(policy, optimizer, rollouts, { perDeviceTrainBatchSize: 8 }),
    ).rejects.toThrow(/grpoStep: expected finite numbers, but the loss is NaN/);
    expect(weightsOf(policy)).toEqual(before);
    expect(tf.memory().numTensors).toBe(numTensors);
    policy.dispose();
  });

  it('asks for a reference model when there is none to switch to', async () => {
    await expect(stepOnce({ beta: 0.1 })).rejects.toThrow(/no adapter to switch off/);
  });
});
