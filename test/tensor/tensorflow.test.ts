/**
 * The tensorflow backend against tfjs's own cpu backend. Both work in float32 and sum in different
 * orders, which is what the tolerances allow for.
 */
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from 'vitest';
import { completionLogprobs, trainableVariables, type Policy } from '../../src/policy/index.js';
import type { Rollout } from '../../src/records.js';
import { selectBackend, tf } from '../../src/tensor/index.js';
import { readTensorflowBuild } from '../../src/tensor/tensorflow/build.js';
import { createOptimizer, grpoStep, lossGradients } from '../../src/training/index.js';
import { prefersLowIds, tinyPolicy, tinyRollouts, weightsOf } from '../training/tiny-policy.js';
import { largeCases, smallCases } from './cases.js';
import { evaluate, expectClose } from './support.js';

/** Says once why these tests are skipped. What is there but does not work makes them fail. */
const tensorflowFound = readTensorflowBuild() !== null || isInstalled();
if (!tensorflowFound) {
  console.warn(
    'the tensorflow backend is not built (rlsf doctor --build-tensorflow <dir>): its tests are skipped',
  );
}

function isInstalled(): boolean {
  return ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'].some((name) => {
    try {
      return createRequire(import.meta.url).resolve(name) !== '';
    } catch {
      return false;
    }
  });
}

