import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/algorithms/random.js';
import { problemsOfStep, shuffleFeedback } from '../../src/experiments/methods/feedback.js';
import { batchesOfPass, planBatches } from '../../src/experiments/pretrain/data.js';
import type { Problem, Rollout } from '../../src/records.js';

const problems = Array.from({ length: 6 }, (_, i): Problem => {
  return { id: `p${i}`, task: 't', split: 's', prompt: '', language: 'cpp', columns: {} };
});

describe('problemsOfStep', () => {
  const ids = (step: number, seed = 1) =>
    problemsOfStep(problems, step, 3, seed).map(({ id }) => id);

  it('takes every problem once in each pass', () => {
    expect([...ids(1), ...ids(2)].sort()).toEqual(problems.map(({ id }) => id));
    expect([...ids(3), ...ids(4)].sort()).toEqual(problems.map(({ id }) => id));
  });

  it('depends on seed and step alone, and draws a new order for each pass and seed', () => {
    expect(ids(2)).toEqual(ids(2));
    expect([...ids(1), ...ids(2)]).not.toEqual([...ids(3), ...ids(4)]);
    expect([...ids(1), ...ids(2)]).not.toEqual([...ids(1, 2), ...ids(2, 2)]);
  });
});

describe('shuffleFeedback', () => {
  it('deals the same rewards out to other rollouts and leaves all else', () => {
    const rollouts = Array.from({ length: 20 }, (_, i) => {
      return { id: `r${i}`, reward: i, rewards: [{ score: i }] } as unknown as Rollout;
    });
    const shuffled = shuffleFeedback(rollouts, createRandom(1));
    expect(shuffled.map(({ id }) => id)).toEqual(rollouts.map(({ id }) => id));
    expect(shuffled.map(({ reward }) => reward)).not.toEqual(rollouts.map(({ reward }) => reward));
    expect(shuffled.map(({ reward }) => reward ?? 0).sort((a, b) => a - b)).toEqual(
      rollouts.map(({ reward }) => reward),
    );
    for (const { reward, rewards } of shuffled) expect(rewards?.[0].score).toBe(reward);
  });
});

describe('pre-training batches', () => {
  const lengths = [30, 40, 50, 60, 70];

  it('hold every sequence once and no more tokens than allowed', () => {
    const batches = batchesOfPass(lengths, 100, 1, 0);
    expect(batches.flat().sort()).toEqual([0, 1, 2, 3, 4]);
    for (const batch of batches) {
      expect(batch.reduce((sum, index) => sum + lengths[index], 0)).toBeLessThanOrEqual(100);
    }
  });

  it('put a sequence longer than a batch alone', () => {
    expect(batchesOfPass([500, 20], 100, 1, 0)).toHaveLength(2);
  });

  it('follow max_steps where it is given, else the passes', () => {
    const plan = { tokensPerBatch: 100, seed: 1 };
    const onePass = batchesOfPass(lengths, 100, 1, 0).length;
    expect(planBatches(lengths, { ...plan, epochs: 2, maxSteps: null }).length).toBeGreaterThan(
      onePass,
    );
    expect(planBatches(lengths, { ...plan, epochs: 1, maxSteps: 11 })).toHaveLength(11);
    expect(planBatches(lengths, { ...plan, epochs: 1, maxSteps: null })).toHaveLength(onePass);
  });
});
