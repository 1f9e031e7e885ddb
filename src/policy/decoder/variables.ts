import { inputError } from '../../errors.js';
import { heldInBf16, tf } from '../../tensor/index.js';
import type { HalfTensor, NamedTensor } from '../folder/named-tensor.js';
import type { Policy } from '../types.js';

/** A weight that an update changes, under the name that optimizers and checkpoints keep it by. */
export interface TrainableVariable {
  name: string;
  variable: tf.Variable;
}

/** What an update changes: the adapter's weights when one is attached, else all; stable order. */
export function trainableVariables(policy: Policy): TrainableVariable[] {
  if (policy.adapter === null) {
    return [...policy.weights].map(([name, variable]) => ({ name, variable }));
  }
  return [
    ...[...policy.adapter.pairs].flatMap(([module, { a, b }]) => [
      { name: `${module}.lora_A.weight`, variable: a },
      { name: `${module}.lora_B.weight`, variable: b },
    ]),
    ...[...policy.adapter.saved].map(([name, variable]) => ({ name, variable })),
  ];
}

export function toVariable(tensor: NamedTensor | HalfTensor): tf.Variable {
  const { shape } = tensor;
  return tf.tidy(() =>
    tf.variable(
      'halves' in tensor
        ? heldInBf16(tensor.halves, shape)
        : tf.tensor(tensor.values, shape, 'float32'),
    ),
  );
}

/** A copy: some backends hand out their own memory, which the next update would change. */
export function valuesOf(variable: tf.Variable): NamedTensor {
  const values = variable.dataSync();
  if (!(values instanceof Float32Array)) {
    throw inputError(`Weights are float32 tensors, got ${variable.dtype}.`);
  }
  return { shape: [...variable.shape], values: values.slice() };
}

/** `where` names the function for the message. @throws inputError where the weights are gone */
export function checkNotDisposed(policy: Policy, where: string): void {
  if (policy.weights.size > 0) return;
  throw inputError(`${where}: the policy was disposed of. Load it again, or dispose of it later.`);
}
