import { beforeAll, describe, expect, it } from 'vitest';
import { attachAdapter, completionLogprobs, type Policy } from '../../src/policy/index.js';
import { selectBackend, tf } from '../../src/tensor/index.js';
import { createOptimizer, grpoStep, sftStep, type Optimizer } from '../../src/training/index.js';
import { availableBackends } from '../policy/backends.js';
import { tinyPolicy } from '../policy/fixtures.js';
import { prefersLowIds, tinyRollouts, weightsOf } from './tiny-policy.js';

const sequences = [
  { promptIds: [1, 2, 3], completionIds: [4, 5, 6, 7, 8, 9] },
  { promptIds: [9], completionIds: [8, 7, 6] },
  { promptIds: [10, 11], completionIds: [12, 13, 14, 15] },
];

type Step = (policy: Policy, optimizer: Optimizer, gradientCheckpointing: boolean) => Promise<void>;

const steps: Record<string, Step> = {
  async sftStep(policy, optimizer, gradientCheckpointing) {
    await sftStep(policy, optimizer, sequences, {
      gradientCheckpointing,
      perDeviceTrainBatchSize: 2,
    });
  },
  async grpoStep(policy, optimizer, gradientCheckpointing) {
    const rollouts = await tinyRollouts(policy, prefersLowIds(), { step: 1, seed: 1 });
    const settings = { gradientCheckpointing, numIterations: 2, perDeviceTrainBatchSize: 20 };
    const metrics = await grpoStep(policy, optimizer, rollouts, settings);
    expect(metrics['grad_norm']).toBeGreaterThan(0);
  },
};

const trainings: Record<string, (policy: Policy) => void> = {
  'all weights': () => {},
  'an adapter': (policy) =>
    void attachAdapter(policy, { r: 2, loraAlpha: 8, targetModules: ['all-linear'], seed: 1 }),
  'an adapter on two projections and saved norms': (policy) =>
    void attachAdapter(policy, {
      r: 2,
      loraAlpha: 8,
      targetModules: ['v_proj', 'down_proj'],
      modulesToSave: ['model.norm', 'post_attention_layernorm'],
      seed: 1,
    }),
};

for (const backend of await availableBackends()) {
  describe(`gradient checkpointing on ${backend}`, () => {
    beforeAll(() => selectBackend(backend, { threads: 2 }));

    for (const [name, step] of Object.entries(steps)) {
      it.each(Object.entries(trainings))(
        `leaves ${name}'s weights the same to the bit: %s`,
        async (_, prepare) => {
          const train = async (gradientCheckpointing: boolean): Promise<number[][]> => {
            const policy = await tinyPolicy();
            prepare(policy);
            const optimizer = createOptimizer(policy, { learningRate: 0.01 });
            const before = weightsOf(policy);
            for (let i = 0; i < 2; i++) await step(policy, optimizer, gradientCheckpointing);
            const after = weightsOf(policy);
            optimizer.dispose();
            policy.dispose();
            return [before, after];
          };
          const [before, expected] = await train(false);
          expect(expected).not.toEqual(before);
          expect((await train(true))[1]).toEqual(expected);
        },
      );
    }

    it('keeps less for the backward pass', async () => {
      const policy = await tinyPolicy({ layers: 4 });
      const keptBytes = (gradientCheckpointing: boolean): number => {
        let kept = 0;
        const { value, grads } = tf.variableGrads(() => {
          const before = tf.memory().numBytes;
          const { logprobs } = completionLogprobs(policy, sequences, { gradientCheckpointing });
          kept = tf.memory().numBytes - before;
          return logprobs.mean().asScalar();
        });
        tf.dispose([value, grads]);
        return kept;
      };
      const layerInput = 4 * 16 * (9 - 1 + 4 - 1 + 6 - 1);
      expect(keptBytes(false) - keptBytes(true)).toBeGreaterThan(4 * 8 * layerInput);
      policy.dispose();
    });

    it('keeps no tensor from one step to the next', async () => {
      const policy = await tinyPolicy();
      const optimizer = createOptimizer(policy, { learningRate: 0.01 });
      await steps['sftStep'](policy, optimizer, true);
      const { numTensors } = tf.memory();
      for (let i = 0; i < 3; i++) await steps['sftStep'](policy, optimizer, true);
      expect(tf.memory().numTensors).toBe(numTensors);
      optimizer.dispose();
      policy.dispose();
    });
  });
}
