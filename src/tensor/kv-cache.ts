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

/** Positions of a key block: the width of the native kernel's vectors. */
const lanes = 16;

/** Keys and values of `slots` sequences, written in place by `cachedAttention`. */
export interface KvCache {
  readonly slots: number;
  readonly maxLength: number;
  readonly dims: KvCacheDims;
  /** Blocks of 16 positions per slot and head. */
  readonly blocks: number;
  /**
   * One array per layer, empty after `dispose`. Keys [slots, kvHeads, blocks, headDim, 16]: the
   * native kernel scores 16 positions at once. Values [slots, kvHeads, blocks · 16, headDim].
   */
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
  const blocks = Math.ceil(maxLength / lanes);
  const perHead = blocks * lanes * headDim;
  const size = slots * kvHeads * perHead;
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
    blocks,
    keys,
    values,
    copySlot(from, to, length) {
      checkSlot(from);
      checkSlot(to);
      if (!Number.isInteger(length) || length < 0 || length > maxLength) {
        throw inputError(`copySlot: expected a length from 0 to ${maxLength}, got ${length}.`);
      }
      // Whole blocks: positions beyond `length` are written before anything sees them.
      const count = Math.ceil(length / lanes) * lanes * headDim;
      for (const store of [...keys, ...values]) {
        for (let head = 0; head < kvHeads; head++) {
          const source = (from * kvHeads + head) * perHead;
          store.copyWithin((to * kvHeads + head) * perHead, source, source + count);
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
  const { kvHeads, headDim } = cache.dims;
  const newKeys = k.dataSync<'float32'>();
  const newValues = v.dataSync<'float32'>();
  slots.forEach((slot, row) => {
    eachElement(cache, slot, positions[row], (index, keyAt, valueAt) => {
      cache.keys[layer][keyAt] = newKeys[row * kvHeads * headDim + index];
      cache.values[layer][valueAt] = newValues[row * kvHeads * headDim + index];
    });
  });
  return tf.tidy(() => {
    const outputs: tf.Tensor2D[] = [];
    for (let start = 0; start < slots.length;) {
      let end = start + 1;
      while (end < slots.length && slots[end] === slots[start]) end++;
      const own = positions.subarray(start, end);
      const seen = own.reduce((a, b) => Math.max(a, b)) + 1;
      const [keys, values] = readSlot(cache, layer, slots[start], seen);
      const queries = tf.slice(q, [start, 0], [end - start, q.shape[1]]);
      outputs.push(maskedAttention(queries, keys, values, own, dims));
      start = end;
    }
    if (outputs.length === 0) return tf.zeros<tf.Rank.R2>([0, dims.heads * dims.headDim]);
    return outputs.length === 1 ? outputs[0] : tf.concat(outputs, 0);
  });
}

/** Keys and values of positions 0..seen − 1 of one slot, each [seen, kvHeads · headDim]. */
function readSlot(
  cache: KvCache,
  layer: number,
  slot: number,
  seen: number,
): [tf.Tensor2D, tf.Tensor2D] {
  const width = cache.dims.kvHeads * cache.dims.headDim;
  const keys = new Float32Array(seen * width);
  const values = new Float32Array(seen * width);
  for (let position = 0; position < seen; position++) {
    eachElement(cache, slot, position, (index, keyAt, valueAt) => {
      keys[position * width + index] = cache.keys[layer][keyAt];
      values[position * width + index] = cache.values[layer][valueAt];
    });
  }
  return [tf.tensor2d(keys, [seen, width]), tf.tensor2d(values, [seen, width])];
}

/** Where each element of a position's [kvHeads · headDim] row lies in the two stores. */
function eachElement(
  { blocks, dims: { kvHeads, headDim } }: KvCache,
  slot: number,
  position: number,
  visit: (index: number, keyAt: number, valueAt: number) => void,
): void {
  const block = Math.floor(position / lanes);
  for (let head = 0; head < kvHeads; head++) {
    const store = (slot * kvHeads + head) * blocks * lanes * headDim;
    for (let d = 0; d < headDim; d++) {
      visit(
        head * headDim + d,
        store + (block * headDim + d) * lanes + (position % lanes),
        store + position * headDim + d,
      );
    }
  }
}
