/**
 * The operations a decoder lives on: arguments are checked here, then the fused kernel runs where
 * the backend has one, else the composite. All but the last five are differentiable.
 */
import * as tf from '@tensorflow/tfjs';
import { inputError } from '../errors.js';
import * as composite from './composite.js';
import * as compositeOptimizer from './composite-optimizer.js';
import * as compositeCache from './kv-cache.js';
import type { KvCache } from './kv-cache.js';
import * as compositeSampling from './sampling.js';
import * as native from './native/index.js';
import * as check from './shapes.js';
import type {
  AdamwSettings,
  AttentionDims,
  Decoder,
  DecoderWeights,
  LoraPair,
  RotaryTable,
  SampledTokens,
  SampleTokensSettings,
  SeenIds,
  TokenLogprobs,
} from './types.js';

/** Rows of `weight` [V, D] at `ids` [N] → [N, D]. */
export function embedding(weight: tf.Tensor2D, ids: Int32Array): tf.Tensor2D {
  check.checkRange('embedding', 'ids', ids, weight.shape[0]);
  const operation = native.isNative() ? native : composite;
  return operation.embedding(weight, ids);
}

/**
 * y = x Wᵀ + bias + scale · (x Aᵀ) Bᵀ. x [N, in], weight [out, in], bias [out], a [r, in],
 * b [out, r] → [N, out]. A gradient is computed only for the inputs it is asked for.
 */
export function linear(
  x: tf.Tensor2D,
  weight: tf.Tensor2D,
  bias: tf.Tensor1D | null = null,
  lora: LoraPair | null = null,
): tf.Tensor2D {
  check.checkLinear(x, weight, bias, lora);
  const operation = native.isNative() ? native : composite;
  return operation.linear(x, weight, bias, lora);
}

/** x / sqrt(mean(x²) + eps) · weight, by row. x [N, D], weight [D] → [N, D]. */
export function rmsNorm(x: tf.Tensor2D, weight: tf.Tensor1D, eps: number): tf.Tensor2D {
  check.checkNorm(x, weight);
  const operation = native.isNative() ? native : composite;
  return operation.rmsNorm(x, weight, eps);
}

/** Rotary position embedding (half-split convention). x [N, heads · headDim], positions [N]. */
export function rotary(x: tf.Tensor2D, positions: Int32Array, table: RotaryTable): tf.Tensor2D {
  check.checkRotary(x, positions, table);
  const operation = native.isNative() ? native : composite;
  return operation.rotary(x, positions, table);
}

/**
 * Causal grouped-query attention inside each segment of the packed tokens.
 * q [N, heads · headDim], k and v [N, kvHeads · headDim], segments = cumulative starts, B + 1
 * numbers from 0 to N → [N, heads · headDim].
 */
export function causalAttention(
  q: tf.Tensor2D,
  k: tf.Tensor2D,
  v: tf.Tensor2D,
  segments: Int32Array,
  dims: AttentionDims,
): tf.Tensor2D {
  check.checkAttention('causalAttention', q, k, v, dims);
  check.checkSegments(segments, q.shape[0]);
  const operation = native.isNative() ? native : composite;
  return operation.causalAttention(q, k, v, segments, dims);
}

/** silu(gate) · up. Both [N, F]. */
export function swiglu(gate: tf.Tensor2D, up: tf.Tensor2D): tf.Tensor2D {
  check.checkSame('swiglu', gate, up, ['gate', 'up']);
  const operation = native.isNative() ? native : composite;
  return operation.swiglu(gate, up);
}

/**
 * log softmax(hidden Wᵀ / temperature) at each target, and the entropy of that distribution, both
 * differentiable. hidden [M, D], weight [V, D], targets [M] → [M], [M]. The native kernel works in
 * blocks of rows and never holds [M, V].
 */
export function tokenLogprobs(
  hidden: tf.Tensor2D,
  weight: tf.Tensor2D,
  targets: Int32Array,
  options: { temperature?: number } = {},
): TokenLogprobs {
  const { temperature = 1 } = options;
  check.checkHidden('tokenLogprobs', hidden, weight);
  const against = `hidden ${check.show(hidden)}`;
  check.checkCount('tokenLogprobs', 'targets', targets.length, hidden.shape[0], against);
  check.checkRange('tokenLogprobs', 'targets', targets, weight.shape[0]);
  if (!(temperature > 0)) {
    throw inputError(`tokenLogprobs: expected a temperature above 0, got ${temperature}.`);
  }
  const operation = native.isNative() ? native : composite;
  return operation.tokenLogprobs(hidden, weight, targets, temperature);
}

