import * as tf from '@tensorflow/tfjs';
import { inputError } from '../errors.js';
import { importanceSamplingLevels, type ImportanceSamplingLevel } from './grpo-options.js';

/**
 * The importance ratio of every token, exp(w). B completions, T tokens; d = logprobs - oldLogprobs, n the
 * counted tokens of the completion (at least 1), sg() a constant.
 *   token          : w_t = d_t
 *   sequence       : w = sum(d) / n, one for all tokens (GSPO, Zheng et al., arXiv 2507.18071)
 *   sequence_token : w_t = logprob_t - sg(logprob_t) + sg(sum(d) / n): GSPO-token, and verl's `gspo`. The
 *                    value of `sequence`, but each token's advantage moves that token alone
 *   sequence_sum   : w = sum(d), as TRL's RLOOTrainer
 * @param logprobs    [B, T] 0 where masked; carries the gradient
 * @param oldLogprobs [B, T] 0 where masked; constant
 * @param mask        [B, T] 1 where the token counts
 * @returns [B, T]
 */
export function importanceRatio(
  logprobs: tf.Tensor2D,
  oldLogprobs: tf.Tensor2D,
  mask: tf.Tensor2D,
  level: ImportanceSamplingLevel,
): tf.Tensor2D {
  const difference = tf.sub<tf.Tensor2D>(logprobs, oldLogprobs);
  const ofSequence = (values: tf.Tensor): tf.Tensor2D =>
    tf.add<tf.Tensor2D>(values, tf.zerosLike(logprobs));
  switch (level) {
    case 'token':
      return tf.exp(difference);
    case 'sequence':
      return tf.exp(ofSequence(sequenceMean(difference, mask)));
    case 'sequence_token': {
      const mean = detach(ofSequence(sequenceMean(difference, mask)));
      return tf.exp(tf.add<tf.Tensor2D>(tf.sub(logprobs, detach(logprobs)), mean));
    }
    case 'sequence_sum':
      return tf.exp(ofSequence(tf.sum(difference, 1, true)));
    default:
      throw inputError(
        `grpoLoss: expected importanceSamplingLevel ${importanceSamplingLevels.join(', ')}, got ${JSON.stringify(level)}.`,
      );
  }
}

/** [B, 1] mean over the counted tokens of a row; `values` are 0 elsewhere. */
export function sequenceMean(values: tf.Tensor2D, mask: tf.Tensor2D): tf.Tensor2D {
  return tf.div(tf.sum(values, 1, true), tf.maximum(tf.sum(mask, 1, true), 1));
}

/** The same values without a gradient. */
export function detach(values: tf.Tensor2D): tf.Tensor2D {
  return constantOf(values, (x) => tf.clone(x));
}

/**
 * What `compute` makes of the values, without a gradient (tensorflow.js has no stop-gradient of its
 * own), so that it may use operations that have none.
 */
export function constantOf(
  values: tf.Tensor2D,
  compute: (values: tf.Tensor2D) => tf.Tensor2D,
): tf.Tensor2D {
  const constant = tf.customGrad((x) => ({
    value: compute(x as tf.Tensor2D),
    gradFunc: (dy: tf.Tensor) => tf.zeros(values.shape, dy.dtype),
  }));
  return constant(values) as tf.Tensor2D;
}
