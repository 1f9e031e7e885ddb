import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/algorithms/index.js';
import {
  attachAdapter,
  completionLogprobs,
  createValueHead,
  detachAdapter,
  setActiveAdapter,
  valueHeadVariables,
  type Policy,
  type ValueHead,
} from '../../src/policy/index.js';
import type { Rollout } from '../../src/records.js';
import { tf } from '../../src/tensor/index.js';
import {
  createOptimizer,
  loadCheckpoint,
  ppoExperience,
  ppoStep,
  ppoUpdate,
  ppoVariables,
  saveCheckpoint,
  tokenRewardsOf,
  type Optimizer,
  type OptimizerSettings,
  type PpoStepSettings,
  type StepMetrics,
} from '../../src/training/index.js';
import {
  letterPolicy,
  prefersA,
  prefersLowIds,
  tinyPolicy,
  tinyRollouts,
  tinySampling,
  useOneThread,
} from './tiny-policy.js';

beforeAll(useOneThread);

interface Trained {
  policy: Policy;
  head: ValueHead;
  optimizer: Optimizer;
}

async function start(
  options: { readonly adapter?: boolean } & Partial<OptimizerSettings> = {},
): Promise<Trained> {
  const { adapter = true, ...settings } = options;
  const policy = await tinyPolicy(1, { adapter });
  const head = createValueHead(policy, { initializerRange: 0.1 });
  // An epsilon far above the gradients makes AdamW's first updates proportional to them.
  const optimizer = createOptimizer(ppoVariables(policy, head), {
    learningRate: 10,
    adamEpsilon: 10,
    maxGradNorm: 0,
    ...settings,
  });
  return { policy, head, optimizer };
}

function dispose({ policy, head, optimizer }: Trained): void {
  for (const each of [optimizer, head, policy]) each.dispose();
}

function weightsOf({ policy, head }: Pick<Trained, 'policy' | 'head'>): number[] {
  return ppoVariables(policy, head).flatMap(({ variable }) => Array.from(variable.dataSync()));
}

/** One step from the same policy on the same rollouts: what it reported and where the weights went. */
async function stepOnce(
  settings: PpoStepSettings,
  options: { adapter?: boolean; change?: (rollouts: Rollout[]) => Rollout[] } = {},
): Promise<{ metrics: StepMetrics; before: number[]; after: number[] }> {
  const trained = await start(options);
  const sampled = await tinyRollouts(trained.policy, prefersLowIds(), { step: 1, seed: 1 });
  const rollouts = options.change?.(sampled) ?? sampled;
  const before = weightsOf(trained);
  const metrics = await ppoStep(trained.policy, trained.head, trained.optimizer, rollouts, {
    numPpoEpochs: 2,
    ...settings,
  });
  const after = weightsOf(trained);
  dispose(trained);
  return { metrics, before, after };
}

function largestDifference(one: number[], other: number[]): number {
  return one.reduce((most, value, i) => Math.max(most, Math.abs(value - other[i])), 0);
}

/** Rollouts with a finding on the first token of each, and credit on the first two. */
function withSpans(rollouts: Rollout[]): Rollout[] {
  return rollouts.map((rollout) => ({
    ...rollout,
    rewards: rollout.rewards!.map((result) => ({
      ...result,
      spans: [
        { start: 0, end: 1, value: -1, label: 'leak' },
        { start: 0, end: 2, value: 0.25, label: 'right' },
      ],
    })),
  }));
}

