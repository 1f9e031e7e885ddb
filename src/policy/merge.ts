import { inputError } from '../errors.js';
import { tf } from '../tensor/index.js';
import type { NamedTensor } from './safetensors.js';
import type { Policy } from './types.js';
import { valuesOf } from './variables.js';

/** W + (loraAlpha / r) · B · A, into the copies in `tensors`. */
export function mergeAdapter(policy: Policy, tensors: Map<string, NamedTensor>): void {
  const { adapter } = policy;
  if (adapter === null)
    throw inputError('savePolicy: merge asks for an adapter, the policy has none.');
  for (const [module, { a, b }] of adapter.pairs) {
    const { shape } = tensors.get(`${module}.weight`)!;
    const merged = tf.tidy(() => {
      const update = tf.matMul(b as tf.Variable<tf.Rank.R2>, a as tf.Variable<tf.Rank.R2>);
      const base = policy.weights.get(`${module}.weight`)!;
      return tf
        .add(base, tf.mul(update, adapter.loraAlpha / adapter.r))
        .dataSync<'float32'>()
        .slice();
    });
    tensors.set(`${module}.weight`, { shape, values: merged });
  }
  for (const [name, variable] of adapter.saved) tensors.set(name, valuesOf(variable));
}
