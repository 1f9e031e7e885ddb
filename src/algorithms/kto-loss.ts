import * as tf from '@tensorflow/tfjs';
import { inputError } from '../errors.js';
import { requireNumber, requireOneOf } from './one-of.js';
import { requireSameShape } from './shapes.js';
import { sigmoid } from './sigmoid.js';

/** TRL's `loss_type` of KTO. */
export const ktoLossTypes = ['kto', 'apo_zero_unpaired'] as const;
export type KtoLossType = (typeof ktoLossTypes)[number];

export interface KtoLossInputs {
  /** [B] sums of the completions' (weighted) token log-probabilities; carry the gradient. */
  readonly logps: tf.Tensor1D;
  /** [B] the same under the reference model, with the same weights; constant. */
  readonly refLogps: tf.Tensor1D;
  /** [B] true where the completion is wanted. */
  readonly labels: readonly boolean[];
  /** z0, from `ktoReferencePoint`; a constant. Needed by `kto`. */
  readonly kl?: number;
}

/** TRL's KTOConfig in camelCase, with its defaults. */
export interface KtoLossOptions {
  /** @default 0.1 */
  readonly beta?: number;
  /** @default 'kto' */
  readonly lossType?: KtoLossType;
  /** lambda_D. @default 1 */
  readonly desirableWeight?: number;
  /** lambda_U. @default 1 */
  readonly undesirableWeight?: number;
  /** Examples of the whole batch, when these are only a part of it. @default B */
  readonly examplesInBatch?: number;
}

export interface KtoLossResult {
  /** To minimise. */
  loss: tf.Scalar;
  /** [B] beta · (log policy - log reference), of wanted and unwanted ones alike. */
  rewards: tf.Tensor1D;
}

/**
 * Kahneman-Tversky optimisation (Ethayarajh et al., arXiv 2402.01306, eq. 7) and its unpaired APO-zero
 * (arXiv 2408.06266). B completions, r = log policy - log reference, z0 = kl, s = sigmoid:
 *   kto               : desirable lambda_D (1 - s(beta (r - z0))), undesirable lambda_U (1 - s(beta (z0 - r)))
 *   apo_zero_unpaired : desirable lambda_D (1 - s(beta r)),        undesirable lambda_U s(beta r)
 *   loss = mean over all of them
 * A batch may have one side only. With `examplesInBatch` of the whole batch, and its z0, the losses of
 * its parts add up to the whole's. A completion without tokens has r = 0.
 */
export function ktoLoss(inputs: KtoLossInputs, options: KtoLossOptions = {}): KtoLossResult {
  checkKtoOptions(options);
  const { logps, refLogps, labels, kl } = inputs;
  const { beta = 0.1, lossType = 'kto', desirableWeight = 1, undesirableWeight = 1 } = options;
  requireSameShape('ktoLoss', 'logps', logps, 'refLogps', refLogps);
  if (logps.rank !== 1 || labels.length !== logps.shape[0]) {
    throw inputError(
      `ktoLoss: expected logps [B] and one label for each, got [${logps.shape.join(', ')}] and ${labels.length} labels.`,
    );
  }
  if (lossType === 'kto' && !(kl !== undefined && Number.isFinite(kl) && kl >= 0)) {
    throw inputError(
      `ktoLoss: expected kl, the reference point z0, to be a number of at least 0, got ${kl}. Pass what ktoReferencePoint gave, or take the loss type apo_zero_unpaired.`,
    );
  }
  return tf.tidy(() => {
    const ratios = tf.sub<tf.Tensor1D>(logps, refLogps);
    const point = lossType === 'kto' ? (kl ?? 0) : 0;
    // 1 - s(x) is s(-x): of a wanted one x = beta (r - z0), of an unwanted one its negative.
    const signs = tf.tensor1d(labels.map((wanted) => (wanted ? -beta : beta)));
    const losses = sigmoid<tf.Tensor1D>(tf.mul(tf.sub(ratios, point), signs));
    const weights = tf.tensor1d(
      labels.map((wanted) => (wanted ? desirableWeight : undesirableWeight)),
    );
    const examples = options.examplesInBatch ?? labels.length;
    return {
      loss: tf.div<tf.Scalar>(tf.sum(tf.mul(losses, weights)), Math.max(examples, 1)),
      rewards: tf.mul<tf.Tensor1D>(ratios, beta),
    };
  });
}

/**
 * z0 = max(0, mean of log policy - log reference over completions beside prompts that are not theirs):
 * how far the policy has moved as it is. A number, so it carries no gradient. Of the whole batch, not
 * of its parts; 0 without any.
 * @param logps    one per mismatched completion
 * @param refLogps the same under the reference model
 */
export function ktoReferencePoint(logps: readonly number[], refLogps: readonly number[]): number {
  if (logps.length !== refLogps.length) {
    throw inputError(
      `ktoReferencePoint: expected as many refLogps as logps, ${logps.length}, got ${refLogps.length}.`,
    );
  }
  if (logps.length === 0) return 0;
  const sum = logps.reduce((total, logp, i) => total + logp - refLogps[i], 0);
  return Math.max(0, sum / logps.length);
}

/** Throws where options are out of range. */
export function checkKtoOptions(options: KtoLossOptions): void {
  const { beta = 0.1, lossType = 'kto', desirableWeight = 1, undesirableWeight = 1 } = options;
  requireOneOf('ktoLoss', 'lossType', lossType, ktoLossTypes);
  requireNumber('ktoLoss', 'beta', beta, { above: 0 });
  requireNumber('ktoLoss', 'desirableWeight', desirableWeight, { atLeast: 0 });
  requireNumber('ktoLoss', 'undesirableWeight', undesirableWeight, { atLeast: 0 });
}