describe('ppoStep learns', () => {
  async function rewardOf(policy: Policy): Promise<number> {
    const options = { step: 99, seed: 99, numGenerations: 32 };
    const rollouts = await tinyRollouts(policy, prefersA(), options);
    return rollouts.reduce((sum, { reward }) => sum + (reward ?? 0), 0) / rollouts.length;
  }

  async function train(
    policy: Policy,
    seed: number,
    settings: PpoStepSettings,
    steps: number,
  ): Promise<StepMetrics[]> {
    const head = createValueHead(policy);
    const optimizer = createOptimizer(ppoVariables(policy, head), { learningRate: 0.005 });
    const metrics: StepMetrics[] = [];
    for (let step = 1; step <= steps; step++) {
      const rollouts = await tinyRollouts(policy, prefersA(), { step, seed });
      metrics.push(await ppoStep(policy, head, optimizer, rollouts, settings));
    }
    optimizer.dispose();
    head.dispose();
    return metrics;
  }

  it.each([1, 2, 3])(
    'to raise a simple reward, with an adapter and with all weights, seed %i',
    async (seed) => {
      const policy = await letterPolicy(seed, { adapter: true });
      const before = await rewardOf(policy);
      expect(before).toBeLessThan(0.56);
      await train(policy, seed, { learningRate: 0.01, klCoef: 0.01, numPpoEpochs: 2 }, 10);
      expect(await rewardOf(policy)).toBeGreaterThan(before + 0.12);

      detachAdapter(policy);
      expect(await rewardOf(policy)).toBe(before);
      await train(policy, seed, { klCoef: 0, numPpoEpochs: 2 }, 10);
      expect(await rewardOf(policy)).toBeGreaterThan(before + 0.12);
      policy.dispose();
    },
  );

  it('nothing with learning rate 0', async () => {
    const { before, after, metrics } = await stepOnce({ learningRate: 0 });
    expect(after).toEqual(before);
    expect(metrics.learning_rate).toBe(0);
  });

  it('teaches the value head to foresee the returns', async () => {
    const trained = await start({ learningRate: 0.01, adamEpsilon: 1e-8 });
    const { policy, head, optimizer } = trained;
    const rollouts = await tinyRollouts(policy, prefersLowIds(), { step: 1, seed: 1 });
    const settings = { vfCoef: 1, cliprangeValue: 10, lam: 1, klCoef: 0 };
    const first = await ppoStep(policy, head, optimizer, rollouts, settings);
    for (let i = 0; i < 20; i++) await ppoStep(policy, head, optimizer, rollouts, settings);
    const last = await ppoStep(policy, head, optimizer, rollouts, settings);
    expect(last['loss/value_avg']).toBeLessThan(first['loss/value_avg'] / 4);
    expect(last['val/explained_variance']).toBeGreaterThan(0.2);
    expect(first['val/explained_variance']).toBeLessThan(0.1);
    dispose(trained);
  });

  it('keeps no tensor from one step to the next', async () => {
    const trained = await start({ learningRate: 0.01 });
    const { policy, head, optimizer } = trained;
    const rollouts = await tinyRollouts(policy, prefersLowIds(), { step: 1, seed: 1 });
    const settings = { numMiniBatches: 2, perDeviceTrainBatchSize: 12, entropyCoef: 0.01 };
    await ppoStep(policy, head, optimizer, rollouts, settings);
    const { numTensors } = tf.memory();
    for (let i = 0; i < 3; i++) await ppoStep(policy, head, optimizer, rollouts, settings);
    expect(tf.memory().numTensors).toBe(numTensors);
    dispose(trained);
  });
});

