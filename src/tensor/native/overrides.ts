import * as tf from '@tensorflow/tfjs';
import type { NativeAddon } from './addon.js';
import type { NativeBackend } from './backend.js';

type KernelFunc = Parameters<typeof tf.registerKernel>[0]['kernelFunc'];
type KernelArguments = Parameters<KernelFunc>[0];

/**
 * tfjs kernels that training touches with large tensors, taken over where shapes and types are the
 * common ones; every other case goes to the kernel of tfjs's cpu backend.
 */
export function registerOverrides(): void {
  override('BatchMatMul', batchMatMul);
  override(
    'Add',
    elementwise((addon) => addon.add),
  );
  override(
    'Sub',
    elementwise((addon) => addon.subtract),
  );
  override('Multiply', multiply);
  override('AddN', addMany);
  override('GatherV2', gatherRows);
  override('UnsortedSegmentSum', segmentSum);
}

/** A kernel that may decline (null). */
type Attempt = (native: NativeBackend, call: KernelArguments) => tf.TensorInfo | null;

function override(kernelName: string, attempt: Attempt): void {
  const { kernelFunc: fallback } = tf.getKernel(kernelName, 'cpu');
  tf.unregisterKernel(kernelName, 'native');
  tf.registerKernel({
    kernelName,
    backendName: 'native',
    kernelFunc: (call) => attempt(call.backend as NativeBackend, call) ?? fallback(call),
  });
}

function batchMatMul(
  native: NativeBackend,
  { inputs, attrs }: KernelArguments,
): tf.TensorInfo | null {
  const [a, b] = [inputs['a'], inputs['b']];
  if (!isFloat(a) || !isFloat(b) || a.shape.length !== b.shape.length) return null;
  const rank = a.shape.length;
  if (rank !== 2 && rank !== 3) return null;
  const [batchA, batchB] = rank === 3 ? [a.shape[0], b.shape[0]] : [1, 1];
  if (batchA !== batchB && batchA !== 1 && batchB !== 1) return null;
  const transposeA = attrs?.['transposeA'] === true;
  const transposeB = attrs?.['transposeB'] === true;
  const [rowsA, columnsA] = a.shape.slice(-2);
  const [rowsB, columnsB] = b.shape.slice(-2);
  const [m, k] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
  const [inner, n] = transposeB ? [columnsB, rowsB] : [rowsB, columnsB];
  if (inner !== k) return null; // the cpu kernel's message names the shapes
  const batch = Math.max(batchA, batchB);
  const [strideA, strideB] = [batchA === 1 ? 0 : m * k, batchB === 1 ? 0 : k * n];
  const [left, right] = [native.floats(a), native.floats(b)];
  return native.output(rank === 3 ? [batch, m, n] : [m, n], (c) =>
    native.addon.gemm(
      left,
      right,
      null,
      c,
      m,
      n,
      k,
      transposeA,
      transposeB,
      false,
      batch,
      strideA,
      strideB,
    ),
  );
}

type Binary = (a: Float32Array, b: Float32Array, out: Float32Array) => void;

function elementwise(pick: (addon: NativeAddon) => Binary): Attempt {
  return (native, { inputs }) => {
    const [a, b] = [inputs['a'], inputs['b']];
    if (!isFloat(a) || !isFloat(b) || !tf.util.arraysEqual(a.shape, b.shape)) return null;
    const apply = pick(native.addon);
    return native.output(a.shape, (out) => apply(native.floats(a), native.floats(b), out));
  };
}

const multiplySame = elementwise((addon) => addon.multiply);

/** Same shapes, or one number for all (clipping scales every gradient). */
function multiply(native: NativeBackend, call: KernelArguments): tf.TensorInfo | null {
  const [a, b] = [call.inputs['a'], call.inputs['b']];
  if (!isFloat(a) || !isFloat(b)) return null;
  const [factor, x] = a.shape.length === 0 ? [a, b] : [b, a];
  if (factor.shape.length > 0) return multiplySame(native, call);
  return native.output(x.shape, (out) =>
    native.addon.scale(native.floats(x), native.floats(factor)[0], out),
  );
}

function addMany(native: NativeBackend, { inputs }: KernelArguments): tf.TensorInfo | null {
  const terms = Object.values(inputs);
  if (terms.length < 2 || !terms.every(isFloat)) return null;
  const [first, second, ...rest] = terms;
  return native.output(first.shape, (out) => {
    native.addon.add(native.floats(first), native.floats(second), out);
    for (const term of rest) native.addon.add(out, native.floats(term), out);
  });
}

function gatherRows(
  native: NativeBackend,
  { inputs, attrs }: KernelArguments,
): tf.TensorInfo | null {
  const [x, indices] = [inputs['x'], inputs['indices']];
  if (!isFloat(x) || x.shape.length !== 2 || indices?.dtype !== 'int32') return null;
  if (indices.shape.length !== 1 || attrs?.['axis'] !== 0 || attrs?.['batchDims'] !== 0)
    return null;
  const [rows, width] = x.shape;
  return native.output([indices.shape[0], width], (out) =>
    native.addon.embedding(native.floats(x), native.ints(indices), out, rows, width),
  );
}

function segmentSum(
  native: NativeBackend,
  { inputs, attrs }: KernelArguments,
): tf.TensorInfo | null {
  const [x, ids] = [inputs['x'], inputs['segmentIds']];
  const count = attrs?.['numSegments'];
  if (!isFloat(x) || x.shape.length !== 2 || ids?.dtype !== 'int32' || typeof count !== 'number')
    return null;
  const width = x.shape[1];
  return native.output([count, width], (sum) =>
    native.addon.embeddingGradient(native.floats(x), native.ints(ids), sum, count, width),
  );
}

function isFloat(tensor: tf.TensorInfo | undefined): tensor is tf.TensorInfo {
  return tensor?.dtype === 'float32';
}
