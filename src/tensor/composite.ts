/**
 * The decoder's operations in plain `tf` operations: the fall-back on backends without fused
 * kernels, and the oracle of their tests. Letters: N tokens (all sequences packed, no padding),
 * D features, V vocabulary. Weights are [out, in], as in Hugging Face files.
 * Arguments are checked by `operations.ts`.
 */
import * as tf from '@tensorflow/tfjs';
import type { AttentionDims, LoraPair, RotaryTable, TokenLogprobs } from './types.js';

/**
 * Rows of `weight` [V, D] at `ids` [N] → [N, D]. The gradient is written out because tfjs's own
 * needs a kernel that its wasm backend lacks.
 */
export function embedding(weight: tf.Tensor2D, ids: Int32Array): tf.Tensor2D {
  const lookUp = tf.customGrad((table) => ({
    value: tf.gather(table as tf.Tensor2D, tf.tensor1d(ids, 'int32')),
    gradFunc: (dy) => scatterAdd(dy as tf.Tensor2D, ids, weight.shape),
  }));
  return lookUp(weight) as tf.Tensor2D;
}

function scatterAdd(dy: tf.Tensor2D, ids: Int32Array, shape: [number, number]): tf.Tensor2D {
  const width = shape[1];
  const rows = dy.dataSync<'float32'>();
  const sum = new Float32Array(shape[0] * width);
  ids.forEach((id, row) => {
    for (let i = 0; i < width; i++) sum[id * width + i] += rows[row * width + i];
  });
  return tf.tensor2d(sum, shape);
}

/** y = x Wᵀ + bias + scale · (x Aᵀ) Bᵀ; x [N, in] → [N, out]. */
export function linear(
  x: tf.Tensor2D,
  weight: tf.Tensor2D,
  bias: tf.Tensor1D | null = null,
  lora: LoraPair | null = null,
): tf.Tensor2D {
  return tf.tidy(() => {
    let y: tf.Tensor2D = tf.matMul(x, weight, false, true);
    if (bias !== null) y = tf.add(y, bias);
    if (lora !== null) {
      const low = tf.matMul(x, lora.a, false, true);
      y = tf.add(y, tf.mul(tf.matMul(low, lora.b, false, true), lora.scale));
    }
    return y;
  });
}

/** x / sqrt(mean(x²) + eps) · weight, by row (Zhang and Sennrich, 2019). */
export function rmsNorm(x: tf.Tensor2D, weight: tf.Tensor1D, eps: number): tf.Tensor2D {
  return tf.tidy(() => {
    const scale = tf.rsqrt(tf.add(tf.mean(tf.square(x), 1, true), eps));
    return tf.mul<tf.Tensor2D>(tf.mul(x, scale), weight);
  });
}

/**
 * Rotary position embedding, Hugging Face's half-split convention: with x = [x₁, x₂] per head,
 * y = [x₁ cos − x₂ sin, x₂ cos + x₁ sin] at the token's position.
 */
export function rotary(x: tf.Tensor2D, positions: Int32Array, table: RotaryTable): tf.Tensor2D {
  return tf.tidy(() => {
    const half = table.headDim / 2;
    const [rows, width] = x.shape;
    const heads = width / table.headDim;
    const cos = tf.tensor3d(gatherRows(table.cos, positions, half), [rows, 1, half]);
    const sin = tf.tensor3d(gatherRows(table.sin, positions, half), [rows, 1, half]);
    const perHead = tf.reshape(x, [rows, heads, table.headDim]);
    const first = tf.slice(perHead, [0, 0, 0], [rows, heads, half]);
    const second = tf.slice(perHead, [0, 0, half], [rows, heads, half]);
    const turned = tf.concat(
      [
        tf.sub(tf.mul(first, cos), tf.mul(second, sin)),
        tf.add(tf.mul(second, cos), tf.mul(first, sin)),
      ],
      2,
    );
    return tf.reshape(turned, [rows, width]);
  });
}

function gatherRows(values: Float32Array, rows: Int32Array, width: number): Float32Array {
  const out = new Float32Array(rows.length * width);
  rows.forEach((row, i) => out.set(values.subarray(row * width, (row + 1) * width), i * width));
  return out;
}

