import * as tf from '@tensorflow/tfjs';
import { inputError } from '../errors.js';
import { requireNumber } from './one-of.js';
import { requireSameShape } from './shapes.js';

/**
 * sum over t of w_t · logprob_t: what a preference loss calls a completion's log-probability. Policy
 * and reference take the same weights; w = 1 on every token is the plain sum to the bit. Values where
 * w is 0 have no effect whatever they are.
 * @param logprobs [B, T] carries the gradient
 * @param weights  [B, T] 0 on padding; constant
 * @returns [B]
 */
export function sequenceLogps(logprobs: tf.Tensor2D, weights: tf.Tensor2D): tf.Tensor1D {
  requireSameShape('sequenceLogps', 'logprobs', logprobs, 'weights', weights);
  return tf.tidy(() => {
    // Selecting first keeps padding, whatever it holds, out of values and gradients.
    const counted = tf.where(tf.notEqual(weights, 0), logprobs, tf.zerosLike(logprobs));
    return tf.sum<tf.Tensor1D>(tf.mul(counted, weights), 1);
  });
}

/**
 * Token weights of one side of a pair from its located findings, so that the rejected side is pushed
 * down where it is wrong. T tokens, f_t > 0 under a located finding (`findingWeights`).
 *   chosen (desirable)     : w_t = 1
 *   rejected (undesirable) : w_t = 1 where f_t > 0, else cleanWeight
 * A rejected side without a located finding has w = 1 everywhere: the plain loss. `cleanWeight` 1 is
 * the plain loss too.
 * @param findings [T]
 */
export function preferenceWeights(
  findings: readonly number[],
  side: 'chosen' | 'rejected',
  options: {
    /** Of the rejected side's other tokens, in [0, 1]. @default 0 */
    readonly cleanWeight?: number;
  } = {},
): number[] {
  const { cleanWeight = 0 } = options;
  requireNumber('preferenceWeights', 'cleanWeight', cleanWeight, { atLeast: 0, atMost: 1 });
  if (side === 'chosen' || !findings.some((finding) => finding > 0)) return findings.map(() => 1);
  return findings.map((finding) => (finding > 0 ? 1 : cleanWeight));
}

/**
 * LD-DPO (Liu et al., arXiv 2409.06411; TRL's `ld_alpha`): tokens beyond the length that both sides of
 * a pair have count `ldAlpha`. 1 changes nothing, 0 leaves the longer side's rest out.
 * @returns [T] factors of the side's token weights
 */
export function sharedLengthWeights(
  length: number,
  otherLength: number,
  ldAlpha: number,
): number[] {
  if (!(ldAlpha >= 0 && ldAlpha <= 1)) {
    throw inputError(
      `sharedLengthWeights: expected ldAlpha to be a number from 0 to 1, got ${ldAlpha}.`,
    );
  }
  return Array.from({ length }, (_, t) => (t < otherLength ? 1 : ldAlpha));
}

/**
 * WPO's weight of each completion (Zhou et al., arXiv 2406.11827, eq. 2, its sampled alignment; TRL's
 * `use_weighting`); a pair has the product of its two. B completions, T tokens.
 *   w_b = exp(mean over t of (logprob_t - log sum_v p_v²))
 * The sum over the vocabulary needs no vocabulary: at temperature 1/2 the same token has
 *   logprob½_t = 2 logprob_t - log sum_v p_v²
 * so the term of the mean is logprob½_t - logprob_t.
 * @param logprobs     [B, T] at temperature 1
 * @param halfLogprobs [B, T] at temperature 1/2
 * @param mask         [B, T] 1 on completion tokens
 * @returns [B] without gradient in the losses: pass them as constants; 1 without tokens
 */
export function wpoWeights(
  logprobs: tf.Tensor2D,
  halfLogprobs: tf.Tensor2D,
  mask: tf.Tensor2D,
): tf.Tensor1D {
  requireSameShape('wpoWeights', 'logprobs', logprobs, 'halfLogprobs', halfLogprobs);
  requireSameShape('wpoWeights', 'logprobs', logprobs, 'mask', mask);
  return tf.tidy(() => {
    const sums = sequenceLogps(tf.sub(halfLogprobs, logprobs), mask);
    return tf.exp(tf.div<tf.Tensor1D>(sums, tf.maximum(tf.sum(mask, 1), 1)));
  });
}
