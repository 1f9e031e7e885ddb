import * as tf from '@tensorflow/tfjs';
import { inputError } from '../errors.js';
import { grpoLossTypes, type GrpoLossOptions } from './grpo-options.js';

/**
 * One number of the per-token losses, by loss type; formulas at `grpoLoss`.
 * @param tokenLoss [B, T]
 * @param mask      [B, T] 1 where the loss counts
 */
export function aggregateTokenLoss(
  tokenLoss: tf.Tensor2D,
  mask: tf.Tensor2D,
  options: GrpoLossOptions,
): tf.Scalar {
  const [rows, width] = mask.shape;
  const { lossType = 'dapo', maxCompletionLength = width, sequencesInBatch = rows } = options;
  const masked = tf.mul(tokenLoss, mask);
  switch (lossType) {
    case 'grpo':
    case 'sapo': {
      const lengths = tf.maximum(tf.sum(mask, 1), 1); // [B]
      return tf.div(tf.sum(tf.div(tf.sum(masked, 1), lengths)), Math.max(sequencesInBatch, 1));
    }
    case 'bnpo':
    case 'dapo':
    case 'cispo':
    case 'verl_cispo':
    case 'vespo': {
      const tokens = options.tokensInBatch ?? tf.sum(mask);
      return tf.div(tf.sum(masked), tf.maximum(tokens, 1));
    }
    case 'dr_grpo':
      return tf.div(tf.sum(masked), Math.max(sequencesInBatch * maxCompletionLength, 1));
    case 'luspo':
      return tf.div(tf.sum(masked), Math.max(sequencesInBatch, 1));
    default:
      throw inputError(
        `grpoLoss: expected lossType ${grpoLossTypes.join(', ')}, got ${JSON.stringify(lossType)}.`,
      );
  }
}
