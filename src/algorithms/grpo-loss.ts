import * as tf from '@tensorflow/tfjs';
import { inputError } from '../errors.js';
import { klEstimate } from './kl.js';
import { requireSameShape } from './shapes.js';

/** TRL's `loss_type`: how the per-token losses become one number (see `grpoLoss`). */
export type GrpoLossType = 'grpo' | 'bnpo' | 'dr_grpo' | 'dapo';

export interface GrpoLossInputs {
  /** [B, T] under the policy; carries the gradient. */
  readonly logprobs: tf.Tensor2D;
  /** [B, T] at sampling time, constant. Absent: the current ones, detached (ratio 1, gradient alive). */
  readonly oldLogprobs?: tf.Tensor2D;
  /** [B, T] under the reference model, constant. Needed when beta is not 0. */
  readonly refLogprobs?: tf.Tensor2D;
  /** [B, T], or [B, 1] for one per completion. */
  readonly advantages: tf.Tensor2D;
  /** [B, T] 1 where the loss counts. */
  readonly completionMask: tf.Tensor2D;
}

export interface GrpoLossOptions {
  /** Lower clip range. @default 0.2 */
  readonly epsilon?: number;
  /** Upper clip range (DAPO: 0.28). @default epsilon */
  readonly epsilonHigh?: number;
  /** Weight of the KL term. @default 0 */
  readonly beta?: number;
  /** @default 'dapo', as TRL */
  readonly lossType?: GrpoLossType;
  /** The constant L of `dr_grpo`. @default T */
  readonly maxCompletionLength?: number;
  /**
   * Counted tokens of the whole batch, when these rows are only a part of it: the denominator of
   * `bnpo` and `dapo`. @default sum(completionMask)
   */
  readonly tokensInBatch?: number;
  /** Completions of the whole batch: the denominator of `grpo` and `dr_grpo`. @default B */
  readonly sequencesInBatch?: number;
}

export interface GrpoLossResult {
  /** To minimise. */
  loss: tf.Scalar;
  /** Share of counted tokens with ratio < 1 - epsilon and A < 0. */
  clipLow: tf.Scalar;
  /** Share of counted tokens with ratio > 1 + epsilonHigh and A > 0. */
  clipHigh: tf.Scalar;
  /** Mean k3 over counted tokens; 0 without reference. */
  kl: tf.Scalar;
}

/**
 * GRPO's clipped policy-gradient loss with TRL's aggregations. B completions, T tokens after padding.
 *   ratio  = exp(logprobs - oldLogprobs)
 *   l      = -min(ratio * A, clip(ratio, 1 - epsilon, 1 + epsilonHigh) * A) + beta * k3
 *   grpo    : sum_b(sum_t(mask * l) / max(sum_t(mask), 1)) / B        (Shao et al., arXiv 2402.03300)
 *   bnpo    : sum(mask * l) / max(sum(mask), 1)
 *   dapo    : the same over the tokens of the whole batch             (Yu et al., arXiv 2503.14476)
 *   dr_grpo : sum(mask * l) / (B * maxCompletionLength)               (Liu et al., arXiv 2503.20783)
 * With `tokensInBatch` and `sequencesInBatch` of the whole batch, the losses of its parts add up to
 * the loss of the whole, so gradient accumulation equals the big batch. Everything masked gives 0,
 * never NaN, and values at masked positions have no effect whatever they are.
 */
export function grpoLoss(inputs: GrpoLossInputs, options: GrpoLossOptions = {}): GrpoLossResult {
  return tf.tidy(() => {
    const { completionMask: mask } = inputs;
    const { tokenLoss, isLowClipped, isHighClipped, kl } = grpoTokenLoss(inputs, options);
    const counted = tf.maximum(tf.sum(mask), 1);
    const share = (values: tf.Tensor): tf.Scalar => tf.div(tf.sum(tf.mul(values, mask)), counted);
    return {
      loss: aggregate(tokenLoss, mask, options),
      clipLow: share(isLowClipped),
      clipHigh: share(isHighClipped),
      kl: share(kl),
    };
  });
}

export interface GrpoTokenLoss {
  /** [B, T], 0 where masked. */
  tokenLoss: tf.Tensor2D;
  /** [B, T], 1 where masked. */
  ratio: tf.Tensor2D;
  /** [B, T] 0 or 1. */
  isLowClipped: tf.Tensor2D;
  /** [B, T] 0 or 1. */
  isHighClipped: tf.Tensor2D;
  /** [B, T] k3, 0 without reference. */
  kl: tf.Tensor2D;
}

