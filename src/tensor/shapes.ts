import type * as tf from '@tensorflow/tfjs';
import { inputError } from '../errors.js';
import type { KvCache } from './kv-cache.js';
import type {
  AttentionDims,
  DecoderWeights,
  LoraPair,
  RotaryTable,
  SampleTokensSettings,
  SeenIds,
} from './types.js';

/** Checks at the door of each operation: a message names both shapes that disagree. */

export function checkLinear(
  x: tf.Tensor2D,
  weight: tf.Tensor2D,
  bias: tf.Tensor1D | null,
  lora: LoraPair | null,
): void {
  const [out, width] = weight.shape;
  if (x.rank !== 2 || weight.rank !== 2 || x.shape[1] !== width) {
    throw mismatch('linear', 'x [N, in]', x, 'weight [out, in]', weight);
  }
  if (bias !== null && (bias.rank !== 1 || bias.shape[0] !== out)) {
    throw mismatch('linear', 'bias [out]', bias, 'weight [out, in]', weight);
  }
  if (lora === null) return;
  if (lora.a.rank !== 2 || lora.a.shape[1] !== width) {
    throw mismatch('linear', 'lora.a [r, in]', lora.a, 'weight [out, in]', weight);
  }
  if (lora.b.rank !== 2 || lora.b.shape[0] !== out) {
    throw mismatch('linear', 'lora.b [out, r]', lora.b, 'weight [out, in]', weight);
  }
  if (lora.b.shape[1] !== lora.a.shape[0]) {
    throw mismatch('linear', 'lora.b [out, r]', lora.b, 'lora.a [r, in]', lora.a);
  }
}

export function checkNorm(x: tf.Tensor2D, weight: tf.Tensor1D): void {
  if (x.rank !== 2 || weight.rank !== 1 || x.shape[1] !== weight.shape[0]) {
    throw mismatch('rmsNorm', 'x [N, D]', x, 'weight [D]', weight);
  }
}

export function checkSame(
  where: string,
  a: tf.Tensor,
  b: tf.Tensor,
  names: [string, string],
): void {
  if (a.shape.length !== b.shape.length || a.shape.some((size, i) => size !== b.shape[i])) {
    throw mismatch(where, names[0], a, names[1], b);
  }
}

export function checkHidden(where: string, hidden: tf.Tensor2D, weight: tf.Tensor2D): void {
  if (hidden.rank !== 2 || weight.rank !== 2 || hidden.shape[1] !== weight.shape[1]) {
    throw mismatch(where, 'hidden [M, D]', hidden, 'weight [V, D]', weight);
  }
}

export function checkRotary(x: tf.Tensor2D, positions: Int32Array, table: RotaryTable): void {
  if (x.rank !== 2 || x.shape[1] % table.headDim !== 0) {
    throw inputError(
      `rotary: expected x [N, heads · ${table.headDim}] to fit the table's headDim, got ${show(x)}.`,
    );
  }
  checkCount('rotary', 'positions', positions.length, x.shape[0], `x ${show(x)}`);
  checkRange('rotary', 'positions', positions, table.maxPositions);
}

export function checkAttention(
  where: string,
  q: tf.Tensor2D,
  k: tf.Tensor2D,
  v: tf.Tensor2D,
  { heads, kvHeads, headDim }: AttentionDims,
): void {
  if (heads % kvHeads !== 0) {
    throw inputError(
      `${where}: expected heads to be a multiple of kvHeads, got ${heads} and ${kvHeads}.`,
    );
  }
  if (q.rank !== 2 || q.shape[1] !== heads * headDim) {
    throw inputError(
      `${where}: expected q [N, ${heads * headDim}] (${heads} heads of ${headDim}), got ${show(q)}.`,
    );
  }
  if (k.rank !== 2 || k.shape[1] !== kvHeads * headDim) {
    throw inputError(
      `${where}: expected k [N, ${kvHeads * headDim}] (${kvHeads} heads of ${headDim}), got ${show(k)}.`,
    );
  }
  if (k.shape[0] !== q.shape[0]) throw mismatch(where, 'q', q, 'k', k);
  checkSame(where, k, v, ['k', 'v']);
}

