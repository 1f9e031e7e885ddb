import * as tf from '@tensorflow/tfjs';
import { requireSameShape } from './shapes.js';

/** Schulman's three estimators of KL(policy || reference) (joschu.net/blog/kl-approx.html). */
export const klEstimators = ['k1', 'k2', 'k3'] as const;

export type KlEstimator = (typeof klEstimators)[number];

/**
 * Per-token estimate of KL(policy || reference) from tokens the policy sampled.
 * With d = refLogprobs - logprobs:
 *   k1 = -d            unbiased, may be negative
 *   k2 = d² / 2        biased; its gradient is the right one for a loss term
 *   k3 = e^d - d - 1   unbiased, never negative, heavy tail; what GRPO's loss adds
 * @param logprobs    any shape, under the policy; carries the gradient
 * @param refLogprobs the same shape, under the reference model; constant
 */
export function klEstimate<T extends tf.Tensor>(
  logprobs: T,
  refLogprobs: T,
  estimator: KlEstimator,
): T {
  requireSameShape('klEstimate', 'logprobs', logprobs, 'refLogprobs', refLogprobs);
  return tf.tidy(() => {
    const difference = tf.sub<T>(refLogprobs, logprobs);
    switch (estimator) {
      case 'k1':
        return tf.neg(difference);
      case 'k2':
        return tf.mul<T>(tf.square(difference), 0.5);
      case 'k3':
        return tf.sub<T>(tf.sub<T>(tf.exp(difference), difference), 1);
    }
  });
}
