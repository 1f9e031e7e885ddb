import type * as tf from '@tensorflow/tfjs';
import type { NativeBackend } from './backend.js';
import { run, type FusedKernel } from './fused.js';

export function rmsNorm(x: tf.Tensor2D, weight: tf.Tensor1D, eps: number): tf.Tensor2D {
  const [y, scales] = run(rmsNormKernel, { x, weight }, { eps });
  scales.dispose(); // what the gradient needs is saved under another handle
  return y as tf.Tensor2D;
}

/** Outputs y and 1 / sqrt(mean(x²) + eps) per row. */
export const rmsNormKernel: FusedKernel = {
  name: 'RlsfRmsNorm',
  forward(native, { x, weight }, { eps }) {
    const [rows, width] = x.shape;
    const scales = native.pool.take(rows);
    const y = native.output(x.shape, (out) =>
      native.addon.rmsNorm(native.floats(x), native.floats(weight), out, scales, rows, width, eps),
    );
    return [y, native.makeTensorInfo([rows], 'float32', scales)];
  },
  saveInputs: ['x', 'weight'],
  saveOutputs: [false, true],
  gradient(native, [dy], [x, weight, scales]) {
    return {
      x: () => native.tensor(x.shape, (dx) => back(native, x, weight, scales, dy, dx, null)),
      weight: () =>
        native.tensor(weight.shape, (dw) => back(native, x, weight, scales, dy, null, dw)),
    };
  },
};

function back(
  native: NativeBackend,
  x: tf.Tensor,
  weight: tf.Tensor,
  scales: tf.Tensor,
  dy: tf.Tensor,
  dx: Float32Array | null,
  dw: Float32Array | null,
): void {
  const [rows, width] = x.shape;
  native.addon.rmsNormGradient(
    native.floats(x),
    native.floats(weight),
    native.floats(scales),
    native.floats(dy),
    dx,
    dw,
    rows,
    width,
  );
}
