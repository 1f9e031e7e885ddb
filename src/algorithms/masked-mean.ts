import * as tf from '@tensorflow/tfjs';

/**
 * Mean over counted tokens, `sum(mask * x) / max(n, 1)`: 0 where nothing is counted, and what stands
 * at masked positions has no effect.
 * @param values        [B, T]
 * @param mask          [B, T] 1 where the value counts
 * @param tokensInBatch n, when these rows are only a part of the batch, so that the means of the
 *                      parts add up to that of the whole. Default: sum(mask)
 */
export function maskedMean(
  values: tf.Tensor2D,
  mask: tf.Tensor2D,
  tokensInBatch?: number,
): tf.Scalar {
  return tf.tidy(() => {
    const counted = tf.where(tf.cast(mask, 'bool'), values, tf.zerosLike(values));
    return tf.div(tf.sum(counted), tf.maximum(tokensInBatch ?? tf.sum(mask), 1));
  });
}