describe('ppoStep counts as it should', () => {
  it('makes the same updates in passes over parts as in one, recomputing layers or not', async () => {
    const settings = { numMiniBatches: 2, entropyCoef: 0.05, klEstimator: 'k3' } as const;
    for (const adapter of [true, false]) {
      const own = { ...settings, ...(adapter ? {} : { klCoef: 0 }) };
      const whole = await stepOnce({ ...own, perDeviceTrainBatchSize: 32 }, { adapter });
      const parts = await stepOnce({ ...own, perDeviceTrainBatchSize: 5 }, { adapter });
      const again = await stepOnce({ ...own, gradientCheckpointing: true }, { adapter });
      for (const { metrics, after } of [parts, again]) {
        for (const [name, value] of Object.entries(whole.metrics)) {
          expect(metrics[name], name).toBeCloseTo(value, 4);
        }
        expect(largestDifference(after, whole.after)).toBeLessThan(1e-5);
      }
      expect(largestDifference(whole.after, whole.before)).toBeGreaterThan(1e-3);
    }
  });

  it('is its two stages, called one at a time', async () => {
    const trained = await start();
    const { policy, head, optimizer } = trained;
    const rollouts = await tinyRollouts(policy, prefersLowIds(), { step: 1, seed: 1 });
    const before = weightsOf(trained);
    const rows = await ppoExperience(policy, head, rollouts);
    expect(weightsOf(trained)).toEqual(before);
    expect(rows.map(({ place }) => place)).toEqual(rollouts.map((_, i) => i));
    const { completionIds, reward } = rollouts[3];
    // The adapter is fresh: no KL, and the score alone on the last token.
    expect(rows[3].rewards.at(-1)).toBeCloseTo(reward!, 6);
    expect(rows[3].rewards.slice(0, -1).every((value) => Math.abs(value) < 1e-6)).toBe(true);
    expect(rows[3].returns).toHaveLength(completionIds.length);
    const advantages = rows.flatMap((row) => row.advantages);
    expect(advantages.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 6);
    const metrics = await ppoUpdate(policy, head, optimizer, rows, { numPpoEpochs: 2 });
    const whole = await stepOnce({});
    expect(weightsOf(trained)).toEqual(whole.after);
    expect(whole.metrics).toMatchObject(metrics);
    dispose(trained);
  });

  it('whitens rewards with their mean kept, and advantages unless told not to', async () => {
    const trained = await start();
    const { policy, head } = trained;
    const rollouts = await tinyRollouts(policy, prefersLowIds(), { step: 1, seed: 1 });
    const figures = async (
      settings: PpoStepSettings,
      of: 'rewards' | 'advantages',
    ): Promise<{ mean: number; variance: number }> => {
      const rows = await ppoExperience(policy, head, rollouts, settings);
      const values = rows.flatMap((row) => row[of]);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      return { mean, variance: squares / (values.length - 1) };
    };
    const plain = await figures({}, 'rewards');
    const whitened = await figures({ whitenRewards: true }, 'rewards');
    expect(whitened.mean).toBeCloseTo(plain.mean, 9);
    expect(plain.mean).toBeGreaterThan(0.05);
    expect(whitened.variance).toBeCloseTo(1, 5);
    expect((await figures({}, 'advantages')).variance).toBeCloseTo(1, 5);
    const left = await figures({ whitenAdvantages: false }, 'advantages');
    expect(Math.abs(left.variance - 1)).toBeGreaterThan(0.1);
    dispose(trained);
  });

  it('leaves out what cannot be scored, was cancelled, or is cut off (on request)', async () => {
    const some = (rollouts: Rollout[]): Rollout[] =>
      rollouts.map((rollout) => ({ ...rollout, finishReason: 'stop' }));
    const only = await stepOnce({}, { change: (rollouts) => some(rollouts).slice(0, 20) });
    const spoilt = (change: Partial<Rollout>): ((rollouts: Rollout[]) => Rollout[]) => {
      return (rollouts) =>
        some(rollouts).map((rollout, i) => (i < 20 ? rollout : { ...rollout, ...change }));
    };
    const unscorable = await stepOnce({}, { change: spoilt({ reward: null }) });
    const cancelled = await stepOnce({}, { change: spoilt({ finishReason: 'cancelled' }) });
    const cut = { maskTruncatedCompletions: true };
    const truncated = await stepOnce(cut, { change: spoilt({ finishReason: 'length' }) });
    for (const { after, metrics } of [unscorable, cancelled, truncated]) {
      expect(after).toEqual(only.after);
      expect(metrics['objective/scores']).toBe(only.metrics['objective/scores']);
      expect(metrics.num_tokens).toBe(only.metrics.num_tokens);
    }
    const kept = await stepOnce({}, { change: spoilt({ finishReason: 'length' }) });
    expect(kept.after).not.toEqual(only.after);
  });

  it('makes no update where nothing is left', async () => {
    const change = (rollouts: Rollout[]): Rollout[] =>
      rollouts.map((rollout) => ({ ...rollout, reward: null }));
    const { metrics, before, after } = await stepOnce({}, { change });
    expect(after).toEqual(before);
    expect(metrics.num_tokens).toBe(0);
    expect(Object.values(metrics).every(Number.isFinite)).toBe(true);
  });

  it('ignores tokens that the policy did not sample', async () => {
    const masked = (rollouts: Rollout[]): Rollout[] =>
      rollouts.map((rollout) => ({
        ...rollout,
        completionMask: rollout.completionIds.map((_, t) => (t === 1 ? 0 : 1)),
      }));
    const one = await stepOnce({}, { change: masked });
    const other = await stepOnce(
      {},
      {
        change: (rollouts) =>
          masked(rollouts).map((rollout) => ({
            ...rollout,
            rewards: rollout.rewards!.map((result) => ({
              ...result,
              spans: [{ start: 1, end: 2, value: -1, label: 'not the policy’s' }],
            })),
          })),
      },
    );
    expect(other.after).toEqual(one.after);
    const plain = await stepOnce({});
    expect(one.metrics.num_tokens).toBeLessThan(plain.metrics.num_tokens);
  });

  it('shuffles the mini-batches by the generator it is given, and by nothing else', async () => {
    const drawn = (seed: number | null): ReturnType<typeof stepOnce> =>
      stepOnce({ numMiniBatches: 4, random: seed === null ? undefined : createRandom(seed) });
    const [one, same, other, given] = [
      await drawn(1),
      await drawn(1),
      await drawn(2),
      await drawn(null),
    ];
    expect(same.after).toEqual(one.after);
    expect(other.after).not.toEqual(one.after);
    expect(given.after).not.toEqual(one.after);
  });

  it('goes on from a checkpoint to the bit, value head and moments with it', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'rlsf-ppo-'));
    const settings = { learningRate: 0.02, adamEpsilon: 1e-8 };
    const advance = async ({ policy, head, optimizer }: Trained, step: number): Promise<void> => {
      const rollouts = await tinyRollouts(policy, prefersLowIds(), { step, seed: 5 });
      await ppoStep(policy, head, optimizer, rollouts, { numPpoEpochs: 2 });
    };
    const straight = await start(settings);
    await advance(straight, 1);
    const { policy, head, optimizer } = straight;
    const further = valueHeadVariables(head);
    const saved = await saveCheckpoint({ folder, step: 1, policy, further, optimizer });
    await advance(straight, 2);

    const resumed = await start(settings);
    const into = { ...resumed, further: valueHeadVariables(resumed.head) };
    await expect(loadCheckpoint(saved, resumed)).rejects.toThrow(/expected the weights/);
    await loadCheckpoint(saved, into);
    await advance(resumed, 2);
    expect(weightsOf(resumed)).toEqual(weightsOf(straight));
    expect(resumed.optimizer.exportState()).toEqual(straight.optimizer.exportState());
    rmSync(folder, { recursive: true });
    dispose(straight);
    dispose(resumed);
  });
});

