/** A decoder of a given shape with random weights, out of the public operations alone. */
import * as ops from '../../src/tensor/index.js';
import { tf } from '../../src/tensor/index.js';
import { createRandom } from '../../src/algorithms/random.js';

export interface Shape {
  hidden: number;
  layers: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  intermediate: number;
  vocabulary: number;
  /** Biases on q, k and v. */
  bias?: boolean;
}

export interface WeightOptions {
  /** `bf16`: held in bfloat16, frozen. */
  dtype?: 'float32' | 'bf16';
  /** LoRA of this rank on q and v. */
  rank?: number;
}

type Matrix = tf.Tensor2D;
type Attend = (layer: number, q: Matrix, k: Matrix, v: Matrix) => Matrix;

/** Random weights, made cheaply: what they are does not change what they cost. */
export function createWeights(shape: Shape, options: WeightOptions = {}): ops.DecoderWeights {
  const { hidden, heads, kvHeads, headDim, intermediate, vocabulary } = shape;
  const random = createRandom(7);
  const noise = Float32Array.from({ length: 65_537 }, () => random.normal() * 0.02);
  const values = (count: number): Float32Array => {
    const out = new Float32Array(count);
    for (let i = 0; i < count; i++) out[i] = noise[i % noise.length];
    return out;
  };
  const adapted = options.rank !== undefined;
  const variable = (tensor: tf.Tensor, trainable = !adapted): tf.Variable => {
    const made = tf.variable(tensor, trainable);
    tensor.dispose();
    return made;
  };
  const halfNoise = Uint16Array.from(new Uint32Array(noise.buffer), (bits) => bits >>> 16);
  const halves = (count: number): Uint16Array => {
    const out = ops.bf16Memory(count);
    for (let i = 0; i < count; i++) out[i] = halfNoise[i % halfNoise.length];
    return out;
  };
  const matrix = (rows: number, columns: number): Matrix => {
    const count = rows * columns;
    const tensor =
      options.dtype === 'bf16'
        ? ops.heldInBf16(halves(count), [rows, columns])
        : tf.tensor2d(values(count), [rows, columns]);
    return variable(tensor) as tf.Variable<tf.Rank.R2>;
  };
  const vector = (length: number, value: number): tf.Tensor1D =>
    variable(tf.fill([length], value)) as tf.Variable<tf.Rank.R1>;
  const projection = (rows: number, columns: number, bias = false, rank = 0) => ({
    weight: matrix(rows, columns),
    bias: bias ? vector(rows, 0) : null,
    lora:
      rank === 0
        ? null
        : {
            a: variable(tf.tensor2d(values(rank * columns), [rank, columns]), true) as Matrix,
            b: variable(tf.zeros([rows, rank]), true) as Matrix,
            scale: 2,
          },
  });
  const [q, kv] = [heads * headDim, kvHeads * headDim];
  const embedding = matrix(vocabulary, hidden);
  return {
    dims: { hidden, heads, kvHeads, headDim, intermediate, vocabulary },
    eps: 1e-6,
    embedding,
    head: embedding,
    norm: vector(hidden, 1),
    layers: Array.from({ length: shape.layers }, () => ({
      norm1: vector(hidden, 1),
      norm2: vector(hidden, 1),
      q: projection(q, hidden, shape.bias, options.rank),
      k: projection(kv, hidden, shape.bias),
      v: projection(kv, hidden, shape.bias, options.rank),
      o: projection(hidden, q),
      gate: projection(intermediate, hidden),
      up: projection(intermediate, hidden),
      down: projection(hidden, intermediate),
    })),
  };
}

/** Every weight, or the adapter's alone. */
export function trainedVariables(weights: ops.DecoderWeights, adapter: boolean): tf.Variable[] {
  const projections = weights.layers.flatMap(({ q, k, v, o, gate, up, down }) => [
    ...[q, k, v, o, gate, up, down],
  ]);
  const pairs = projections.flatMap(({ lora }) => (lora === null ? [] : [lora.a, lora.b]));
  if (adapter) return pairs as tf.Variable[];
  return [
    weights.embedding,
    weights.norm,
    ...weights.layers.flatMap(({ norm1, norm2 }) => [norm1, norm2]),
    ...projections.flatMap(({ weight, bias }) => (bias === null ? [weight] : [weight, bias])),
  ] as tf.Variable[];
}

export function rotaryTable(headDim: number, maxPositions: number): ops.RotaryTable {
  const half = headDim / 2;
  const angle = (i: number): number => Math.floor(i / half) / 10000 ** ((i % half) / half);
  const fill = (f: (x: number) => number): Float32Array =>
    Float32Array.from({ length: maxPositions * half }, (_, i) => f(angle(i)));
  return { cos: fill(Math.cos), sin: fill(Math.sin), headDim, maxPositions };
}

/** Hidden states after the final norm; the same operations as src/policy/decoder/decoder.ts. */
export function forward(
  weights: ops.DecoderWeights,
  table: ops.RotaryTable,
  ids: Int32Array,
  positions: Int32Array,
  attend: Attend,
): Matrix {
  const project = (x: Matrix, { weight, bias, lora }: ops.DecoderProjection): Matrix =>
    ops.linear(x, weight, bias, lora);
  return tf.tidy(() => {
    let x = ops.embedding(weights.embedding, ids);
    weights.layers.forEach((w, layer) => {
      x = tf.tidy(() => {
        const h = ops.rmsNorm(x, w.norm1, weights.eps);
        const q = ops.rotary(project(h, w.q), positions, table);
        const k = ops.rotary(project(h, w.k), positions, table);
        const mid: Matrix = tf.add(x, project(attend(layer, q, k, project(h, w.v)), w.o));
        const g = ops.rmsNorm(mid, w.norm2, weights.eps);
        return tf.add(mid, project(ops.swiglu(project(g, w.gate), project(g, w.up)), w.down));
      });
    });
    return ops.rmsNorm(x, weights.norm, weights.eps);
  });
}