/** The per-token terms of `grpoLoss`, before aggregation: to look at, to plot, to aggregate otherwise. */
export function grpoTokenLoss(
  inputs: GrpoLossInputs,
  options: Pick<GrpoLossOptions, 'epsilon' | 'epsilonHigh' | 'beta'> = {},
): GrpoTokenLoss {
  const { logprobs, refLogprobs, completionMask } = inputs;
  const { epsilon = 0.2, epsilonHigh = epsilon, beta = 0 } = options;
  checkInputs(inputs, beta);
  return tf.tidy(() => {
    const counts = tf.cast(completionMask, 'bool');
    const zeros = tf.zerosLike(logprobs);
    // Selecting before exp keeps padding, whatever it holds, out of values and gradients.
    const current = tf.where(counts, logprobs, zeros);
    const old = tf.where(counts, inputs.oldLogprobs ?? detach(logprobs), zeros);
    const advantages = tf.where(counts, tf.add(inputs.advantages, zeros), zeros);

    const ratio = tf.exp(tf.sub(current, old));
    const clipped = tf.clipByValue(ratio, 1 - epsilon, 1 + epsilonHigh);
    let tokenLoss = tf.neg(tf.minimum(tf.mul(ratio, advantages), tf.mul(clipped, advantages)));
    let kl = zeros;
    if (refLogprobs) {
      kl = klEstimate(current, tf.where(counts, refLogprobs, zeros), 'k3');
      if (beta !== 0) tokenLoss = tf.add(tokenLoss, tf.mul(kl, beta));
    }
    const isLowClipped = tf.logicalAnd(tf.less(ratio, 1 - epsilon), tf.less(advantages, 0));
    const isHighClipped = tf.logicalAnd(
      tf.greater(ratio, 1 + epsilonHigh),
      tf.greater(advantages, 0),
    );
    return {
      tokenLoss: tokenLoss as tf.Tensor2D,
      ratio: ratio as tf.Tensor2D,
      isLowClipped: tf.cast(isLowClipped, 'float32') as tf.Tensor2D,
      isHighClipped: tf.cast(isHighClipped, 'float32') as tf.Tensor2D,
      kl: kl as tf.Tensor2D,
    };
  });
}

function aggregate(tokenLoss: tf.Tensor2D, mask: tf.Tensor2D, options: GrpoLossOptions): tf.Scalar {
  const [rows, width] = mask.shape;
  const { lossType = 'dapo', maxCompletionLength = width, sequencesInBatch = rows } = options;
  const masked = tf.mul(tokenLoss, mask);
  switch (lossType) {
    case 'grpo': {
      const lengths = tf.maximum(tf.sum(mask, 1), 1); // [B]
      return tf.div(tf.sum(tf.div(tf.sum(masked, 1), lengths)), Math.max(sequencesInBatch, 1));
    }
    case 'bnpo':
    case 'dapo': {
      const tokens = options.tokensInBatch ?? tf.sum(mask);
      return tf.div(tf.sum(masked), tf.maximum(tokens, 1));
    }
    case 'dr_grpo':
      return tf.div(tf.sum(masked), Math.max(sequencesInBatch * maxCompletionLength, 1));
    default:
      throw inputError(
        `grpoLoss: expected lossType grpo, bnpo, dr_grpo or dapo, got ${JSON.stringify(lossType)}.`,
      );
  }
}

/** The same values without a gradient; tensorflow.js has no stop-gradient of its own. */
function detach(values: tf.Tensor2D): tf.Tensor2D {
  const identity = tf.customGrad((x) => ({
    value: tf.clone(x as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
  }));
  return identity(values) as tf.Tensor2D;
}

function checkInputs(inputs: GrpoLossInputs, beta: number): void {
  const { logprobs, oldLogprobs, refLogprobs, advantages, completionMask } = inputs;
  requireSameShape('grpoLoss', 'logprobs', logprobs, 'completionMask', completionMask);
  if (oldLogprobs) requireSameShape('grpoLoss', 'logprobs', logprobs, 'oldLogprobs', oldLogprobs);
  if (refLogprobs) requireSameShape('grpoLoss', 'logprobs', logprobs, 'refLogprobs', refLogprobs);
  const onePerCompletion =
    advantages.shape.length === 2 &&
    advantages.shape[0] === logprobs.shape[0] &&
    advantages.shape[1] === 1;
  if (!onePerCompletion) {
    requireSameShape('grpoLoss', 'logprobs', logprobs, 'advantages', advantages);
  }
  if (beta !== 0 && !refLogprobs) {
    throw inputError(
      `grpoLoss: expected refLogprobs [B, T] because beta is ${beta}, got none. Pass the reference model's logprobs, or set beta to 0.`,
    );
  }
}
