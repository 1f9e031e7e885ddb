import type * as tf from '@tensorflow/tfjs';
import { inputError } from '../errors.js';

/** Throws, naming both shapes, when two tensors that must match do not. */
export function requireSameShape(
  where: string,
  expectedName: string,
  expected: tf.Tensor,
  actualName: string,
  actual: tf.Tensor,
): void {
  const same =
    expected.shape.length === actual.shape.length &&
    expected.shape.every((size, axis) => size === actual.shape[axis]);
  if (!same) {
    throw inputError(
      `${where}: expected ${actualName} to match ${expectedName} [${expected.shape.join(', ')}], got [${actual.shape.join(', ')}].`,
    );
  }
}
