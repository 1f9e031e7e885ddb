import * as tf from '@tensorflow/tfjs';

/**
 * 1 / (1 + e^-x) with the derivative sigmoid(x) · sigmoid(-x). tensorflow.js has y · (1 - y), which is
 * 0 as soon as y rounds to 1: the gradient of a completion that the policy has very wrong.
 */
export function sigmoid<T extends tf.Tensor>(x: T): T {
  const withGradient = tf.customGrad((input) => {
    const at = input as tf.Tensor;
    const value = tf.sigmoid(at);
    const gradFunc = (dy: tf.Tensor): tf.Tensor =>
      tf.mul(dy, tf.mul(value, tf.sigmoid(tf.neg(at))));
    return { value, gradFunc };
  });
  return withGradient(x) as T;
}

/** Where a probability counts as certain: the largest float32 below 1 is 1 - 2^-24. */
const CERTAIN = -(2 ** -24);

/**
 * log(1 - e^x) for x < 0, with the derivative -1 / (e^-x - 1). Two forms that meet at -ln 2 keep the
 * digits (Mächler, 2012). A log-probability above -2^-24 counts as -2^-24, with the gradient 0: TRL's
 * is infinite there.
 */
export function log1mexp<T extends tf.Tensor>(x: T): T {
  const withGradient = tf.customGrad((input) => {
    const given = input as tf.Tensor;
    const at = tf.minimum(given, CERTAIN);
    const near = tf.log(tf.neg(tf.expm1(at)));
    const far = tf.log1p(tf.neg(tf.exp(at)));
    const value = tf.where(tf.greater(at, -Math.LN2), near, far);
    const gradFunc = (dy: tf.Tensor): tf.Tensor => {
      const slope = tf.div(-1, tf.expm1(tf.neg(at)));
      return tf.mul(dy, tf.where(tf.greater(given, CERTAIN), tf.zerosLike(slope), slope));
    };
    return { value, gradFunc };
  });
  return withGradient(x) as T;
}
