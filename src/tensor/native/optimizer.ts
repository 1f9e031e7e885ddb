import type * as tf from '@tensorflow/tfjs';
import type { AdamwSettings } from '../types.js';
import { nativeBackend, type NativeBackend } from './backend.js';

export function adamwStep(
  variable: tf.Variable,
  gradient: tf.Tensor,
  m: tf.Variable,
  v: tf.Variable,
  { learningRate, beta1, beta2, epsilon, weightDecay, step }: AdamwSettings,
): void {
  const native = nativeBackend();
  native.addon.adamw(
    writable(native, variable),
    native.floats(gradient),
    writable(native, m),
    writable(native, v),
    learningRate,
    beta1,
    beta2,
    epsilon,
    weightDecay,
    step,
  );
}

/**
 * The variable's own memory. Memory that came from the caller, or that a clone shares, is copied
 * first and must not change under them: later updates then work in place.
 */
function writable(native: NativeBackend, variable: tf.Variable): Float32Array {
  if (!native.ownsAlone(variable)) {
    const copy = native.tensor(variable.shape, (out) => out.set(native.floats(variable)));
    variable.assign(copy);
    copy.dispose();
  }
  return native.floats(variable);
}

export function globalNorm(gradients: readonly tf.Tensor[]): number {
  const native = nativeBackend();
  let sum = 0;
  for (const gradient of gradients) sum += native.addon.sumOfSquares(native.floats(gradient));
  return Math.sqrt(sum);
}