describe('rewards of single tokens', () => {
  it('with lambda 0 are the scalar algorithm to the bit; with more they are not', async () => {
    const scalar = await stepOnce({});
    const zero = await stepOnce({ tokenRewards: { lambda: 0 } }, { change: withSpans });
    const half = await stepOnce({ tokenRewards: { lambda: 0.5 } }, { change: withSpans });
    expect(zero.after).toEqual(scalar.after);
    expect(zero.metrics).toEqual(scalar.metrics);
    expect(half.after).not.toEqual(scalar.after);
    expect(half.metrics['objective/token_rewards']).toBeCloseTo(-0.5, 1);
    expect(half.metrics['objective/rlhf_reward']).toBeCloseTo(
      half.metrics['objective/scores'] + half.metrics['objective/token_rewards'],
      5,
    );
  });

  it('as credit move the score and leave its sum; without any they are the scalar algorithm', async () => {
    const scalar = await stepOnce({});
    const none = await stepOnce({ tokenRewards: { creditSpans: true } });
    expect(none.after).toEqual(scalar.after);
    const moved = await stepOnce({ tokenRewards: { creditSpans: true } }, { change: withSpans });
    expect(moved.after).not.toEqual(scalar.after);
    expect(moved.metrics['objective/token_rewards']).toBeCloseTo(0, 9);
    expect(moved.metrics['objective/rlhf_reward']).toBeCloseTo(
      scalar.metrics['objective/rlhf_reward'],
      9,
    );
  });

  const rollout = {
    id: 'one',
    completionIds: [1, 2, 3, 4],
    completionMask: [1, 1, 1, 1],
    byteOffsets: [0, 1, 3, 4, 4],
    rewards: [
      {
        name: 'r',
        weight: 2,
        score: 1,
        spans: [
          { start: 0, end: 1, value: 0.25, label: 'a' },
          { start: 1, end: 4, value: 0.125, label: 'b' },
          { start: 1, end: 2, value: -0.5, label: 'c' },
          { start: 2, end: 3, value: -1, label: 'd' },
        ],
        log: {},
      },
    ],
  };

  it('are minus lambda times the strongest finding, and weight times value where credit ends', () => {
    expect(tokenRewardsOf(rollout)).toEqual([0, 0, 0, 0]);
    expect(tokenRewardsOf(rollout, { lambda: 0.5 }).map((value) => value + 0)).toEqual([
      0, -0.5, 0, 0,
    ]);
    expect(tokenRewardsOf(rollout, { creditSpans: true })).toEqual([0.5, 0, 0.25, -0.75]);
    const masked = { ...rollout, completionMask: [0, 1, 0, 0] };
    expect(tokenRewardsOf(masked, { creditSpans: true })).toEqual([0, 0, 0, 0]);
    const recorded = { ...rollout, rewards: [{ ...rollout.rewards[0], weight: 0 }] };
    const all = { lambda: 1, creditSpans: true };
    expect(tokenRewardsOf(recorded, all).map(Math.abs)).toEqual([0, 0, 0, 0]);
  });

  it('refuse a lambda below 0 and offsets that do not fit', () => {
    expect(() => tokenRewardsOf(rollout, { lambda: -1 })).toThrow(/at least 0, got -1/);
    expect(() => tokenRewardsOf({ ...rollout, byteOffsets: [0] })).toThrow(/5 byteOffsets.*got 1/);
  });
});

