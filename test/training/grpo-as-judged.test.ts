import { beforeAll, describe, expect, it } from 'vitest';
import type { Policy } from '../../src/policy/index.js';
import type { Rollout } from '../../src/records.js';
import {
  advantagesAreLocal,
  createOptimizer,
  grpoStep,
  grpoStepAsJudged,
  type ComingGroup,
  type GrpoStepSettings,
} from '../../src/training/index.js';
import { tf } from '../../src/tensor/index.js';
import { prefersLowIds, tinyPolicy, tinyRollouts, useOneThread, weightsOf } from './tiny-policy.js';

beforeAll(useOneThread);

const learningRate = 0.01;

/** The groups, each scored after so many milliseconds. */
function coming(rollouts: readonly Rollout[], delaysMs: readonly number[]): ComingGroup[] {
  const groups = [...new Set(rollouts.map(({ group }) => group))];
  return groups.map((group, index) => {
    const scored = rollouts.filter((rollout) => rollout.group === group);
    return {
      sampled: scored.map(({ rewards: _rewards, reward: _reward, ...sampled }) => sampled),
      scored: new Promise((resolve) => setTimeout(() => resolve(scored), delaysMs[index])),
    };
  });
}

async function trained(
  step: (policy: Policy, rollouts: Rollout[]) => Promise<unknown>,
): Promise<{ weights: number[]; result: unknown }> {
  const policy = await tinyPolicy(1, { adapter: true });
  const rollouts = await tinyRollouts(policy, prefersLowIds(), { step: 1, seed: 3 });
  const result = await step(policy, rollouts);
  const weights = weightsOf(policy);
  policy.dispose();
  return { weights, result };
}

const variants: [string, GrpoStepSettings][] = [
  ['as it is', {}],
  ['with a reference', { beta: 0.1 }],
  ['twice in two mini-batches', { numIterations: 2, stepsPerGeneration: 2 }],
  ['twice with log-probabilities of its own', { numIterations: 2, oldLogprobs: 'recomputed' }],
  ['scaled by the batch', { scaleRewards: 'batch' }],
  ['leave-one-out', { advantageEstimator: 'rloo', lossType: 'grpo' }],
];

describe('grpoStepAsJudged', () => {
  it.each(variants)(
    'gives the weights and figures of grpoStep to the bit: %s',
    async (_, settings) => {
      const options = { perDeviceTrainBatchSize: 3, learningRate, ...settings };
      const whole = await trained(async (policy, rollouts) =>
        grpoStep(policy, createOptimizer(policy, { learningRate }), rollouts, options),
      );
      // The first group comes last.
      const streamed = await trained(async (policy, rollouts) => {
        const groups = coming(rollouts, [60, 0, 30, 10]);
        const optimizer = createOptimizer(policy, { learningRate });
        return (await grpoStepAsJudged(policy, optimizer, groups, options)).metrics;
      });
      expect(streamed.weights).toEqual(whole.weights);
      expect(streamed.result).toEqual(whole.result);
    },
  );

  it('hands back the rollouts in order, with rewards and advantages', async () => {
    await trained(async (policy, rollouts) => {
      const { rollouts: finished } = await grpoStepAsJudged(
        policy,
        createOptimizer(policy, { learningRate }),
        coming(rollouts, [20, 0, 10, 5]),
      );
      expect(finished.map(({ id, reward }) => [id, reward])).toEqual(
        rollouts.map(({ id, reward }) => [id, reward]),
      );
      expect(finished.every(({ advantages }) => advantages?.scheme === 'scalar')).toBe(true);
    });
  });

  it('waits group by group, or once for all where advantages need all', async () => {
    const waitsOf = async (settings: GrpoStepSettings): Promise<number> => {
      let waits = 0;
      await trained((policy, rollouts) =>
        grpoStepAsJudged(
          policy,
          createOptimizer(policy, { learningRate }),
          coming(rollouts, [0, 100, 200, 300]),
          {
            ...settings,
            perDeviceTrainBatchSize: 8,
            onWait: (waits_) => (waits += Number(waits_)),
          },
        ),
      );
      return waits;
    };
    // Between two waits lies a pass over the group that came.
    expect(await waitsOf({})).toBe(4);
    expect(await waitsOf({ scaleRewards: 'batch' })).toBe(1);
  });

  it('fails with the judge’s own error, and leaves no tensor behind', async () => {
    const policy = await tinyPolicy(1, { adapter: true });
    const optimizer = createOptimizer(policy, { learningRate });
    const rollouts = await tinyRollouts(policy, prefersLowIds(), { step: 1, seed: 3 });
    const before = weightsOf(policy);
    const tensors = tf.memory().numTensors;
    const groups = coming(rollouts, [0, 0, 0, 0]);
    const broken = new Error('the judge is gone');
    groups[2] = { ...groups[2], scored: Promise.reject(broken) };
    await expect(grpoStepAsJudged(policy, optimizer, groups)).rejects.toBe(broken);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(weightsOf(policy)).toEqual(before);
    optimizer.dispose();
    policy.dispose();
  });
});

describe('advantagesAreLocal', () => {
  it('is so for group baselines and not for anything of the batch', () => {
    expect(advantagesAreLocal({})).toBe(true);
    expect(advantagesAreLocal({ advantageEstimator: 'rloo', scaleRewards: 'none' })).toBe(true);
    expect(advantagesAreLocal({ scaleRewards: 'batch' })).toBe(false);
    expect(advantagesAreLocal({ advantageEstimator: 'reinforce_plus_plus' })).toBe(false);
    expect(advantagesAreLocal({ multiObjectiveAggregation: 'normalize_then_sum' })).toBe(false);
  });
});