describe.skipIf(!tensorflowFound)('tensorflow (needs rlsf doctor --build-tensorflow)', () => {
  it('is the current backend, shares our tfjs, and says what it is', async () => {
    const choice = await selectBackend('tensorflow', { threads: 2 });
    expect(choice).toMatchObject({ name: 'tensorflow', threads: 2, instructions: null });
    expect(choice.reason).toMatch(
      /TensorFlow 2\.\d+\.\d+ on (the CPU|a GPU), @tensorflow\/tfjs-node/,
    );
    expect(tf.getBackend()).toBe('tensorflow');
    const product = tf.matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]]));
    expect(Array.from(product.dataSync())).toEqual([11]);
    expect(product).toBeInstanceOf(tf.Tensor);
  });

  it('leaves no tensor behind and gives way to another backend and back', async () => {
    await selectBackend('tensorflow', { threads: 2 });
    const before = tf.memory().numTensors;
    const x = tf.tensor2d([[1, 2]]);
    await selectBackend('cpu');
    const doubled = tf.mul(x, 2); // moves x
    await selectBackend('tensorflow', { threads: 2 });
    const back = tf.add(doubled, x);
    expect(Array.from(back.dataSync())).toEqual([3, 6]);
    tf.dispose([x, doubled, back]);
    expect(tf.memory().numTensors).toBe(before);
  });

  // The composite attention of no segment at all has no gradient on any backend.
  const cases = [...smallCases, ...largeCases].filter(({ title }) => !title.includes('segments ,'));

  it.each(cases)('$title: values and gradients', async ({ inputs, compute }) => {
    const came = await evaluate('tensorflow', inputs, compute);
    expect(tf.getBackend()).toBe('tensorflow');
    if (inputs.some(({ values }) => values.length === 0)) {
      // tfjs's own cpu kernels do not take empty tensors everywhere.
      for (const output of came.outputs) expect(output.length).toBe(0);
      for (const gradient of came.gradients) expect(gradient.every((x) => x === 0)).toBe(true);
      return;
    }
    const expected = await evaluate('cpu', inputs, compute);
    came.outputs.forEach((output, i) =>
      expectClose(output, expected.outputs[i], 1e-4, `output ${i}`),
    );
    came.gradients.forEach((gradient, i) =>
      expectClose(gradient, expected.gradients[i], 1e-4, `gradient ${i}`),
    );
  });

  describe('a tiny policy', () => {
    let rollouts: Rollout[];
    beforeAll(async () => {
      await selectBackend('cpu');
      rollouts = await withPolicy((policy) =>
        tinyRollouts(policy, prefersLowIds(), { step: 1, seed: 1 }),
      );
    });

    it('gives the same log-probabilities and gradients', async () => {
      await expectSame(1e-5, () =>
        withPolicy((policy) => {
          const { loss, gradients } = lossGradients(policy, 'test', () => {
            const { logprobs, entropy } = completionLogprobs(policy, rollouts);
            return tf.add<tf.Scalar>(tf.mean(logprobs), tf.mean(entropy));
          });
          const names = trainableVariables(policy).map(({ name }) => name);
          expect([...gradients.keys()].sort()).toEqual(names.sort());
          const read = names.flatMap((name) => Array.from(gradients.get(name)!.dataSync()));
          tf.dispose([...gradients.values()]);
          return [loss, ...read];
        }),
      );
    });

    it('samples the same completions', async () => {
      await selectBackend('tensorflow', { threads: 2 });
      const came = await withPolicy((policy) =>
        tinyRollouts(policy, prefersLowIds(), { step: 1, seed: 1 }),
      );
      expect(came.map(({ completionIds }) => completionIds)).toEqual(
        rollouts.map(({ completionIds }) => completionIds),
      );
      came.forEach(({ logprobs }, i) => expectClose(logprobs, rollouts[i].logprobs, 1e-5));
    });

    it('takes the same GRPO step of three updates, with its KL term', async () => {
      await expectSame(1e-4, () =>
        withPolicy(
          async (policy) => {
            // An epsilon far above the gradients makes AdamW's first update proportional to them.
            const optimizer = createOptimizer(policy, { learningRate: 1, adamEpsilon: 1 });
            const before = weightsOf(policy);
            const metrics = await grpoStep(policy, optimizer, rollouts, {
              beta: 0.1,
              numIterations: 3,
            });
            optimizer.dispose();
            const moved = weightsOf(policy).map((weight, i) => weight - before[i]);
            expect(Math.max(...moved.map(Math.abs))).toBeGreaterThan(1e-3);
            return [...Object.values(metrics), ...moved];
          },
          { adapter: true },
        ),
      );
    });

    it('has the same DPO loss and gradient on pairs', async () => {
      // Rafailov et al., 2023: −log σ(β ((log π − log π_ref)(chosen) − the same of rejected))
      const beta = 0.1;
      await expectSame(1e-5, () =>
        withPolicy(
          (policy) => {
            const sums = (useAdapter: boolean): tf.Tensor2D =>
              tf.tidy(() => {
                const { logprobs } = completionLogprobs(policy, rollouts, { useAdapter });
                return tf.reshape(tf.sum(logprobs, 1), [-1, 2]); // chosen, rejected
              });
            const reference = sums(false);
            const { loss, gradients } = lossGradients(policy, 'test', () => {
              const gains = tf.sub<tf.Tensor2D>(sums(true), reference);
              const [chosen, rejected] = tf.unstack(gains, 1);
              // −log σ(z) = softplus(−z); tf.logSigmoid's gradient needs a tensor that tidy disposed
              return tf.mean<tf.Scalar>(tf.softplus(tf.mul(tf.sub(rejected, chosen), beta)));
            });
            const read = [...gradients].sort().flatMap(([, g]) => Array.from(g.dataSync()));
            tf.dispose([reference, ...gradients.values()]);
            expect(loss).toBeCloseTo(Math.log(2), 5); // an adapter begins as nothing
            expect(read.some((x) => Math.abs(x) > 1e-3)).toBe(true);
            return [loss, ...read];
          },
          { adapter: true },
        ),
      );
    });
  });
});

/** Runs it on both backends and compares the numbers. */
async function expectSame(tolerance: number, run: () => Promise<number[]>): Promise<void> {
  await selectBackend('cpu');
  const expected = await run();
  await selectBackend('tensorflow', { threads: 2 });
  const came = await run();
  expect(tf.getBackend()).toBe('tensorflow');
  expectClose(came, expected, tolerance);
}

/** A policy made on the current backend, from the same seed each time. */
async function withPolicy<T>(
  use: (policy: Policy) => T | Promise<T>,
  options: { adapter?: boolean } = {},
): Promise<T> {
  const policy = await tinyPolicy(1, options);
  try {
    return await use(policy);
  } finally {
    policy.dispose();
  }
}