describe('the reference model', () => {
  it('is the policy with its adapter off, another adapter, or a frozen copy', async () => {
    const trained = await start();
    const { policy, head } = trained;
    const rollouts = await tinyRollouts(policy, prefersLowIds(), { step: 1, seed: 1 });
    // Moves the adapter away from the base.
    await ppoStep(policy, head, trained.optimizer, rollouts, { learningRate: 100 });
    const kl = async (settings: PpoStepSettings): Promise<number[][]> =>
      (await ppoExperience(policy, head, rollouts, settings)).map((row) => row.kl);
    const off = await kl({});
    expect(off.flat().some((value) => Math.abs(value) > 1e-3)).toBe(true);
    expect((await kl({ klEstimator: 'k3' })).flat().every((value) => value > -1e-6)).toBe(true);
    const base = await tinyPolicy(1);
    expect(largestDifference((await kl({ reference: base })).flat(), off.flat())).toBeLessThan(
      1e-5,
    );
    attachAdapter(policy, { r: 2, loraAlpha: 4, targetModules: ['q_proj'], seed: 1, name: 'ref' });
    setActiveAdapter(policy, 'default');
    // A fresh adapter is the base.
    const other = await kl({ refAdapterName: 'ref' });
    expect(largestDifference(other.flat(), off.flat())).toBeLessThan(1e-5);
    expect((await kl({ klCoef: 0 })).flat().every((value) => value === 0)).toBe(true);
    base.dispose();
    dispose(trained);
  });

  it('stays where it was, while the policy moves', async () => {
    const trained = await start();
    const { policy, head, optimizer } = trained;
    const rollouts = await tinyRollouts(policy, prefersLowIds(), { step: 1, seed: 1 });
    const probe = [{ promptIds: [97, 58], completionIds: [97, 98, 256] }];
    const values = (useAdapter: boolean): number[] =>
      tf.tidy(() =>
        Array.from(completionLogprobs(policy, probe, { useAdapter }).logprobs.dataSync()),
      );
    const [on, off] = [values(true), values(false)];
    const metrics = await ppoStep(policy, head, optimizer, rollouts, { learningRate: 100 });
    expect(metrics['objective/kl']).toBeCloseTo(0, 6);
    expect(values(false)).toEqual(off);
    expect(values(true)).not.toEqual(on);
    dispose(trained);
  });

  it('is asked for when there is none to switch to', async () => {
    await expect(stepOnce({}, { adapter: false })).rejects.toThrow(/no adapter to switch off/);
  });
});