/**
 * Attention against a cache, without gradient. Row i is one new token of slot slots[i] at position
 * positions[i]; all rows' k and v are written to the cache first; row i then sees positions
 * 0..positions[i] of its slot. Rows of one slot stand together, positions ascending.
 */
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
  check.checkAttention('cachedAttention', q, k, v, dims);
  if (dims.kvHeads !== cache.dims.kvHeads || dims.headDim !== cache.dims.headDim) {
    throw inputError(
      `cachedAttention: expected ${cache.dims.kvHeads} key heads of ${cache.dims.headDim} as in the cache, got ${dims.kvHeads} of ${dims.headDim}.`,
    );
  }
  if (layer < 0 || layer >= cache.keys.length) {
    throw inputError(
      `cachedAttention: expected a layer below ${cache.keys.length}, got ${layer}${cache.keys.length === 0 ? ' (the cache was disposed)' : ''}.`,
    );
  }
  check.checkCount('cachedAttention', 'slots', slots.length, q.shape[0], `q ${check.show(q)}`);
  const against = `q ${check.show(q)}`;
  check.checkCount('cachedAttention', 'positions', positions.length, q.shape[0], against);
  check.checkRange('cachedAttention', 'slots', slots, cache.slots);
  check.checkRange('cachedAttention', 'positions', positions, cache.maxLength);
  const operation = native.isNative() ? native : compositeCache;
  return operation.cachedAttention(q, k, v, cache, layer, slots, positions, dims);
}

/**
 * One token per row, without gradient. hidden [N, D], weight [V, D]; uniforms[i] in [0, 1) decides
 * row i alone (inverse of the cumulative distribution), so a draw does not depend on its batch. A
 * repetition penalty applies to the ids in `seen`; without it there is none.
 */
export function sampleTokens(
  hidden: tf.Tensor2D,
  weight: tf.Tensor2D,
  uniforms: Float32Array,
  settings: SampleTokensSettings,
  seen: SeenIds | null = null,
): SampledTokens {
  check.checkHidden('sampleTokens', hidden, weight);
  const against = `hidden ${check.show(hidden)}`;
  check.checkCount('sampleTokens', 'uniforms', uniforms.length, hidden.shape[0], against);
  check.checkSampling('sampleTokens', settings, seen, hidden.shape[0], weight.shape[0]);
  const operation = native.isNative() ? native : compositeSampling;
  return operation.sampleTokens(hidden, weight, uniforms, settings, seen);
}

/**
 * A whole sampling step as one kernel: embedding, layers, head and draw, with every row's numbers
 * independent of the rows beside it. `null` where the backend has none: the single operations above
 * do the same. Do not update or dispose of the weights while it is in use.
 * @param maxRows of one step
 */
export function createDecoder(
  weights: DecoderWeights,
  cache: KvCache,
  table: RotaryTable,
  maxRows: number,
): Decoder | null {
  if (!native.isNative()) return null;
  check.checkDecoder(weights, cache, table);
  const where = 'Decoder.step';
  const length = Math.min(table.maxPositions, cache.maxLength);
  const decoder = native.createDecoder(weights, cache, table, maxRows);
  return {
    step(ids, slots, positions, uniforms, settings, seen = null) {
      for (const [name, array] of Object.entries({ slots, positions, uniforms })) {
        check.checkCount(where, name, array.length, ids.length, `ids [${ids.length}]`);
      }
      check.checkRange(where, 'ids', ids, weights.dims.vocabulary);
      check.checkRange(where, 'slots', slots, cache.slots);
      check.checkRange(where, 'positions', positions, length);
      check.checkSampling(where, settings, seen, ids.length, weights.dims.vocabulary);
      return decoder.step(ids, slots, positions, uniforms, settings, seen);
    },
  };
}

/**
 * A float32 tensor of bfloat16 numbers. The native backend holds them as they are, in half the
 * memory, and multiplies by them; other backends widen them at once. Not for what is trained: the
 * first update widens it.
 */
export function heldInBf16(values: Uint16Array, shape: number[]): tf.Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  if (size !== values.length) {
    throw inputError(
      `heldInBf16: expected ${size} values for shape [${shape.join(', ')}], got ${values.length}.`,
    );
  }
  if (native.isNative()) return native.nativeBackend().holdBf16(shape, values);
  return tf.tensor(widenBf16(values), shape, 'float32');
}

/** Memory that `heldInBf16` takes over without a copy: to read a file into. */
export function bf16Memory(length: number): Uint16Array {
  return native.isNative() ? native.nativeBackend().bf16Memory(length) : new Uint16Array(length);
}

/** A plain loop: `Uint32Array.from` with a function is slow and holds many times the memory. */
function widenBf16(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i] << 16;
  return new Float32Array(bits.buffer);
}

/** One AdamW update of `variable`, `m` and `v`, in place. All four tensors have one shape. */
export function adamwStep(
  variable: tf.Variable,
  gradient: tf.Tensor,
  m: tf.Variable,
  v: tf.Variable,
  settings: AdamwSettings,
): void {
  check.checkSame('adamwStep', gradient, variable, ['gradient', 'variable']);
  check.checkSame('adamwStep', m, variable, ['m', 'variable']);
  check.checkSame('adamwStep', v, variable, ['v', 'variable']);
  const operation = native.isNative() ? native : compositeOptimizer;
  operation.adamwStep(variable, gradient, m, v, settings);
}

/** The Euclidean norm of all gradients together. */
export function globalNorm(gradients: readonly tf.Tensor[]): number {
  const operation = native.isNative() ? native : compositeOptimizer;
  return operation.globalNorm(gradients);
}
