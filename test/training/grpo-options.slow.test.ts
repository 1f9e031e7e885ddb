import { beforeAll, describe, expect, it } from 'vitest';
import { grpoLossTypes, importanceSamplingLevels } from '../../src/algorithms/index.js';
import { samplePolicy } from '../../src/policy/index.js';
import type { Rollout } from '../../src/records.js';
import { tf } from '../../src/tensor/index.js';
import {
  assignAdvantages,
  createOptimizer,
  grpoStep,
  type GrpoStepSettings,
  type StepMetrics,
} from '../../src/training/index.js';
import {
  prefersLowIds,
  tinyPolicy,
  tinyRollouts,
  tinySampling,
  useOneThread,
  weightsOf,
} from './tiny-policy.js';

beforeAll(useOneThread);

interface Outcome {
  metrics: StepMetrics;
  change: number[];
}

/** One step from the same policy on the same rollouts: what it reported and how the weights moved. */
async function stepOnce(
  settings: GrpoStepSettings,
  change: (rollouts: Rollout[]) => Rollout[] = (rollouts) => rollouts,
): Promise<Outcome> {
  const policy = await tinyPolicy(1, { adapter: settings.beta !== undefined });
  const rollouts = change(await tinyRollouts(policy, prefersLowIds(), { step: 1, seed: 1 }));
  // An epsilon far above the gradients makes AdamW's first update proportional to them.
  const optimizer = createOptimizer(policy, { learningRate: 10, adamEpsilon: 10, maxGradNorm: 0 });
  const before = weightsOf(policy);
  const { numTensors } = tf.memory();
  const metrics = await grpoStep(policy, optimizer, rollouts, settings);
  expect(tf.memory().numTensors).toBe(numTensors);
  const after = weightsOf(policy);
  optimizer.dispose();
  policy.dispose();
  return { metrics, change: after.map((value, i) => value - before[i]) };
}

/** Recorded logprobs that are not this policy's, so that every ratio and correction differs from 1. */
function fromAnotherEngine(rollouts: Rollout[]): Rollout[] {
  return rollouts.map((rollout, i) => ({
    ...rollout,
    logprobs: rollout.logprobs.map((value, t) => value + 0.4 * Math.sin(3 * i + t)),
  }));
}

function expectSameStep(actual: Outcome, expected: Outcome): void {
  expect(actual.metrics.loss).toBeCloseTo(expected.metrics.loss, 5);
  expect(actual.metrics.grad_norm).toBeCloseTo(expected.metrics.grad_norm, 5);
  const largest = actual.change.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - expected.change[i])),
    0,
  );
  expect(largest).toBeLessThan(1e-5);
  expect(expected.change.some((value) => Math.abs(value) > 1e-3)).toBe(true);
}

describe('grpoStep in passes over parts equals one big pass', () => {
  const options: GrpoStepSettings[] = [
    ...grpoLossTypes.map((lossType) => ({ lossType, epsilonHigh: 0.3, beta: 0.05 })),
    ...importanceSamplingLevels.map((importanceSamplingLevel) => ({ importanceSamplingLevel })),
    { delta: 1.2, clipRatioC: 1.5, useBiasCorrectionKl: true, beta: 0.05, klEstimator: 'k2' },
    { offPolicyMaskThreshold: 0 },
    { entropyCoef: 0.5, lossType: 'grpo' },
    { entropyCoef: 0.5, topEntropyQuantile: 0.3 },
    { vllmImportanceSamplingCorrection: true, vllmImportanceSamplingMode: 'token_truncate' },
    {
      advantageEstimator: 'rloo',
      normalizeAdvantages: true,
      tokenScheme: { name: 'return_to_go' },
    },
  ];

  it.each(options)('with %j', async (settings) => {
    const recorded = settings.vllmImportanceSamplingCorrection
      ? settings
      : ({ ...settings, oldLogprobs: 'recorded' } as const);
    const whole = await stepOnce({ ...recorded, perDeviceTrainBatchSize: 32 }, fromAnotherEngine);
    const parts = await stepOnce({ ...recorded, perDeviceTrainBatchSize: 5 }, fromAnotherEngine);
    expectSameStep(parts, whole);
  });

  it('also where the mini-batches of several updates are cut', async () => {
    const settings = { stepsPerGeneration: 2, entropyCoef: 0.1, topEntropyQuantile: 0.5 };
    const whole = await stepOnce({ ...settings, perDeviceTrainBatchSize: 32 });
    const parts = await stepOnce({ ...settings, perDeviceTrainBatchSize: 3 });
    expectSameStep(parts, whole);
  });
});

