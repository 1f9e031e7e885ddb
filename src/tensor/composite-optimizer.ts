import * as tf from '@tensorflow/tfjs';
import type { AdamwSettings } from './types.js';

/**
 * One AdamW update (Loshchilov and Hutter, 2019), torch's order of operations:
 *   p ← p (1 − lr·wd);  m ← β₁ m + (1 − β₁) g;  v ← β₂ v + (1 − β₂) g²
 *   p ← p − lr/(1 − β₁ᵗ) · m / (sqrt(v) / sqrt(1 − β₂ᵗ) + ε)
 */
export function adamwStep(
  variable: tf.Variable,
  gradient: tf.Tensor,
  m: tf.Variable,
  v: tf.Variable,
  { learningRate, beta1, beta2, epsilon, weightDecay, step }: AdamwSettings,
): void {
  tf.tidy(() => {
    m.assign(tf.add(tf.mul(m, beta1), tf.mul(gradient, 1 - beta1)));
    v.assign(tf.add(tf.mul(v, beta2), tf.mul(tf.square(gradient), 1 - beta2)));
    const rate = learningRate / (1 - beta1 ** step);
    const root = tf.add(tf.div(tf.sqrt(v), Math.sqrt(1 - beta2 ** step)), epsilon);
    const decayed = tf.mul(variable, 1 - learningRate * weightDecay);
    variable.assign(tf.sub(decayed, tf.mul(tf.div(m, root), rate)));
  });
}

/** sqrt of the sum of squares over all gradients, summed in double precision. */
export function globalNorm(gradients: readonly tf.Tensor[]): number {
  let sum = 0;
  for (const gradient of gradients) {
    for (const value of gradient.dataSync()) sum += value * value;
  }
  return Math.sqrt(sum);
}
