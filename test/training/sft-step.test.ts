import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/algorithms/index.js';
import { sftSequences, tokenBatches } from '../../src/datasets/index.js';
import { completionLogprobs } from '../../src/policy/index.js';
import { tf } from '../../src/tensor/index.js';
import { createOptimizer, sftLoss, sftStep } from '../../src/training/index.js';
import { tinyPolicy, useOneThread, weightsOf } from './tiny-policy.js';

beforeAll(useOneThread);

const examples = ['abc', 'bcd', 'cde', 'def', 'efg', 'fghij'].map((word) => ({
  prompt: `${word[0]}>`,
  completion: word,
}));

describe('sftStep', () => {
  it('has minus the mean log-probability of the completion tokens as its loss', async () => {
    const policy = await tinyPolicy(1);
    const { sequences } = sftSequences(examples, policy.tokenizer);
    const optimizer = createOptimizer(policy, { learningRate: 0 });
    const { logprobs, mask } = completionLogprobs(policy, sequences);
    const expected = -tf.sum(tf.mul(logprobs, mask)).dataSync()[0] / tf.sum(mask).dataSync()[0];
    const metrics = await sftStep(policy, optimizer, sequences);
    expect(metrics.loss).toBeCloseTo(expected, 5);
    expect(sftLoss(policy, sequences)).toBeCloseTo(expected, 5);
    expect(metrics.num_tokens).toBe(6 * 4 + 2);
    expect(metrics.entropy).toBeGreaterThan(0);
  });

  it('makes the same update in passes over parts as in one', async () => {
    const updated = await Promise.all(
      [6, 1, 4].map(async (perDeviceTrainBatchSize) => {
        const policy = await tinyPolicy(1);
        const optimizer = createOptimizer(policy, { learningRate: 0.01 });
        const { sequences } = sftSequences(examples, policy.tokenizer);
        const { loss, grad_norm } = await sftStep(policy, optimizer, sequences, {
          perDeviceTrainBatchSize,
        });
        return { loss, grad_norm };
      }),
    );
    for (const { loss, grad_norm } of updated) {
      expect(loss).toBeCloseTo(updated[0].loss, 5);
      expect(grad_norm).toBeCloseTo(updated[0].grad_norm, 5);
    }
  });

  it('learns a tiny set in 3 of 3 seeds, and nothing with learning rate 0', async () => {
    for (const seed of [1, 2, 3]) {
      const policy = await tinyPolicy(seed);
      const { sequences } = sftSequences(examples, policy.tokenizer);
      const random = createRandom(seed);
      const before = sftLoss(policy, sequences);

      const idle = createOptimizer(policy, { learningRate: 0 });
      const weights = weightsOf(policy);
      await sftStep(policy, idle, sequences);
      expect(weightsOf(policy)).toEqual(weights);

      const optimizer = createOptimizer(policy, { learningRate: 0.02 });
      for (let epoch = 0; epoch < 30; epoch++) {
        const options = { tokensPerBatch: 24, random: random.fork(epoch) };
        for (const batch of tokenBatches(sequences, options))
          await sftStep(policy, optimizer, batch);
      }
      const after = sftLoss(policy, sequences);
      expect(before).toBeGreaterThan(5);
      expect(after).toBeLessThan(0.5);
      idle.dispose();
      optimizer.dispose();
      policy.dispose();
    }
  });

  it('keeps no tensor from one step to the next', async () => {
    const policy = await tinyPolicy(1);
    const { sequences } = sftSequences(examples, policy.tokenizer);
    const optimizer = createOptimizer(policy, { learningRate: 0.01 });
    await sftStep(policy, optimizer, sequences);
    const { numTensors } = tf.memory();
    for (let i = 0; i < 3; i++)
      await sftStep(policy, optimizer, sequences, { perDeviceTrainBatchSize: 2 });
    expect(tf.memory().numTensors).toBe(numTensors);
  });
});
