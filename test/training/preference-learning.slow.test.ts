import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/algorithms/index.js';
import type { PreferencePair } from '../../src/datasets/index.js';
import type { Policy } from '../../src/policy/index.js';
import {
  cpoMetrics,
  cpoStep,
  createOptimizer,
  dpoMetrics,
  dpoStep,
  ktoMetrics,
  ktoStep,
  orpoMetrics,
  orpoStep,
  type Optimizer,
  type StepMetrics,
} from '../../src/training/index.js';
import { letterPairs, unpaired } from './preference-pairs.js';
import { letterPolicy, useOneThread, weightsOf } from './tiny-policy.js';

beforeAll(useOneThread);

interface Method {
  step(policy: Policy, optimizer: Optimizer, pairs: PreferencePair[]): Promise<StepMetrics>;
  measure(policy: Policy, pairs: PreferencePair[]): Promise<StepMetrics>;
}

const simpo = { lossType: 'simpo', beta: 2, cpoAlpha: 0 } as const;

const methods: Record<string, Method> = {
  DPO: {
    step: (policy, optimizer, pairs) => dpoStep(policy, optimizer, pairs),
    measure: (policy, pairs) => dpoMetrics(policy, pairs),
  },
  KTO: {
    step: (policy, optimizer, pairs) => ktoStep(policy, optimizer, unpaired(pairs)),
    measure: (policy, pairs) => ktoMetrics(policy, unpaired(pairs)),
  },
  SimPO: {
    step: (policy, optimizer, pairs) => cpoStep(policy, optimizer, pairs, simpo),
    measure: (policy, pairs) => cpoMetrics(policy, pairs, simpo),
  },
  ORPO: {
    step: (policy, optimizer, pairs) => orpoStep(policy, optimizer, pairs, { beta: 1 }),
    measure: (policy, pairs) => orpoMetrics(policy, pairs, { beta: 1 }),
  },
};

/** Held-out accuracy before and after training: which of two words has more a's. */
async function train(
  method: Method,
  seed: number,
  options: { readonly learningRate?: number; readonly shuffled?: boolean } = {},
): Promise<{ before: StepMetrics; after: StepMetrics; moved: boolean }> {
  const { learningRate = 0.01, shuffled } = options;
  const policy = await letterPolicy(seed, { adapter: true });
  const optimizer = createOptimizer(policy, { learningRate });
  const train = letterPairs(policy, { seed, count: 64, shuffled });
  const heldOut = letterPairs(policy, { seed: 1000 + seed, count: 64 });
  const random = createRandom(`train/${seed}`);
  const before = await method.measure(policy, heldOut);
  const weights = weightsOf(policy);
  for (let epoch = 0; epoch < 3; epoch++) {
    const shuffledPairs = random.fork(epoch).shuffle(train);
    for (let start = 0; start < shuffledPairs.length; start += 16) {
      await method.step(policy, optimizer, shuffledPairs.slice(start, start + 16));
    }
  }
  const after = await method.measure(policy, heldOut);
  const moved = weightsOf(policy).some((weight, i) => weight !== weights[i]);
  optimizer.dispose();
  policy.dispose();
  return { before, after, moved };
}

describe.each(Object.entries(methods))('%s on a tiny set', (_, method) => {
  it('raises its held-out margin and accuracy in 3 of 3 seeds, and not with shuffled labels', async () => {
    for (const seed of [1, 2, 3]) {
      const { before, after } = await train(method, seed);
      expect(after.loss).toBeLessThan(before.loss);
      expect(after['rewards/margins']).toBeGreaterThan(before['rewards/margins']);
      expect(after['rewards/accuracies']).toBeGreaterThan(before['rewards/accuracies'] + 0.25);
      expect(after['rewards/accuracies']).toBeGreaterThan(0.6);
      // Trained on labels that say nothing it loses its leaning to some words, and finds no other.
      const control = (await train(method, seed, { shuffled: true })).after;
      expect(control['rewards/margins']).toBeLessThan(0.6 * after['rewards/margins']);
    }
  });

  it('changes nothing with learning rate 0', async () => {
    const { before, after, moved } = await train(method, 1, { learningRate: 0 });
    expect(after).toEqual(before);
    expect(moved).toBe(false);
  });
});