describe('old log-probabilities', () => {
  it('make the first ratio 1, and later ones not', async () => {
    const first = await stepOnce({ numPpoEpochs: 1 });
    expect(first.metrics['val/ratio']).toBeCloseTo(1, 6);
    expect(first.metrics['policy/approxkl_avg']).toBeCloseTo(0, 9);
    expect(first.metrics['policy/clipfrac_avg']).toBe(0);
    // Whitened advantages have mean 0, and so has the loss of ratio 1.
    expect(first.metrics['loss/policy_avg']).toBeCloseTo(0, 5);
    expect(first.metrics['val/ratio_var']).toBeUndefined();
    const later = await stepOnce({ numPpoEpochs: 6, learningRate: 100, cliprange: 0.01 });
    expect(later.metrics['policy/approxkl_avg']).toBeGreaterThan(1e-6);
    expect(later.metrics['policy/clipfrac_avg']).toBeGreaterThan(0);
    expect(later.metrics['val/ratio_var']).toBeGreaterThan(0);
  });

  it('recorded while sampling agree with recomputed ones up to float32 noise', async () => {
    const recorded = await stepOnce({ oldLogprobs: 'recorded' });
    const recomputed = await stepOnce({});
    expect(largestDifference(recorded.after, recomputed.after)).toBeLessThan(1e-4);
  });

  it('are never taken as recorded where the distribution was bent', async () => {
    const bent = (rollouts: Rollout[]): Rollout[] =>
      rollouts.map((rollout) => ({ ...rollout, sampling: { ...tinySampling, topK: 20 } }));
    await expect(stepOnce({ oldLogprobs: 'recorded' }, { change: bent })).rejects.toThrow(
      /top_k, top_p, min_p or repetition_penalty.*recomputed/s,
    );
  });
});

