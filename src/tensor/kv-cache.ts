import * as tf from '@tensorflow/tfjs';
import { inputError } from '../errors.js';
import { maskedAttention } from './composite.js';
import type { AttentionDims } from './types.js';

export interface KvCacheDims {
  layers: number;
  slots: number;
  maxLength: number;
  kvHeads: number;
  headDim: number;
}

/** Keys and values of `slots` sequences, written in place by `cachedAttention`. */
export interface KvCache {
  readonly slots: number;
  readonly maxLength: number;
  readonly dims: KvCacheDims;
  /** One array per layer, [slots, kvHeads, maxLength, headDim]; empty after `dispose`. */
  readonly keys: readonly Float32Array[];
  readonly values: readonly Float32Array[];
  /** Copies the first `length` positions of every layer: a prompt prefilled once serves a group. */
  copySlot(from: number, to: number, length: number): void;
  dispose(): void;
}

/** The memory is plain (not tensors), the same for every backend. */
export function createKvCache(dims: KvCacheDims): KvCache {
  for (const [name, value] of Object.entries(dims)) {
    if (!Number.isInteger(value) || value < 1) {
      throw inputError(`createKvCache: expected ${name} to be a positive integer, got ${value}.`);
    }
  }
  const { layers, slots, maxLength, kvHeads, headDim } = dims;
  const size = slots * kvHeads * maxLength * headDim;
  const allocate = (): Float32Array[] =>
    Array.from({ length: layers }, () => new Float32Array(size));
  const keys = allocate();
  const values = allocate();
  function checkSlot(slot: number): void {
    if (!Number.isInteger(slot) || slot < 0 || slot >= slots) {
      throw inputError(`copySlot: expected a slot from 0 to ${slots - 1}, got ${slot}.`);
    }
  }
  return {
    slots,
    maxLength,
    dims,
    keys,
    values,
    copySlot(from, to, length) {
      checkSlot(from);
      checkSlot(to);
      if (!Number.isInteger(length) || length < 0 || length > maxLength) {
        throw inputError(`copySlot: expected a length from 0 to ${maxLength}, got ${length}.`);
      }
      for (const store of [...keys, ...values]) {
        for (let head = 0; head < kvHeads; head++) {
          const source = (from * kvHeads + head) * maxLength * headDim;
          const target = (to * kvHeads + head) * maxLength * headDim;
          store.copyWithin(target, source, source + length * headDim);
        }
      }
    },
    dispose() {
      keys.length = 0;
      values.length = 0;
    },
  };
}

/** `cachedAttention` in plain operations; see operations.ts. */
export function cachedAttention(
  q: tf.Tensor2D,
  k: tf.Tensor2D,
  v: tf.Tensor2D,
  cache: KvCache,
  layer: number,
  slots: Int32Array,
  positions: Int32Array,
  dims: AttentionDims,
): tf.Tensor2D {
  const { kvHeads, maxLength, headDim } = cache.dims;
  writeRows(cache, cache.keys[layer], k.dataSync<'float32'>(), slots, positions);
  writeRows(cache, cache.values[layer], v.dataSync<'float32'>(), slots, positions);
  return tf.tidy(() => {
    const outputs: tf.Tensor2D[] = [];
    for (let start = 0; start < slots.length; ) {
      let end = start + 1;
      while (end < slots.length && slots[end] === slots[start]) end++;
      const own = positions.subarray(start, end);
      const length = own.reduce((a, b) => Math.max(a, b)) + 1;
      const read = (store: Float32Array): tf.Tensor2D => {
        const from = slots[start] * kvHeads * maxLength * headDim;
        const all = store.slice(from, from + kvHeads * maxLength * headDim);
        const seen = tf.slice(tf.tensor3d(all, [kvHeads, maxLength, headDim]), 0, [
          kvHeads,
          length,
          headDim,
        ]);
        return tf.reshape(tf.transpose(seen, [1, 0, 2]), [length, kvHeads * headDim]);
      };
      const queries = tf.slice(q, [start, 0], [end - start, q.shape[1]]);
      const keys = read(cache.keys[layer]);
      outputs.push(maskedAttention(queries, keys, read(cache.values[layer]), own, dims));
      start = end;
    }
    if (outputs.length === 0) return tf.zeros<tf.Rank.R2>([0, dims.heads * dims.headDim]);
    return outputs.length === 1 ? outputs[0] : tf.concat(outputs, 0);
  });
}

function writeRows(
  { dims: { kvHeads, maxLength, headDim } }: KvCache,
  store: Float32Array,
  rows: Float32Array,
  slots: Int32Array,
  positions: Int32Array,
): void {
  slots.forEach((slot, row) => {
    for (let head = 0; head < kvHeads; head++) {
      const from = (row * kvHeads + head) * headDim;
      const to = ((slot * kvHeads + head) * maxLength + positions[row]) * headDim;
      store.set(rows.subarray(from, from + headDim), to);
    }
  });
}
