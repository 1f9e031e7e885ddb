import { linear, tf } from '../../tensor/index.js';
import type { ForwardOptions } from './decoder.js';
import { adapterOf, dropped, loraOf, matrix } from './module-weights.js';
import { headName } from './shapes.js';
import type { Adapter, Policy } from '../types.js';

/**
 * Hidden states [M, D] and the matrix [V, D] whose product is the logits. With a pair on the output
 * layer both get r more columns, hidden · Aᵀ · scale and B, so that the product holds the update too
 * (and a gradient of [V, D + r] is computed for it); they are the caller's then, else they are what was
 * given and the policy's own.
 * @param segments cumulative starts of the sequences in `hidden`, for dropout
 */
export function outputOperands(
  policy: Policy,
  hidden: tf.Tensor2D,
  options: ForwardOptions = {},
  segments: Int32Array = Int32Array.of(0, hidden.shape[0]),
): { hidden: tf.Tensor2D; weight: tf.Tensor2D } {
  const adapter = adapterOf(policy, options);
  const weight = headMatrix(policy, adapter);
  const lora = loraOf(adapter, 'lm_head');
  if (lora === null) return { hidden, weight };
  return tf.tidy(() => {
    const input = dropped(hidden, 'lm_head', { ...options, adapter, segments });
    const low = tf.mul<tf.Tensor2D>(linear(input, lora.a), lora.scale);
    return { hidden: tf.concat([hidden, low], 1), weight: tf.concat([weight, lora.b], 1) };
  });
}

/**
 * The matrix that turns hidden states into logits, [V, D], the active adapter in it: the policy's own
 * variable, or, with a pair on the output layer, a tensor that the caller owns.
 */
export function outputWeight(policy: Policy): tf.Tensor2D {
  const weight = headMatrix(policy, policy.adapter);
  const lora = loraOf(policy.adapter, 'lm_head');
  if (lora === null) return weight;
  return tf.tidy(() => tf.add(weight, tf.mul(tf.matMul(lora.b, lora.a), lora.scale)));
}

/** The output layer without its pair. PEFT leaves a tied one with the base's embedding. */
function headMatrix(policy: Policy, adapter: Adapter | null): tf.Tensor2D {
  const own = adapter?.saved.get('lm_head.weight');
  if (own !== undefined) return own as tf.Variable<tf.Rank.R2>;
  return matrix(policy, headName(policy.config), null);
}