export function checkSegments(segments: Int32Array, rows: number): void {
  const last = segments[segments.length - 1];
  if (segments.length === 0 || segments[0] !== 0 || last !== rows) {
    throw inputError(
      `causalAttention: expected segments to run from 0 to ${rows} (the rows of q), got ${segments.length === 0 ? 'none' : `${segments[0]} to ${last}`}.`,
    );
  }
  for (let i = 1; i < segments.length; i++) {
    if (segments[i] < segments[i - 1]) {
      throw inputError(
        `causalAttention: expected ascending segment starts, got ${segments[i - 1]} before ${segments[i]} at ${i}.`,
      );
    }
  }
}

/** The cache and the table that a decoder will write to and read from. */
export function checkDecoder(
  { dims, layers }: DecoderWeights,
  cache: KvCache,
  { headDim }: RotaryTable,
): void {
  const has = cache.dims;
  const fits =
    cache.keys.length === layers.length &&
    has.kvHeads === dims.kvHeads &&
    has.headDim === dims.headDim;
  if (!fits) {
    throw inputError(
      `createDecoder: expected a cache of ${layers.length} layers with ${dims.kvHeads} key heads of ${dims.headDim}, got ${cache.keys.length} with ${has.kvHeads} of ${has.headDim}${cache.keys.length === 0 ? ' (the cache was disposed)' : ''}.`,
    );
  }
  if (headDim !== dims.headDim) {
    throw inputError(
      `createDecoder: expected a rotary table for headDim ${dims.headDim}, got one for ${headDim}.`,
    );
  }
}

/** Settings that no distribution has, and seen ids that do not belong to the rows or the vocabulary. */
export function checkSampling(
  where: string,
  { temperature, repetitionPenalty = 1 }: SampleTokensSettings,
  seen: SeenIds | null,
  rows: number,
  vocabulary: number,
): void {
  if (!(temperature >= 0)) {
    throw inputError(`${where}: expected a temperature of 0 (greedy) or more, got ${temperature}.`);
  }
  if (!(repetitionPenalty > 0)) {
    throw inputError(
      `${where}: expected a repetitionPenalty above 0 (1: off), got ${repetitionPenalty}.`,
    );
  }
  if (seen === null) return;
  const { ids, starts } = seen;
  checkCount(where, 'seen.starts', starts.length, rows + 1, `the ends of ${rows} rows`);
  const ascending = starts.every((start, i) => start >= (i === 0 ? 0 : starts[i - 1]));
  if (!ascending || starts[rows] > ids.length) {
    throw inputError(
      `${where}: expected seen.starts to ascend from 0 to at most ${ids.length}, got [${starts.join(', ')}].`,
    );
  }
  checkRange(where, 'seen.ids', ids, vocabulary);
}

export function checkCount(
  where: string,
  name: string,
  came: number,
  expected: number,
  against: string,
): void {
  if (came !== expected) {
    throw inputError(
      `${where}: expected ${name} [${expected}] to match ${against}, got [${came}].`,
    );
  }
}

/** Every index must lie in [0, limit). */
export function checkRange(where: string, name: string, indices: Int32Array, limit: number): void {
  for (let i = 0; i < indices.length; i++) {
    if (indices[i] < 0 || indices[i] >= limit) {
      throw inputError(
        `${where}: expected ${name} from 0 to ${limit - 1}, got ${indices[i]} at index ${i}.`,
      );
    }
  }
}

function mismatch(
  where: string,
  name: string,
  came: tf.Tensor,
  otherName: string,
  other: tf.Tensor,
): Error {
  return inputError(
    `${where}: expected ${name} to match ${otherName} ${show(other)}, got ${show(came)}.`,
  );
}

export function show(tensor: tf.Tensor): string {
  return `[${tensor.shape.join(', ')}]`;
}
