import * as tf from '@tensorflow/tfjs';

/**
 * 1 / (1 + e^-x) with the derivative sigmoid(x) · sigmoid(-x). tensorflow.js has y · (1 - y), which is
 * 0 as soon as y rounds to 1: the gradient of a completion that the policy has very wrong.
 */
export function sigmoid<T extends tf.Tensor>(x: T): T {
  return withSlope(x, tf.sigmoid, (at) => tf.mul(tf.sigmoid(at), tf.sigmoid(tf.neg(at))));
}

/** log(1 / (1 + e^-x)). tensorflow.js's own loses its input to a tidy around it before the gradient. */
export function logSigmoid<T extends tf.Tensor>(x: T): T {
  return withSlope(
    x,
    (at) => tf.neg(tf.softplus(tf.neg(at))),
    (at) => tf.sigmoid(tf.neg(at)),
  );
}

/** Where a probability counts as certain: the largest float32 below 1 is 1 - 2^-24. */
const CERTAIN = -(2 ** -24);

/**
 * log(1 - e^x) for x < 0, with the derivative -1 / (e^-x - 1). Two forms that meet at -ln 2 keep the
 * digits (Mächler, 2012). A log-probability above -2^-24 counts as -2^-24, with the gradient 0: TRL's
 * is infinite there.
 */
export function log1mexp<T extends tf.Tensor>(x: T): T {
  return withSlope(
    x,
    (given) => {
      const at = tf.minimum(given, CERTAIN);
      const near = tf.log(tf.neg(tf.expm1(at)));
      const far = tf.log1p(tf.neg(tf.exp(at)));
      return tf.where(tf.greater(at, -Math.LN2), near, far);
    },
    (given) => {
      const slope = tf.div(-1, tf.expm1(tf.neg(tf.minimum(given, CERTAIN))));
      return tf.where(tf.greater(given, CERTAIN), tf.zerosLike(slope), slope);
    },
  );
}

/** An elementwise function with its derivative given. */
function withSlope<T extends tf.Tensor>(
  x: T,
  valueOf: (at: tf.Tensor) => tf.Tensor,
  slopeOf: (at: tf.Tensor) => tf.Tensor,
): T {
  const withGradient = tf.customGrad((input, save) => {
    const at = input as tf.Tensor;
    (save as tf.GradSaveFunc)([at]); // else a tidy around this drops it before the gradient
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor =>
      tf.mul(dy, slopeOf(saved[0]));
    return { value: valueOf(at), gradFunc };
  });
  return withGradient(x) as T;
}
