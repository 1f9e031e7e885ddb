import * as tf from '@tensorflow/tfjs';
import type { RotaryTable } from '../types.js';
import type { NativeBackend } from './backend.js';
import { run, type FusedKernel } from './fused.js';

export function rotary(x: tf.Tensor2D, positions: Int32Array, table: RotaryTable): tf.Tensor2D {
  return tf.tidy(() => {
    const inputs = {
      x,
      positions: tf.tensor1d(positions, 'int32'),
      cos: tf.tensor1d(table.cos),
      sin: tf.tensor1d(table.sin),
    };
    const half = table.headDim / 2;
    const heads = x.shape[1] / table.headDim;
    return run(rotaryKernel, inputs, { heads, half })[0] as tf.Tensor2D;
  });
}

/** The gradient turns back by the same angles. */
export const rotaryKernel: FusedKernel = {
  name: 'RlsfRotary',
  forward: (native, { x, positions, cos, sin }, { heads, half }) =>
    native.output(x.shape, (y) => turn(native, [x, positions, cos, sin], y, heads, half, false)),
  saveInputs: ['positions', 'cos', 'sin'],
  saveOutputs: [],
  gradient: (native, [dy], saved, { heads, half }) => ({
    x: () => native.tensor(dy.shape, (dx) => turn(native, [dy, ...saved], dx, heads, half, true)),
  }),
};

function turn(
  native: NativeBackend,
  [x, positions, cos, sin]: tf.TensorInfo[],
  y: Float32Array,
  heads: number,
  half: number,
  inverse: boolean,
): void {
  const angles = native.ints(positions);
  native.addon.rotary(
    native.floats(x),
    angles,
    native.floats(cos),
    native.floats(sin),
    y,
    heads,
    half,
    inverse,
  );
}