/**
 * softmax(q kᵀ / sqrt(headDim)) v inside each segment, a token seeing itself and what precedes it.
 * q [N, heads · headDim], k and v [N, kvHeads · headDim], segments = cumulative starts, B + 1.
 */
export function causalAttention(
  q: tf.Tensor2D,
  k: tf.Tensor2D,
  v: tf.Tensor2D,
  segments: Int32Array,
  dims: AttentionDims,
): tf.Tensor2D {
  return tf.tidy(() => {
    const outputs: tf.Tensor2D[] = [];
    for (let s = 0; s + 1 < segments.length; s++) {
      const start = segments[s];
      const length = segments[s + 1] - start;
      if (length === 0) continue;
      const part = (x: tf.Tensor2D): tf.Tensor2D => tf.slice(x, [start, 0], [length, x.shape[1]]);
      const positions = Int32Array.from({ length }, (_, i) => i);
      outputs.push(maskedAttention(part(q), part(k), part(v), positions, dims));
    }
    if (outputs.length === 0) return tf.zeros<tf.Rank.R2>([0, dims.heads * dims.headDim]);
    return outputs.length === 1 ? outputs[0] : tf.concat(outputs, 0);
  });
}

/**
 * Attention of R queries over L keys of one sequence; query i sees keys 0..positions[i].
 * The heads of one group are stacked as rows, so no key is copied.
 */
export function maskedAttention(
  q: tf.Tensor2D,
  k: tf.Tensor2D,
  v: tf.Tensor2D,
  positions: Int32Array,
  { heads, kvHeads, headDim }: AttentionDims,
): tf.Tensor2D {
  return tf.tidy(() => {
    const rows = q.shape[0];
    const keys = k.shape[0];
    const group = heads / kvHeads;
    const queries = tf.reshape(
      tf.transpose(tf.reshape(q, [rows, kvHeads, group, headDim]), [1, 2, 0, 3]),
      [kvHeads, group * rows, headDim],
    );
    const split = (x: tf.Tensor2D): tf.Tensor3D =>
      tf.transpose(tf.reshape(x, [keys, kvHeads, headDim]), [1, 0, 2]);
    const mask = new Float32Array(group * rows * keys);
    for (let row = 0; row < group * rows; row++) {
      mask.fill(-1e9, row * keys + positions[row % rows] + 1, (row + 1) * keys);
    }
    const scores = tf.mul(tf.matMul(queries, split(k), false, true), 1 / Math.sqrt(headDim));
    const weights = tf.softmax(tf.add(scores, tf.tensor2d(mask, [group * rows, keys])));
    const mixed = tf.matMul(weights, split(v)); // [kvHeads, group · R, headDim]
    return tf.reshape(
      tf.transpose(tf.reshape(mixed, [kvHeads, group, rows, headDim]), [2, 0, 1, 3]),
      [rows, heads * headDim],
    );
  });
}

/** silu(gate) · up, element by element (Shazeer, 2020). */
export function swiglu(gate: tf.Tensor2D, up: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => tf.mul<tf.Tensor2D>(tf.mul(gate, tf.sigmoid(gate)), up));
}

/**
 * log softmax(hidden Wᵀ / temperature) at each target, and the entropy of that distribution.
 * Both carry gradients. hidden [M, D], weight [V, D], targets [M] → [M], [M].
 */
export function tokenLogprobs(
  hidden: tf.Tensor2D,
  weight: tf.Tensor2D,
  targets: Int32Array,
  temperature = 1,
): TokenLogprobs {
  const [logprobs, entropy] = tf.tidy((): [tf.Tensor1D, tf.Tensor1D] => {
    const logits = tf.div(tf.matMul(hidden, weight, false, true), temperature);
    const all = tf.logSoftmax(logits, 1);
    const chosen = tf.oneHot(tf.tensor1d(targets, 'int32'), weight.shape[0]);
    return [
      tf.sum(tf.mul(all, tf.cast(chosen, 'float32')), 1),
      tf.neg(tf.sum<tf.Tensor1D>(tf.mul(tf.exp(all), all), 1)),
    ];
  });
  return { logprobs, entropy };
}
