import * as tf from '@tensorflow/tfjs';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { totalmem } from 'node:os';
import { internalError } from '../../errors.js';
import { type NativeAddon } from './addon.js';
import { createBufferPool, type BufferPool } from './pool.js';

/** A matrix as it is held: float32, or frozen weights in bfloat16. */
export type Matrix = Float32Array | Uint16Array;

/** The data of a tensor that is held in bfloat16. */
type HeldInBf16 = ReturnType<MathBackendCPU['data']['get']> & { halves?: Uint16Array };

type DataId = Parameters<MathBackendCPU['refCount']>[0];
type BackendValues = Parameters<MathBackendCPU['write']>[0];

/**
 * tfjs's cpu backend with tensor memory from a pool and C++ kernels. Owns the buffers: a tensor's
 * memory returns to the pool when tfjs disposes its data, therefore reading copies.
 */
export class NativeBackend extends MathBackendCPU {
  readonly pool: BufferPool;

  constructor(readonly addon: NativeAddon) {
    super();
    this.pool = createBufferPool(addon, totalmem() / 2);
  }

  /**
   * The memory of a float32 tensor itself; a copy where there is none: tfjs casts integers and
   * booleans to float32 by changing the label and keeping the data.
   */
  floats(tensor: tf.TensorInfo): Float32Array {
    const { values } = this.data.get(tensor.dataId);
    if (values instanceof Float32Array) return values;
    if (tensor.dtype !== 'float32' || values === undefined) {
      throw internalError(`a native kernel got a ${tensor.dtype} tensor where it needs float32.`);
    }
    return Float32Array.from(values as ArrayLike<number>);
  }

  /** The memory of a float32 tensor itself, or of one that is held in bfloat16. */
  matrix(tensor: tf.TensorInfo): Matrix {
    return heldHalves(this.data.get(tensor.dataId)) ?? this.floats(tensor);
  }

  /** The memory of an int32 tensor itself. */
  ints(tensor: tf.TensorInfo): Int32Array {
    const { values } = this.data.get(tensor.dataId);
    if (values instanceof Int32Array) return values;
    throw internalError(`a native kernel got a ${tensor.dtype} tensor where it needs int32.`);
  }

  /** A kernel's output: its memory is filled before anybody sees it. */
  output(shape: number[], fill: (out: Float32Array) => void): tf.TensorInfo {
    const out = this.pool.take(tf.util.sizeFromShape(shape));
    fill(out);
    return this.makeTensorInfo(shape, 'float32', out);
  }

  /** The same as a tensor that the current scope owns, for gradients. */
  tensor(shape: number[], fill: (out: Float32Array) => void): tf.Tensor {
    return tf.engine().makeTensorFromTensorInfo(this.output(shape, fill), this);
  }

  /** A tensor on values from `pool.take` that are already filled. */
  adopt(shape: number[], values: Float32Array): tf.Tensor {
    return tf
      .engine()
      .makeTensorFromTensorInfo(this.makeTensorInfo(shape, 'float32', values), this);
  }

  /**
   * A float32 tensor whose memory holds bfloat16 numbers. Kernels that know them take them by
   * `matrix`; all others see what they stand for, widened at each reading.
   */
  holdBf16(shape: number[], values: Uint16Array): tf.Tensor {
    const info = this.makeTensorInfo(shape, 'float32', nothing);
    const halves = this.pool.owns(values) ? values : this.bf16Memory(values.length);
    if (halves !== values) halves.set(values);
    this.pool.retain(halves);
    const entry = this.data.get(info.dataId) as HeldInBf16;
    entry.halves = halves;
    Object.defineProperty(entry, 'values', { get: () => this.widened(halves) });
    return tf.engine().makeTensorFromTensorInfo(info, this);
  }

  /** Memory of the pool for `holdBf16`, which takes it over without a copy. */
  bf16Memory(length: number): Uint16Array {
    const { buffer, byteOffset } = this.pool.take(Math.ceil(length / 2));
    return new Uint16Array(buffer, byteOffset, length);
  }

  private widened(halves: Uint16Array): Float32Array {
    const values = new Float32Array(halves.length);
    this.addon.fromBf16(halves, values);
    return values;
  }

  /** Whether a tensor's memory may change without anybody else noticing. */
  ownsAlone(tensor: tf.TensorInfo): boolean {
    const entry = this.data.get(tensor.dataId);
    if (heldHalves(entry) !== null) return false;
    const { values } = entry;
    if (values === undefined || !this.pool.owns(values)) return false;
    return this.refCount(tensor.dataId) === 1 && this.pool.users(values) === 1;
  }

  override write(values: BackendValues, shape: number[], dtype: tf.DataType): DataId {
    const id = super.write(values, shape, dtype);
    if (values) this.pool.retain(values);
    return id;
  }

  override move(
    id: DataId,
    values: BackendValues,
    shape: number[],
    dtype: tf.DataType,
    refCount: number,
  ): void {
    super.move(id, values, shape, dtype, refCount);
    if (values) this.pool.retain(values);
  }

  override readSync(id: DataId): BackendValues {
    const values = super.readSync(id);
    return values instanceof Float32Array && this.pool.owns(values) ? values.slice() : values;
  }

  override disposeData(id: DataId, force = false): boolean {
    const entry = this.data.has(id) ? this.data.get(id) : undefined;
    const values = entry && (heldHalves(entry) ?? entry.values);
    const disposed = super.disposeData(id, force);
    if (values && !this.data.has(id)) this.pool.release(values);
    return disposed;
  }
}

const nothing = new Float32Array(0);

function heldHalves(entry: HeldInBf16): Uint16Array | null {
  return entry.halves ?? null;
}

export function isNative(): boolean {
  return tf.getBackend() === 'native';
}

export function nativeBackend(): NativeBackend {
  const backend = tf.backend();
  if (backend instanceof NativeBackend) return backend;
  throw internalError(`expected the native backend to be current, got ${tf.getBackend()}.`);
}