describe('grpoStep', () => {
  it('raises the entropy with a bonus alone, where no advantage speaks', async () => {
    const equal = (rollouts: Rollout[]): Rollout[] =>
      rollouts.map((rollout) => ({ ...rollout, reward: 1 }));
    const policy = await tinyPolicy(1);
    const optimizer = createOptimizer(policy, { learningRate: 0.01 });
    const entropies: number[] = [];
    for (let step = 1; step <= 3; step++) {
      const rollouts = equal(await tinyRollouts(policy, prefersLowIds(), { step: 1, seed: 1 }));
      const { entropy } = await grpoStep(policy, optimizer, rollouts, { entropyCoef: 0.1 });
      entropies.push(entropy);
    }
    expect(entropies[2]).toBeGreaterThan(entropies[1]);
    expect(entropies[1]).toBeGreaterThan(entropies[0]);
    optimizer.dispose();
    policy.dispose();
  });

  it('corrects by about 1 where this policy itself sampled, and by more where another did', async () => {
    const settings = {
      vllmImportanceSamplingCorrection: true,
      vllmImportanceSamplingMode: 'token_mask',
    } as const;
    const own = await stepOnce(settings);
    const name = 'sampling/importance_sampling_ratio/mean';
    expect(own.metrics[name]).toBeCloseTo(1, 4);
    expectSameStep(own, await stepOnce({}));
    const other = await stepOnce(settings, fromAnotherEngine);
    expect(Math.abs(other.metrics[name] - 1)).toBeGreaterThan(0.01);
    await expect(stepOnce({ ...settings, oldLogprobs: 'recorded' })).rejects.toThrow(
      /recomputed with vllmImportanceSamplingCorrection.*got recorded/,
    );
  });

  it('names the clip metrics that the loss type has', async () => {
    const { metrics: cispo } = await stepOnce({ lossType: 'cispo', epsilonHigh: 5 });
    expect(cispo.cispo_clip_ratio).toBe(0);
    expect(cispo['clip_ratio/low_mean']).toBeUndefined();
    const { metrics: sapo } = await stepOnce({ lossType: 'sapo' });
    expect(Object.keys(sapo).some((key) => key.includes('clip_ratio/'))).toBe(false);
  });

  it('keeps TRL’s recipe of RLOO on policy: the gradient of the summed logprobs', async () => {
    const rloo = { advantageEstimator: 'rloo' } as const;
    const bySequence = await stepOnce({
      ...rloo,
      lossType: 'grpo',
      importanceSamplingLevel: 'sequence_sum',
    });
    expectSameStep(
      bySequence,
      await stepOnce({ ...rloo, lossType: 'luspo' }).then(withLossOf(bySequence)),
    );
  });
});

/** The losses differ by the completions' lengths, which have no gradient. */
function withLossOf({ metrics }: Outcome): (other: Outcome) => Outcome {
  return (other) => ({ ...other, metrics: { ...other.metrics, loss: metrics.loss } });
}

describe('assignAdvantages', () => {
  it('gives every token the advantage of its completion to the bit, by every scheme without spans', async () => {
    const policy = await tinyPolicy(1);
    const rollouts = await tinyRollouts(policy, prefersLowIds(), { step: 1, seed: 1 });
    const scalar = assignAdvantages(rollouts);
    for (const tokenScheme of [
      { name: 'span_penalty', lambda: 2 },
      { name: 'process' },
      { name: 'return_to_go' },
    ] as const) {
      const assigned = assignAdvantages(rollouts, { tokenScheme });
      assigned.forEach(({ advantages }, i) => {
        expect(advantages).toEqual({ ...scalar[i].advantages, scheme: tokenScheme.name });
      });
    }
    policy.dispose();
  });

  it('lets the spans of the rewards teach their tokens', async () => {
    const policy = await tinyPolicy(1);
    const [sample] = await samplePolicy(policy, [{ prompt: 'a:', n: 1, seed: 1 }], tinySampling);
    const [first] = await tinyRollouts(policy, prefersLowIds(), { step: 1, seed: 1 });
    policy.dispose();
    const tokens = sample.completionIds.length;
    expect(tokens).toBeGreaterThan(2);
    const rollout = (place: number | null, index: number): Rollout => ({
      ...first,
      ...sample,
      id: `run/1/0/${index}`,
      sample: index,
      reward: 0,
      completionMask: sample.completionIds.map(() => 1),
      rewards: [
        {
          name: 'r',
          weight: 0.5,
          score: 0,
          spans:
            place === null
              ? []
              : [
                  {
                    start: sample.byteOffsets[place],
                    end: sample.byteOffsets[place + 1],
                    value: 1,
                    label: 'good',
                  },
                ],
          log: {},
        },
      ],
    });
    const [praised, plain] = assignAdvantages([rollout(1, 0), rollout(null, 1)], {
      tokenScheme: { name: 'return_to_go' },
      scaleRewards: 'none',
    });
    // Returns 0.5, 0.5, 0, … and 0, 0, 0, …: the mean of the whole completions' is 0.25.
    expect(praised.advantages?.tokens.slice(0, 3)).toEqual([0.25, 0.25, -0.25]);
    expect(plain.advantages?.tokens).toEqual(sample.completionIds.map(() => -0.25));
    expect(praised.advantages?.sequence).toBe(0.25);
  });

  it('compares reward functions one by one with normalize_then_sum', async () => {
    const policy = await tinyPolicy(1);
    const [first] = await tinyRollouts(policy, prefersLowIds(), { step: 1, seed: 1 });
    policy.dispose();
    const scored = [[1, 0], [0, 1000], [1, 1000], [0, null]].map((scores, sample): Rollout => ({
      ...first,
      sample,
      rewards: scores.map((score, k) => ({
        name: `r${k}`,
        weight: 1,
        score,
        spans: [],
        log: {},
      })),
      reward: scores.reduce<number>((sum, score) => sum + (score ?? 0), 0),
    })); // prettier-ignore
    const of = (settings: object): number[] =>
      assignAdvantages(scored, settings).map(({ advantages }) => advantages?.sequence ?? NaN);
    const summed = of({});
    const separate = of({ multiObjectiveAggregation: 'normalize_then_sum' });
    expect(summed[0]).toBeLessThan(-0.8);
    expect(separate[0]).toBeGreaterThan(-0.5);
    expect(() =>
      assignAdvantages([{ ...scored[0] }, { ...scored[1], rewards: [] }], {
        multiObjectiveAggregation: 'normalize_then_sum',
      }),
    ).toThrow(/the reward function r0 in every rollout/);
  });
});