describe('ppoStep’s metrics and guards', () => {
  it('has TRL’s names and ours, all finite', async () => {
    const change = (rollouts: Rollout[]): Rollout[] =>
      rollouts.map((rollout, i) => ({ ...rollout, finishReason: i % 4 ? 'length' : 'stop' }));
    const plain = await stepOnce({}, { change });
    const { metrics } = await stepOnce({ missingEosPenalty: 0.5, whitenRewards: true }, { change });
    const names = [
      'objective/kl',
      'objective/entropy',
      'objective/non_score_reward',
      'objective/scores',
      'objective/rlhf_reward',
      'policy/approxkl_avg',
      'policy/clipfrac_avg',
      'policy/entropy_avg',
      'loss/policy_avg',
      'loss/value_avg',
      'val/clipfrac_avg',
      'val/ratio',
      'val/ratio_var',
      'val/num_eos_tokens',
      'reward',
      'completions/mean_length',
      'completions/clipped_ratio',
      'loss',
      'grad_norm',
      'learning_rate',
      'num_tokens',
    ];
    expect(Object.keys(metrics)).toEqual(expect.arrayContaining(names));
    expect(Object.values(metrics).every(Number.isFinite)).toBe(true);
    expect(plain.metrics['objective/scores']).toBeCloseTo(metrics.reward, 9);
    expect(metrics['objective/scores']).toBeCloseTo(metrics.reward - 0.375, 9);
    // Nearly uniform over 257 tokens.
    expect(metrics['policy/entropy_avg']).toBeCloseTo(Math.log(257), 1);
  });

  it('minimises the policy’s loss, vfCoef times the values’, and less entropy', async () => {
    const { metrics } = await stepOnce({ vfCoef: 0.3, entropyCoef: 0.02 });
    const { 'loss/policy_avg': policy, 'loss/value_avg': value } = metrics;
    const expected = policy + 0.3 * value - 0.02 * metrics['policy/entropy_avg'];
    expect(metrics.loss).toBeCloseTo(expected, 5);
  });

  it('refuses an optimizer that would leave the value head as it is', async () => {
    const trained = await start();
    const { policy, head } = trained;
    const rollouts = await tinyRollouts(policy, prefersLowIds(), { step: 1, seed: 1 });
    const optimizer = createOptimizer(policy, { learningRate: 1 });
    await expect(ppoStep(policy, head, optimizer, rollouts)).rejects.toThrow(
      /without v_head.summary.weight.*ppoVariables/,
    );
    optimizer.dispose();
    dispose(trained);
  });

  it('ends between two passes when its signal aborts, and nothing has changed', async () => {
    const trained = await start();
    const { policy, head, optimizer } = trained;
    const rollouts = await tinyRollouts(policy, prefersLowIds(), { step: 1, seed: 1 });
    const before = weightsOf(trained);
    const rows = await ppoExperience(policy, head, rollouts);
    const { numTensors } = tf.memory();
    const abortSoon = (): AbortSignal => {
      const stop = new AbortController();
      // The second turn: the first pass has been computed by then.
      setImmediate(() => setImmediate(() => stop.abort(new Error('enough'))));
      return stop.signal;
    };
    const settings = { perDeviceTrainBatchSize: 2 };
    await expect(
      ppoStep(policy, head, optimizer, rollouts, { ...settings, signal: abortSoon() }),
    ).rejects.toThrow('enough');
    await expect(
      ppoUpdate(policy, head, optimizer, rows, { ...settings, signal: abortSoon() }),
    ).rejects.toThrow('enough');
    expect(weightsOf(trained)).toEqual(before);
    expect(tf.memory().numTensors).toBe(numTensors);
    dispose(trained);
  });

  it('stops before the update when numbers are no longer finite', async () => {
    const trained = await start();
    const { policy, head, optimizer } = trained;
    const rollouts = await tinyRollouts(policy, prefersLowIds(), { step: 1, seed: 1 });
    head.bias.assign(tf.tensor1d([NaN]));
    const before = weightsOf(trained);
    const { numTensors } = tf.memory();
    await expect(ppoStep(policy, head, optimizer, rollouts)).rejects.toThrow(
      /ppoStep: expected finite numbers, but the loss is NaN/,
    );
    expect(weightsOf(trained)).toEqual(before);
    expect(tf.memory().numTensors).toBe(numTensors);
    dispose(trained);
  });

  it('names what is missing or out of range', async () => {
    await expect(stepOnce({ numPpoEpochs: 0 })).rejects.toThrow(/numPpoEpochs.*got 0/);
    await expect(stepOnce({ numMiniBatches: 1.5 })).rejects.toThrow(/numMiniBatches.*got 1.5/);
    await expect(stepOnce({ perDeviceTrainBatchSize: 0 })).rejects.toThrow(
      /perDeviceTrainBatchSize.*got 0/,
    );
    await expect(stepOnce({}, { change: () => [] })).rejects.toThrow(/at least one rollout/);
    const unscored = (rollouts: Rollout[]): Rollout[] =>
      rollouts.map((rollout) => ({ ...rollout, reward: undefined }));
    await expect(stepOnce({}, { change: unscored })).rejects.toThrow(/without a reward.*Score it/);
  });
});
