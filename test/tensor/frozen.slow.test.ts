import { beforeAll, describe, expect, it } from 'vitest';
import * as composite from '../../src/tensor/composite.js';
import { linear, selectBackend, tf, tokenLogprobs } from '../../src/tensor/index.js';
import { integers, nativeBuilt, normal } from './support.js';

/** Weights that are variables with `trainable: false` take other kernels; the numbers stay. */
describe.skipIf(!nativeBuilt)('a frozen weight', () => {
  beforeAll(() => selectBackend('native', { threads: 2 }));

  const tensor = (seed: string, ...shape: number[]): tf.Tensor =>
    tf.tensor(normal(seed, ...shape).values, shape);
  const weightOf = (trainable: boolean, ...shape: [number, number]): tf.Variable<tf.Rank.R2> =>
    tf.variable(tensor('weight', ...shape), trainable) as tf.Variable<tf.Rank.R2>;

  it('leaves a linear layer its values and gradients, and keeps no input for it', () => {
    const x = tensor('x', 9, 21) as tf.Tensor2D;
    const lora = {
      a: tensor('a', 3, 21) as tf.Tensor2D,
      b: tensor('b', 13, 3) as tf.Tensor2D,
      scale: 1.5,
    };
    const [trained, frozen] = [true, false].map((trainable) => {
      const weight = weightOf(trainable, 13, 21);
      return {
        plain: tf
          .grad((input) => linear(input as tf.Tensor2D, weight))(x)
          .dataSync(),
        adapted: tf
          .grads((input, a, b) =>
            linear(input as tf.Tensor2D, weight, null, {
              a: a as tf.Tensor2D,
              b: b as tf.Tensor2D,
              scale: 1.5,
            }),
          )([x, lora.a, lora.b])
          .map((gradient) => gradient.dataSync()),
        value: linear(x, weight, null, lora).dataSync(),
      };
    });
    expect(frozen).toEqual(trained);

    // Under a gradient, the input of a trained layer is kept for it; that of a frozen one is freed.
    const leftOver = (trainable: boolean): number => {
      const weight = weightOf(trainable, 13, 21);
      let count = 0;
      tf.grad((input) => {
        const before = tf.memory().numTensors;
        const y = tf.tidy(() => linear(tf.mul(input, tf.scalar(2)) as tf.Tensor2D, weight));
        count = tf.memory().numTensors - before;
        return y;
      })(x).dispose();
      return count;
    };
    expect(leftOver(false)).toBe(leftOver(true) - 1);
  });

  // A vocabulary held whole, one in strips with a remainder, and several row blocks.
  for (const [rows, width, vocabulary] of [
    [7, 12, 33],
    [5, 24, 9001],
    [530, 8, 8200],
  ]) {
    it(`has log-probabilities of the composite: ${rows} rows, vocabulary ${vocabulary}`, () => {
      const hidden = tensor('hidden', rows, width) as tf.Tensor2D;
      const targets = integers('targets', rows, vocabulary);
      targets[0] = vocabulary - 1;
      const dy = tensor('dy', rows) as tf.Tensor1D;
      const [trained, frozen] = [true, false].map((trainable) =>
        weightOf(trainable, vocabulary, width),
      );
      const oracle = composite.tokenLogprobs(hidden, trained, targets, 0.8);
      const oracleGradient = tf.grad(
        (h) => composite.tokenLogprobs(h as tf.Tensor2D, trained, targets, 0.8).logprobs,
      )(hidden, dy);
      for (const weight of [trained, frozen]) {
        const { logprobs, entropy } = tokenLogprobs(hidden, weight, targets, { temperature: 0.8 });
        expectClose(logprobs, oracle.logprobs, 1e-4);
        expectClose(entropy, oracle.entropy, 1e-4);
        const gradient = tf.grad(
          (h) => tokenLogprobs(h as tf.Tensor2D, weight, targets, { temperature: 0.8 }).logprobs,
        )(hidden, dy);
        expectClose(gradient, oracleGradient, 1e-4);
      }
      const withEntropy = (
        operation: (h: tf.Tensor2D) => { logprobs: tf.Tensor; entropy: tf.Tensor },
      ): tf.Tensor =>
        tf.grad((h) => {
          const { logprobs, entropy } = operation(h as tf.Tensor2D);
          return tf.add(logprobs, tf.mul(entropy, 0.3));
        })(hidden, dy);
      expectClose(
        withEntropy((h) => tokenLogprobs(h, frozen, targets, { temperature: 0.8 })),
        withEntropy((h) => composite.tokenLogprobs(h, trained, targets, 0.8)),
        1e-4,
      );
      const dWeight = (
        operation: (w: tf.Tensor2D) => { logprobs: tf.Tensor; entropy: tf.Tensor },
      ): tf.Tensor => tf.grad((w) => operation(w as tf.Tensor2D).logprobs)(trained, dy);
      expectClose(
        dWeight((w) => tokenLogprobs(hidden, w, targets, { temperature: 0.8 })),
        dWeight((w) => composite.tokenLogprobs(hidden, w, targets, 0.8)),
        1e-4,
      );
    });
  }

  it('refuses a gradient of itself in words', () => {
    const weight = weightOf(false, 13, 21);
    const x = tensor('x', 2, 21) as tf.Tensor2D;
    expect(() => tf.variableGrads(() => tf.sum(linear(x, weight)) as tf.Scalar, [weight])).toThrow(
      /trainable/,
    );
    const [a, b] = [tensor('a', 3, 21) as tf.Tensor2D, tensor('b', 13, 3) as tf.Tensor2D];
    const targets = Int32Array.of(0, 12);
    for (const operation of [
      (w: tf.Tensor2D) => linear(x, w),
      (w: tf.Tensor2D) => linear(x, w, null, { a, b, scale: 1 }),
      (w: tf.Tensor2D) => tokenLogprobs(x, w, targets).logprobs,
      (w: tf.Tensor2D) => tokenLogprobs(x, w, targets).entropy,
    ]) {
      expect(() => tf.grad((w) => operation(w as tf.Tensor2D))(weight)).toThrow(
        /no gradient of a weight that has trainable = false.*Set trainable to true/,
      );
    }
  });
});

function expectClose(actual: tf.Tensor, expected: tf.Tensor, tolerance: number): void {
  expect(actual.shape).toEqual(expected.shape);
  expect(tf.max(tf.abs(tf.sub(actual, expected))).dataSync()[0]).toBeLessThan(tolerance);
}
