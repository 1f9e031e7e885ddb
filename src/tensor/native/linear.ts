import type * as tf from '@tensorflow/tfjs';
import type { LoraPair } from '../types.js';
import type { Matrix, NativeBackend } from './backend.js';
import { isFrozen, refusedGradient, run, type FusedKernel, type Inputs } from './fused.js';

export function linear(
  x: tf.Tensor2D,
  weight: tf.Tensor2D,
  bias: tf.Tensor1D | null,
  lora: LoraPair | null,
): tf.Tensor2D {
  const inputs = { x, weight, ...(bias === null ? {} : { bias }) };
  const frozen = isFrozen(weight) && (bias === null || isFrozen(bias));
  if (lora === null)
    return run(frozen ? frozenLinearKernel : linearKernel, inputs)[0] as tf.Tensor2D;
  const kernel = frozen ? frozenLoraKernel : loraKernel;
  return run(kernel, { ...inputs, a: lora.a, b: lora.b }, { scale: lora.scale })[0] as tf.Tensor2D;
}

/** y = x Wᵀ + bias. */
export const linearKernel: FusedKernel = {
  name: 'RlsfLinear',
  forward: (native, inputs) => native.output(outputShape(inputs), (y) => base(native, inputs, y)),
  saveInputs: ['x', 'weight'],
  saveOutputs: [],
  gradient(native, [dy], [x, weight]) {
    return {
      x: () => inputGradient(native, dy, weight),
      weight: () => weightGradient(native, dy, x),
      bias: () => columnSums(native, dy),
    };
  },
};

/** The same with weight and bias that are not trained: the input need not be kept. */
export const frozenLinearKernel: FusedKernel = {
  ...linearKernel,
  name: 'RlsfFrozenLinear',
  saveInputs: ['weight'],
  gradient: (native, [dy], [weight]) => ({
    x: () => inputGradient(native, dy, weight),
    weight: refusedGradient,
    bias: refusedGradient,
  }),
};

/** y = x Wᵀ + bias + scale · (x Aᵀ) Bᵀ. */
export const loraKernel: FusedKernel = {
  name: 'RlsfLoraLinear',
  forward(native, inputs, { scale }) {
    return native.output(outputShape(inputs), (y) => {
      base(native, inputs, y);
      const low = lowRank(native, inputs['x'], inputs['a'], scale);
      const [rows, out] = outputShape(inputs);
      product(native, low, native.floats(inputs['b']), y, rows, out, inputs['a'].shape[0], {
        transposeB: true,
        accumulate: true,
      });
    });
  },
  saveInputs: ['x', 'weight', 'a', 'b'],
  saveOutputs: [],
  gradient(native, dys, [x, weight, a, b], attributes) {
    return {
      ...loraGradient(native, dys, [x, weight, a, b], attributes),
      weight: () => weightGradient(native, dys[0], x),
      bias: () => columnSums(native, dys[0]),
    };
  },
};

export const frozenLoraKernel: FusedKernel = {
  ...loraKernel,
  name: 'RlsfFrozenLoraLinear',
  gradient: (...given) => ({
    ...loraGradient(...given),
    weight: refusedGradient,
    bias: refusedGradient,
  }),
};

function loraGradient(
  ...[native, [dy], [x, weight, a, b], { scale }]: Parameters<FusedKernel['gradient']>
): ReturnType<FusedKernel['gradient']> {
  const [rows, out] = dy.shape;
  const [rank, width] = a.shape;
  const dLow = scaled(native, rows * rank, scale, (low) =>
    product(native, native.floats(dy), native.floats(b), low, rows, rank, out),
  );
  return {
    x() {
      const dx = inputGradient(native, dy, weight);
      product(native, dLow, native.floats(a), native.floats(dx), rows, width, rank, {
        accumulate: true,
      });
      return dx;
    },
    a: () =>
      native.tensor(a.shape, (da) =>
        product(native, dLow, native.floats(x), da, rank, width, rows, { transposeA: true }),
      ),
    b: () =>
      native.tensor(b.shape, (db) =>
        product(native, native.floats(dy), lowRank(native, x, a, scale), db, out, rank, rows, {
          transposeA: true,
        }),
      ),
  };
}

/** C [m, n] = op(A) op(B) (+ C); see kernels/native/gemm.h. */
export function product(
  native: NativeBackend,
  a: Float32Array,
  b: Matrix,
  c: Float32Array,
  m: number,
  n: number,
  k: number,
  options: { transposeA?: boolean; transposeB?: boolean; accumulate?: boolean } = {},
): void {
  const { transposeA = false, transposeB = false, accumulate = false } = options;
  native.addon.gemm(a, b, null, c, m, n, k, transposeA, transposeB, accumulate, 1, 0, 0);
}

function outputShape(inputs: Inputs): [number, number] {
  return [inputs['x'].shape[0], inputs['weight'].shape[0]];
}

function base(native: NativeBackend, inputs: Inputs, y: Float32Array): void {
  const { x, weight, bias } = inputs;
  const values = bias === undefined ? null : native.floats(bias);
  const [out, width] = weight.shape;
  const rows = x.shape[0];
  const left = native.floats(x);
  native.addon.gemm(
    left,
    native.matrix(weight),
    values,
    y,
    rows,
    out,
    width,
    false,
    true,
    false,
    1,
    0,
    0,
  );
}

/** scale · x Aᵀ [N, r], on memory that the collector takes back. */
function lowRank(
  native: NativeBackend,
  x: tf.TensorInfo,
  a: tf.TensorInfo,
  scale: number,
): Float32Array {
  const [rank, width] = a.shape;
  const rows = x.shape[0];
  return scaled(native, rows * rank, scale, (low) =>
    product(native, native.floats(x), native.floats(a), low, rows, rank, width, {
      transposeB: true,
    }),
  );
}

function scaled(
  native: NativeBackend,
  length: number,
  scale: number,
  fill: (out: Float32Array) => void,
): Float32Array {
  const values = new Float32Array(length);
  fill(values);
  native.addon.scale(values, scale, values);
  return values;
}

function inputGradient(native: NativeBackend, dy: tf.TensorInfo, weight: tf.TensorInfo): tf.Tensor {
  const [out, width] = weight.shape;
  const rows = dy.shape[0];
  return native.tensor([rows, width], (dx) =>
    product(native, native.floats(dy), native.matrix(weight), dx, rows, width, out),
  );
}

function weightGradient(native: NativeBackend, dy: tf.TensorInfo, x: tf.TensorInfo): tf.Tensor {
  const [rows, out] = dy.shape;
  const width = x.shape[1];
  return native.tensor([out, width], (dw) =>
    product(native, native.floats(dy), native.floats(x), dw, out, width, rows, {
      transposeA: true,
    }),
  );
}

function columnSums(native: NativeBackend, dy: tf.TensorInfo): tf.Tensor {
  const [rows, columns] = dy.shape;
  return native.tensor([columns], (sums) =>
    native.addon.columnSums(native.floats(dy), sums, rows, columns),
  );
}
