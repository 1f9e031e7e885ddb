import type * as tf from '@tensorflow/tfjs';
import type { KvCache } from '../kv-cache.js';
import type { AttentionDims, SampledTokens, SampleTokensSettings, SeenIds } from '../types.js';
import { nativeBackend } from './backend.js';

export function cachedAttention(
  q: tf.Tensor2D,
  k: tf.Tensor2D,
  v: tf.Tensor2D,
  cache: KvCache,
  layer: number,
  slots: Int32Array,
  positions: Int32Array,
  { heads, kvHeads, headDim }: AttentionDims,
): tf.Tensor2D {
  const native = nativeBackend();
  return native.tensor(q.shape, (out) =>
    native.addon.cachedAttention(
      native.floats(q),
      native.floats(k),
      native.floats(v),
      cache.keys[layer],
      cache.values[layer],
      slots,
      positions,
      out,
      heads,
      kvHeads,
      headDim,
      cache.slots,
      cache.blocks,
    ),
  ) as tf.Tensor2D;
}

export function sampleTokens(
  hidden: tf.Tensor2D,
  weight: tf.Tensor2D,
  uniforms: Float32Array,
  { temperature, topK, topP, minP, repetitionPenalty = 1 }: SampleTokensSettings,
  seen: SeenIds | null,
): SampledTokens {
  const native = nativeBackend();
  const [rows, width] = hidden.shape;
  const ids = new Int32Array(rows);
  const logprobs = new Float32Array(rows);
  const plainLogprobs = new Float32Array(rows);
  native.addon.sampleTokens(
    native.floats(hidden),
    native.matrix(weight),
    uniforms,
    ids,
    logprobs,
    plainLogprobs,
    rows,
    width,
    weight.shape[0],
    temperature,
    topK,
    topP,
    minP,
    repetitionPenalty,
    seen?.ids ?? null,
    seen?.starts ?? null,
  );
  return { ids, logprobs, plainLogprobs };
}
