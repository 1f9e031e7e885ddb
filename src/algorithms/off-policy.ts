import * as tf from '@tensorflow/tfjs';
import { inputError } from '../errors.js';
import { constantOf, sequenceMean } from './importance-ratio.js';
import { requireSameShape } from './shapes.js';

/** TRL's `vllm_importance_sampling_mode` (see `importanceSamplingRatio`). */
export const importanceSamplingModes = [
  'token_truncate',
  'token_mask',
  'sequence_truncate',
  'sequence_mask',
] as const;

export type ImportanceSamplingMode = (typeof importanceSamplingModes)[number];

export interface ImportanceSamplingOptions {
  /** @default 'sequence_mask', as TRL */
  readonly mode?: ImportanceSamplingMode;
  /** Largest ratio; `null`: none. @default 3, as TRL */
  readonly clipMax?: number | null;
  /** Smallest ratio; `null`: none. @default null */
  readonly clipMin?: number | null;
}

/**
 * Weights that correct for rollouts sampled by another engine than the one that trains, as TRL does for
 * vLLM (`vllm_importance_sampling_correction`). B completions, T tokens.
 *   r = exp(oldLogprobs - samplingLogprobs), per token (`token_*`) or of the sum (`sequence_*`)
 *   *_truncate : r held within [clipMin, clipMax] (Yao et al., "Your efficient RL framework …", 2025)
 *   *_mask     : r where it lies within them, else 0
 * A sampling logprob that is not a number counts as equal: ratio 1.
 * @param oldLogprobs      [B, T] under the policy that trains, before the update; constant
 * @param samplingLogprobs [B, T] as the engine reported them; constant
 * @param completionMask   [B, T] 1 where the token counts
 * @returns [B, T] for `token_*`, [B, 1] for `sequence_*`
 */
export function importanceSamplingRatio(
  oldLogprobs: tf.Tensor2D,
  samplingLogprobs: tf.Tensor2D,
  completionMask: tf.Tensor2D,
  options: ImportanceSamplingOptions = {},
): tf.Tensor2D {
  const { mode = 'sequence_mask', clipMax = 3, clipMin = null } = options;
  const where = 'importanceSamplingRatio';
  requireSameShape(where, 'oldLogprobs', oldLogprobs, 'samplingLogprobs', samplingLogprobs);
  requireSameShape(where, 'oldLogprobs', oldLogprobs, 'completionMask', completionMask);
  if (!importanceSamplingModes.includes(mode)) {
    throw inputError(
      `${where}: expected the mode ${importanceSamplingModes.join(', ')}, got ${JSON.stringify(mode)}.`,
    );
  }
  return tf.tidy(() => {
    const counts = tf.cast(completionMask, 'bool');
    const difference = tf.sub<tf.Tensor2D>(oldLogprobs, samplingLogprobs);
    const known = tf.logicalAnd(counts, tf.logicalNot(tf.isNaN(difference)));
    const finite = tf.where(known, difference, tf.zerosLike(difference));
    const bySequence = mode === 'sequence_truncate' || mode === 'sequence_mask';
    const ratio = tf.exp(bySequence ? tf.sum<tf.Tensor2D>(finite, 1, true) : finite);
    const [least, most] = [clipMin ?? -Infinity, clipMax ?? Infinity];
    const held = tf.minimum<tf.Tensor2D>(tf.maximum(ratio, least), most);
    if (mode === 'token_truncate' || mode === 'sequence_truncate') return held;
    return tf.where(tf.equal(held, ratio), ratio, tf.zerosLike(ratio));
  });
}

/**
 * [B, T] 1 where A >= 0, or the completion is close to the policy that sampled it: the off-policy
 * sequence mask of DeepSeek-V3.2 (equation 9), as TRL has it.
 *   mean over counted tokens of (samplingLogprobs - logprobs) <= threshold
 * A sampling logprob that is not a number counts as equal. Constant.
 */
export function offPolicyMask(
  logprobs: tf.Tensor2D,
  samplingLogprobs: tf.Tensor2D,
  advantages: tf.Tensor2D,
  mask: tf.Tensor2D,
  threshold: number,
): tf.Tensor2D {
  return constantOf(logprobs, (current) => {
    const difference = tf.sub<tf.Tensor2D>(samplingLogprobs, current);
    const known = tf.where(tf.isNaN(difference), tf.zerosLike(difference), difference);
    const isClose = tf.lessEqual(sequenceMean(tf.mul(known, mask), mask), threshold); // [B, 1]
    const kept = tf.logicalOr<tf.Tensor2D>(isClose, tf.greaterEqual(advantages, 0));
    return tf.cast(kept, 'float32');
  });
}
