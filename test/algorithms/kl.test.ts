import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { klEstimate } from '../../src/algorithms/index.js';

// By hand from the formulas (Schulman, "Approximating KL divergence"), numpy float64.
it.each([
  [-1, -1.5, 0.5, 0.125, 0.106531],
  [-2, -0.7, -1.3, 0.845, 1.369297],
])('the estimates at logprob %f, reference %f are %f, %f, %f', (logprob, reference, k1, k2, k3) => {
  const at = (estimator: 'k1' | 'k2' | 'k3'): number =>
    tf.tidy(
      () => klEstimate(tf.tensor1d([logprob]), tf.tensor1d([reference]), estimator).dataSync()[0],
    );
  expect(at('k1')).toBeCloseTo(k1, 6);
  expect(at('k2')).toBeCloseTo(k2, 6);
  expect(at('k3')).toBeCloseTo(k3, 5);
});

it('k3 is never negative and 0 for equal logprobs', () => {
  const values = tf.tidy(() =>
    klEstimate(tf.linspace(-3, 0, 31), tf.fill([31], -1.5), 'k3').dataSync(),
  );
  expect(Math.min(...values)).toBe(0);
  expect(values[15]).toBe(0);
});

it('names both shapes when they disagree', () => {
  expect(() => klEstimate(tf.zeros([2, 3]), tf.zeros([3, 2]), 'k1')).toThrow(/\[2, 3\].*\[3, 2\]/);
});
