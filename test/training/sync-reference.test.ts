import { beforeAll, describe, expect, it } from 'vitest';
import { syncReference } from '../../src/training/index.js';
import { tf } from '../../src/tensor/index.js';
import { tinyPolicy, useOneThread } from './tiny-policy.js';

beforeAll(useOneThread);

const firstOf = (weights: ReadonlyMap<string, tf.Variable>): number[] =>
  [...weights.values()].map((weight) => weight.dataSync()[0]);

describe('syncReference', () => {
  it('mixes every weight by alpha, leaves the policy alone and no tensor behind', async () => {
    const [policy, reference] = [await tinyPolicy(1), await tinyPolicy(2)];
    const before = { policy: firstOf(policy.weights), reference: firstOf(reference.weights) };
    const tensors = tf.memory().numTensors;
    syncReference(policy, reference, 0.25);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(firstOf(policy.weights)).toEqual(before.policy);
    firstOf(reference.weights).forEach((value, i) => {
      expect(value).toBeCloseTo(0.25 * before.policy[i] + 0.75 * before.reference[i], 6);
    });
    syncReference(policy, reference, 1);
    expect(firstOf(reference.weights)).toEqual(before.policy);
    policy.dispose();
    reference.dispose();
  });

  it('refuses an adapter and a share that is none', async () => {
    const [policy, reference] = [await tinyPolicy(1, { adapter: true }), await tinyPolicy(2)];
    expect(() => syncReference(policy, reference, 0.5)).toThrow(/mixture of two adapters/);
    expect(() => syncReference(reference, reference, 0)).toThrow(/expected alpha above 0/);
    policy.dispose();
    reference.dispose();
  });
});
