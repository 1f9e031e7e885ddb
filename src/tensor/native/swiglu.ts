import type * as tf from '@tensorflow/tfjs';
import { run, type FusedKernel } from './fused.js';

export function swiglu(gate: tf.Tensor2D, up: tf.Tensor2D): tf.Tensor2D {
  return run(swigluKernel, { gate, up })[0] as tf.Tensor2D;
}

export const swigluKernel: FusedKernel = {
  name: 'RlsfSwiglu',
  forward: (native, { gate, up }) =>
    native.output(gate.shape, (out) =>
      native.addon.swiglu(native.floats(gate), native.floats(up), out),
    ),
  saveInputs: ['gate', 'up'],
  saveOutputs: [],
  gradient(native, [dy], [gate, up]) {
    const back = (dGate: Float32Array, dUp: Float32Array): void =>
      native.addon.swigluGradient(
        native.floats(gate),
        native.floats(up),
        native.floats(dy),
        dGate,
        dUp,
      );
    let dUp: Float32Array | null = null;
    return {
      gate: () =>
        native.tensor(gate.shape, (dGate) => {
          dUp = native.pool.take(dGate.length);
          back(dGate, dUp);
        }),
      up() {
        if (dUp !== null) return native.adopt(up.shape, dUp);
        return native.tensor(up.shape, (out) => back(native.pool.take(out.length), out));
      },
    };
  },
};
