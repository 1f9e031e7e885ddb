import type { NativeAddon } from './addon.js';

/**
 * Memory for tensors. A fresh Float32Array is zeroed and page-faulted, which costs as much as a
 * matrix product that fills it, so buffers are kept and handed out again. A buffer is free when the
 * last tensor data on it is gone; several may share one (tfjs slices without copying).
 */
export interface BufferPool {
  /** An array with undefined contents, on a buffer that nobody else uses. */
  take(length: number): Float32Array;
  /** Whether the array lies on memory of this pool. */
  owns(array: ArrayLike<unknown>): boolean;
  /** Tensor data on this array begins or ends; arrays of others are ignored. */
  retain(array: ArrayLike<unknown>): void;
  release(array: ArrayLike<unknown>): void;
  /** How many tensor data lie on the array's buffer. */
  users(array: ArrayLike<unknown>): number;
  /** Bytes held for reuse. */
  idleBytes(): number;
}

const smallest = 4096;

/** @param limit bytes to hold for reuse; what comes back beyond it is left to the collector */
export function createBufferPool(addon: NativeAddon, limit: number): BufferPool {
  const idle = new Map<number, ArrayBuffer[]>();
  const users = new Map<ArrayBufferLike, number>();
  const ours = new WeakSet<ArrayBufferLike>();
  let idleBytes = 0;

  function take(length: number): Float32Array {
    const bytes = length * Float32Array.BYTES_PER_ELEMENT;
    if (bytes < smallest) {
      const array = new Float32Array(length);
      ours.add(array.buffer);
      return array;
    }
    // A buffer up to twice as large will do: batches change size from step to step.
    for (let size = sizeClass(bytes); size < 2 * bytes; size = sizeClass(size + 1)) {
      const kept = idle.get(size)?.pop();
      if (kept === undefined) continue;
      idleBytes -= size;
      return new Float32Array(kept, 0, length);
    }
    const buffer = addon.allocate(sizeClass(bytes));
    ours.add(buffer);
    return new Float32Array(buffer, 0, length);
  }

  return {
    take,
    owns: (array) => ArrayBuffer.isView(array) && ours.has(array.buffer),
    retain(array) {
      if (!ArrayBuffer.isView(array) || !ours.has(array.buffer)) return;
      users.set(array.buffer, (users.get(array.buffer) ?? 0) + 1);
    },
    release(array) {
      if (!ArrayBuffer.isView(array)) return;
      const { buffer } = array;
      const left = (users.get(buffer) ?? 0) - 1;
      if (left > 0) users.set(buffer, left);
      if (left !== 0) return;
      users.delete(buffer);
      const size = buffer.byteLength;
      if (size < smallest || idleBytes + size > limit) return;
      const list = idle.get(size);
      if (list === undefined) idle.set(size, [buffer as ArrayBuffer]);
      else list.push(buffer as ArrayBuffer);
      idleBytes += size;
    },
    users: (array) => (ArrayBuffer.isView(array) ? (users.get(array.buffer) ?? 0) : 0),
    idleBytes: () => idleBytes,
  };
}

/** The next of 1, 1.25, 1.5, 1.75 times a power of two: at most a fifth of a buffer is unused. */
function sizeClass(bytes: number): number {
  const power = 2 ** Math.floor(Math.log2(bytes));
  const step = power / 4;
  return Math.ceil(bytes / step) * step;
}
