import * as tf from '@tensorflow/tfjs';
import { inputError } from '../errors.js';
import { maskedMean } from './masked-mean.js';
import { requireSameShape } from './shapes.js';

export interface PpoPolicyLossInputs {
  /** [B, T] under the policy; carries the gradient. */
  readonly logprobs: tf.Tensor2D;
  /** [B, T] before the first update on these completions; constant. */
  readonly oldLogprobs: tf.Tensor2D;
  /** [B, T] whitened (`maskedWhiten`); constant. */
  readonly advantages: tf.Tensor2D;
  /** [B, T] 1 where the loss counts. */
  readonly completionMask: tf.Tensor2D;
}

export interface PpoPolicyLossOptions {
  /** Lower clip range, and the upper one where no other is given. @default 0.2 */
  readonly cliprange?: number;
  /** Upper clip range (verl's `clip_ratio_high`). @default cliprange */
  readonly cliprangeHigh?: number;
  /**
   * Dual clip (Ye et al. 2019, arXiv 1912.09729): where A < 0 the loss is at most -A times this, above
   * 1; verl's `clip_ratio_c`, 3 there. @default none, as TRL and the PPO paper
   */
  readonly dualClip?: number;
  /** Counted tokens of the mini-batch, when these rows are only a part of it. @default sum(completionMask) */
  readonly tokensInBatch?: number;
}

export interface PpoPolicyLoss {
  /** To minimise. */
  loss: tf.Scalar;
  /** Share of counted tokens whose clipped term is the larger one. */
  clipFraction: tf.Scalar;
  /** Mean of (logprobs - oldLogprobs)² / 2 over counted tokens. */
  approxKl: tf.Scalar;
  /** Mean ratio over counted tokens. */
  ratio: tf.Scalar;
}

/**
 * PPO's clipped surrogate (Schulman et al. 2017, arXiv 1707.06347, equation 7), a mean over the counted
 * tokens of the mini-batch. B completions, T tokens after padding.
 *   ratio = exp(logprobs - oldLogprobs)
 *   loss  = mean(max(-ratio * A, -clip(ratio, 1 - cliprange, 1 + cliprangeHigh) * A))
 * With `tokensInBatch` all four results are these rows' shares, which add up to those of the whole.
 * TRL's: its statistics are means over padding too, where these are over counted tokens. verl bounds
 * the log ratio by ±20 first; here a ratio that overflows stops the step.
 */
export function ppoPolicyLoss(
  inputs: PpoPolicyLossInputs,
  options: PpoPolicyLossOptions = {},
): PpoPolicyLoss {
  const { logprobs, oldLogprobs, advantages: given, completionMask: mask } = inputs;
  const { cliprange = 0.2, cliprangeHigh = cliprange, dualClip, tokensInBatch } = options;
  const where = 'ppoPolicyLoss';
  requireSameShape(where, 'logprobs', logprobs, 'completionMask', mask);
  requireSameShape(where, 'logprobs', logprobs, 'oldLogprobs', oldLogprobs);
  requireSameShape(where, 'logprobs', logprobs, 'advantages', given);
  if (dualClip !== undefined && !(dualClip > 1)) {
    throw inputError(`${where}: expected dualClip above 1, got ${dualClip}.`);
  }
  return tf.tidy(() => {
    const counts = tf.cast(mask, 'bool');
    const zeros = tf.zerosLike(logprobs);
    // Selecting before exp keeps padding, whatever it holds, out of values and gradients.
    const difference = tf.sub<tf.Tensor2D>(
      tf.where(counts, logprobs, zeros),
      tf.where(counts, oldLogprobs, zeros),
    );
    const advantages = tf.where(counts, given, zeros);
    const ratio = tf.exp(difference);
    const plain = tf.neg(tf.mul(advantages, ratio));
    const clipped = tf.neg(
      tf.mul(advantages, tf.clipByValue(ratio, 1 - cliprange, 1 + cliprangeHigh)),
    );
    let tokenLoss = tf.maximum<tf.Tensor2D>(plain, clipped);
    if (dualClip !== undefined) {
      const bound = tf.mul(advantages, -dualClip);
      tokenLoss = tf.where<tf.Tensor2D>(
        tf.less(given, 0),
        tf.minimum<tf.Tensor2D>(tokenLoss, bound),
        tokenLoss,
      );
    }
    const mean = (values: tf.Tensor): tf.Scalar =>
      maskedMean(values as tf.Tensor2D, mask, tokensInBatch);
    return {
      loss: mean(tokenLoss),
      clipFraction: mean(tf.cast(tf.greater(clipped, plain), 'float32')),
      approxKl: mean(tf.mul(tf.square(difference), 0.5)),
      ratio: mean(ratio),
    };
  });
}

export interface PpoValueLossInputs {
  /** [B, T] of the value head; carries the gradient. */
  readonly values: tf.Tensor2D;
  /** [B, T] before the first update on these completions; constant. */
  readonly oldValues: tf.Tensor2D;
  /** [B, T] (`gae`); constant. */
  readonly returns: tf.Tensor2D;
  /** [B, T] 1 where the loss counts. */
  readonly completionMask: tf.Tensor2D;
}

export interface PpoValueLossOptions {
  /** How far a value may move from the old one before its loss no longer falls. @default 0.2 */
  readonly cliprangeValue?: number;
  /** Counted tokens of the mini-batch, when these rows are only a part of it. @default sum(completionMask) */
  readonly tokensInBatch?: number;
}

export interface PpoValueLoss {
  /** To minimise; vfCoef not yet applied. */
  loss: tf.Scalar;
  /** Share of counted tokens whose clipped term is the larger one. */
  clipFraction: tf.Scalar;
}

/**
 * The clipped loss of the value head, as in TRL and verl, a mean over counted tokens. c = cliprangeValue:
 *   loss = mean(max((V - R)², (clip(V, Vold - c, Vold + c) - R)²)) / 2
 * With `tokensInBatch` both results are these rows' shares, which add up to those of the whole.
 */
export function ppoValueLoss(
  inputs: PpoValueLossInputs,
  options: PpoValueLossOptions = {},
): PpoValueLoss {
  const { values, oldValues, returns, completionMask: mask } = inputs;
  const { cliprangeValue = 0.2, tokensInBatch } = options;
  const where = 'ppoValueLoss';
  requireSameShape(where, 'values', values, 'completionMask', mask);
  requireSameShape(where, 'values', values, 'oldValues', oldValues);
  requireSameShape(where, 'values', values, 'returns', returns);
  return tf.tidy(() => {
    const counts = tf.cast(mask, 'bool');
    const zeros = tf.zerosLike(values);
    const [current, old, target] = [values, oldValues, returns].map((each) =>
      tf.where(counts, each, zeros),
    );
    const near = tf.minimum(
      tf.maximum(current, tf.sub(old, cliprangeValue)),
      tf.add(old, cliprangeValue),
    );
    const plain = tf.square(tf.sub(current, target));
    const clipped = tf.square(tf.sub(near, target));
    const mean = (each: tf.Tensor): tf.Scalar =>
      maskedMean(each as tf.Tensor2D, mask, tokensInBatch);
    return {
      loss: tf.mul<tf.Scalar>(mean(tf.maximum(plain, clipped)), 0.5),
      clipFraction: mean(tf.cast(tf.greater(clipped, plain), 'float32')),
    };
  });
}
