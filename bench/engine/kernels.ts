/** One case for each fused operation, forward and backward; the same as `kernel` in torch_peer.py. */
import * as ops from '../../src/tensor/index.js';
import { tf } from '../../src/tensor/index.js';
import { createRandom } from '../../src/algorithms/random.js';
import { rotaryTable } from './decoder.js';

export interface KernelOptions {
  name: string;
  rows: number;
  width: number;
  out: number;
  vocabulary: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  /** Rows are cut into sequences of this length. */
  length: number;
}

/** The run to time: forward, then backward from a random gradient of the output. */
export function kernelRun(options: KernelOptions): () => void {
  const { name, rows, width } = options;
  if (name === 'adamw') return adamwRun(rows, width);
  const { inputs, apply } = cases[name](options);
  const shape = tf.tidy(() => apply(...inputs).shape);
  const dy = randomTensor(shape);
  const gradients = tf.grads((...all: tf.Tensor[]) => apply(...(all as tf.Tensor2D[])));
  return () => tf.dispose(gradients(inputs, dy));
}

export function randomTensor(shape: number[]): tf.Tensor {
  const random = createRandom(shape.join());
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => random.normal()),
    shape,
  );
}

interface Case {
  inputs: tf.Tensor2D[];
  apply: (...inputs: tf.Tensor2D[]) => tf.Tensor;
}

const matrix = (...shape: [number, number]): tf.Tensor2D => randomTensor(shape) as tf.Tensor2D;
const vector = (length: number): tf.Tensor2D => randomTensor([length]) as unknown as tf.Tensor2D;

const cases: Record<string, (options: KernelOptions) => Case> = {
  linear: ({ rows, width, out }) => ({
    inputs: [matrix(rows, width), matrix(out, width)],
    apply: (x, weight) => ops.linear(x, weight),
  }),
  rmsNorm: ({ rows, width }) => ({
    inputs: [matrix(rows, width), vector(width)],
    apply: (x, weight) => ops.rmsNorm(x, weight as unknown as tf.Tensor1D, 1e-6),
  }),
  swiglu: ({ rows, width }) => ({
    inputs: [matrix(rows, width), matrix(rows, width)],
    apply: ops.swiglu,
  }),
  rotary({ rows, heads, headDim, length }) {
    const table = rotaryTable(headDim, length);
    const positions = Int32Array.from({ length: rows }, (_, i) => i % length);
    return {
      inputs: [matrix(rows, heads * headDim)],
      apply: (x) => ops.rotary(x, positions, table),
    };
  },
  causalAttention({ rows, heads, kvHeads, headDim, length }) {
    const segments = Int32Array.from({ length: rows / length + 1 }, (_, i) => i * length);
    const dims = { heads, kvHeads, headDim };
    return {
      inputs: [heads, kvHeads, kvHeads].map((count) => matrix(rows, count * headDim)),
      apply: (q, k, v) => ops.causalAttention(q, k, v, segments, dims),
    };
  },
  tokenLogprobs({ rows, width, vocabulary }) {
    const targets = randomIds(rows, vocabulary);
    return {
      inputs: [matrix(rows, width), matrix(vocabulary, width)],
      apply(hidden, weight) {
        const { logprobs, entropy } = ops.tokenLogprobs(hidden, weight, targets);
        return tf.add(logprobs, tf.mul(entropy, 0.01));
      },
    };
  },
  embedding({ rows, width, vocabulary }) {
    const ids = randomIds(rows, vocabulary);
    return { inputs: [matrix(vocabulary, width)], apply: (table) => ops.embedding(table, ids) };
  },
};

function randomIds(count: number, vocabulary: number): Int32Array {
  const random = createRandom(count);
  return Int32Array.from({ length: count }, () => random.int(vocabulary));
}

function adamwRun(rows: number, width: number): () => void {
  const [variable, m, v] = [0, 1, 2].map(() => tf.variable(tf.zeros([rows, width])));
  const gradient = matrix(rows, width);
  let step = 0;
  return () => {
    step++;
    const rule = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 };
    ops.adamwStep(variable, gradient, m, v, { ...rule, step });
  };
}
