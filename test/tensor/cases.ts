import { createRandom } from '../../src/algorithms/random.js';
import {
  adamwStep,
  cachedAttention,
  createKvCache,
  sampleTokens,
  tf,
  type SampleTokensSettings,
} from '../../src/tensor/index.js';
import { integers, normal, rotaryTable, type Computation, type Values } from './support.js';

/** Computations and odd shapes that every implementation must agree on. */
export interface Case {
  title: string;
  inputs: Values[];
  compute: Computation;
}

type Matrix = tf.Tensor2D;
type Vector = tf.Tensor1D;

function linear(
  rows: number,
  width: number,
  out: number,
  options: { bias?: boolean; rank?: number } = {},
): Case {
  const { bias = false, rank = 0 } = options;
  const inputs = [normal('x', rows, width), normal('w', out, width)];
  if (bias) inputs.push(normal('bias', out));
  if (rank > 0) inputs.push(normal('a', rank, width), normal('b', out, rank));
  return {
    title: `linear ${rows}×${width}→${out}${bias ? ' with bias' : ''}${rank > 0 ? `, LoRA of rank ${rank}` : ''}`,
    inputs,
    compute(operations, [x, weight, ...rest]) {
      const added = bias ? (rest.shift() as Vector) : null;
      const lora = rank > 0 ? { a: rest[0] as Matrix, b: rest[1] as Matrix, scale: 1.5 } : null;
      return [operations.linear(x as Matrix, weight as Matrix, added, lora)];
    },
  };
}

function rmsNorm(rows: number, width: number): Case {
  return {
    title: `rmsNorm ${rows}×${width}`,
    inputs: [normal('x', rows, width), normal('w', width)],
    compute: (operations, [x, weight]) => [operations.rmsNorm(x as Matrix, weight as Vector, 1e-5)],
  };
}

function rotary(rows: number, heads: number, headDim: number): Case {
  const positions = integers('positions', rows, 20);
  const table = rotaryTable(headDim, 20);
  return {
    title: `rotary ${rows} rows of ${heads} heads of ${headDim}`,
    inputs: [normal('x', rows, heads * headDim)],
    compute: (operations, [x]) => [operations.rotary(x as Matrix, positions, table)],
  };
}

function attention(lengths: number[], heads: number, kvHeads: number, headDim: number): Case {
  const rows = lengths.reduce((a, b) => a + b, 0);
  const segments = Int32Array.from([
    0,
    ...lengths.map((_, i) => lengths.slice(0, i + 1).reduce((a, b) => a + b)),
  ]);
  return {
    title: `causalAttention of segments ${lengths.join(', ')}, ${heads} heads on ${kvHeads} of ${headDim}`,
    inputs: [
      normal('q', rows, heads * headDim),
      normal('k', rows, kvHeads * headDim),
      normal('v', rows, kvHeads * headDim),
    ],
    compute: (operations, [q, k, v]) => [
      operations.causalAttention(q as Matrix, k as Matrix, v as Matrix, segments, {
        heads,
        kvHeads,
        headDim,
      }),
    ],
  };
}

function swiglu(rows: number, width: number): Case {
  return {
    title: `swiglu ${rows}×${width}`,
    inputs: [normal('gate', rows, width), normal('up', rows, width)],
    compute: (operations, [gate, up]) => [operations.swiglu(gate as Matrix, up as Matrix)],
  };
}

function embedding(vocabulary: number, width: number, rows: number): Case {
  const ids = integers('ids', rows, vocabulary);
  return {
    title: `embedding of ${rows} ids in ${vocabulary}×${width}`,
    inputs: [normal('table', vocabulary, width)],
    compute: (operations, [weight]) => [operations.embedding(weight as Matrix, ids)],
  };
}

function tokenLogprobs(rows: number, width: number, vocabulary: number, temperature = 1): Case {
  const targets = integers('targets', rows, vocabulary);
  return {
    title: `tokenLogprobs ${rows}×${width} over ${vocabulary} at temperature ${temperature}`,
    inputs: [normal('hidden', rows, width), normal('w', vocabulary, width)],
    compute(operations, [hidden, weight]) {
      const both = operations.tokenLogprobs(
        hidden as Matrix,
        weight as Matrix,
        targets,
        temperature,
      );
      return [both.logprobs, both.entropy];
    },
  };
}

/** Small enough for finite differences. */
export const smallCases: Case[] = [
  linear(1, 3, 2),
  linear(3, 4, 2, { bias: true }),
  linear(3, 4, 5, { bias: true, rank: 2 }),
  rmsNorm(3, 5),
  rotary(3, 2, 4),
  attention([1, 3], 4, 2, 2),
  attention([3], 7, 1, 2),
  swiglu(2, 3),
  embedding(4, 3, 5),
  tokenLogprobs(3, 4, 5, 0.8),
];

/** Beyond blocks and vector widths, with remainders, single rows and none. */
export const largeCases: Case[] = [
  linear(1, 37, 19, { bias: true }),
  linear(33, 24, 50),
  linear(70, 33, 65, { bias: true, rank: 3 }),
  linear(1, 24, 37, { rank: 1 }),
  linear(0, 8, 4),
  linear(0, 40, 50, { bias: true, rank: 2 }),
  rmsNorm(1, 7),
  rmsNorm(33, 24),
  rmsNorm(300, 51),
  rmsNorm(0, 8),
  rotary(1, 7, 24),
  rotary(130, 3, 10),
  rotary(0, 2, 4),
  attention([1], 2, 2, 16),
  attention([1], 7, 1, 24),
  attention([33, 1, 0, 70, 16], 6, 2, 32),
  attention([50, 17], 3, 1, 20),
  attention([37], 3, 3, 24),
  attention([5, 66], 4, 2, 24),
  attention([40, 19], 14, 2, 24),
  attention([], 2, 1, 8),
  swiglu(1, 1),
  swiglu(17, 1003),
  swiglu(0, 8),
  embedding(11, 70, 400),
  embedding(5, 1, 9),
  embedding(90, 24, 1),
  embedding(200, 8, 0),
  tokenLogprobs(1, 8, 37),
  tokenLogprobs(2, 8, 2),
  tokenLogprobs(33, 24, 50, 1.3),
  tokenLogprobs(600, 24, 1001, 0.7),
  tokenLogprobs(0, 24, 100),
];

/** What has no gradient: `run` gives its outputs on the current backend. */
export interface PlainCase {
  title: string;
  run(): (Float32Array | Int32Array)[];
}

/** A prompt of each length in a slot of its own, then one more token for all, then nothing. */
function cached(lengths: number[], heads: number, kvHeads: number, headDim: number): PlainCase {
  const dims = { heads, kvHeads, headDim };
  const rowsOf = (name: string, rows: number, count: number): tf.Tensor2D =>
    tf.tensor2d(normal(name, rows, count * headDim).values, [rows, count * headDim]);
  return {
    title: `cachedAttention of prompts ${lengths.join(', ')}, ${heads} heads on ${kvHeads} of ${headDim}`,
    run() {
      const maxLength = Math.max(...lengths) + 1;
      const slots = lengths.length;
      const cache = createKvCache({ layers: 1, slots, maxLength, kvHeads, headDim });
      const prompts = lengths.flatMap((length, slot) =>
        Array.from({ length }, (_, position) => [slot, position]),
      );
      const outputs = [prompts, lengths.map((length, slot) => [slot, length]), []].map(
        (rows, call) =>
          cachedAttention(
            rowsOf(`q${call}`, rows.length, heads),
            rowsOf(`k${call}`, rows.length, kvHeads),
            rowsOf(`v${call}`, rows.length, kvHeads),
            cache,
            0,
            Int32Array.from(rows, ([slot]) => slot),
            Int32Array.from(rows, ([, position]) => position),
            dims,
          ).dataSync<'float32'>(),
      );
      cache.dispose();
      return outputs;
    },
  };
}

function sampled(
  rows: number,
  width: number,
  vocabulary: number,
  changes: Partial<SampleTokensSettings> = {},
): PlainCase {
  const settings = { temperature: 1, topK: 0, topP: 1, minP: 0, ...changes };
  return {
    title: `sampleTokens ${rows}×${width} over ${vocabulary} with ${JSON.stringify(changes)}`,
    run() {
      const hidden = tf.tensor2d(normal('hidden', rows, width).values, [rows, width]);
      const weight = tf.tensor2d(normal('w', vocabulary, width).values, [vocabulary, width]);
      const random = createRandom('uniforms');
      const uniforms = Float32Array.from({ length: rows }, () => random.next());
      const drawn = sampleTokens(hidden, weight, uniforms, settings);
      return [drawn.ids, drawn.logprobs, drawn.plainLogprobs];
    },
  };
}

function adamw(...shape: number[]): PlainCase {
  return {
    title: `adamwStep of [${shape.join(', ')}], three times`,
    run() {
      const start = tf.tensor(normal('p', ...shape).values, shape);
      const [p, m, v] = [start, tf.zeros(shape), tf.zeros(shape)].map((x) => tf.variable(x));
      for (let step = 1; step <= 3; step++) {
        adamwStep(p, tf.tensor(normal(`g${step}`, ...shape).values, shape), m, v, {
          learningRate: 0.01,
          beta1: 0.9,
          beta2: 0.95,
          epsilon: 0.01, // large enough to be seen
          weightDecay: 0.1,
          step,
        });
      }
      return [p, m, v].map((x) => x.dataSync<'float32'>());
    },
  };
}

export const plainCases: PlainCase[] = [
  cached([1], 1, 1, 24),
  cached([37], 3, 3, 24),
  cached([5, 33, 16], 4, 2, 24),
  cached([19, 1], 14, 2, 20),
  cached([17, 40], 7, 1, 2),
  sampled(1, 24, 37),
  sampled(3, 8, 1),
  sampled(70, 17, 301, { temperature: 0 }),
  sampled(33, 24, 50, { temperature: 0.7, topK: 20 }),
  sampled(65, 24, 1001, { temperature: 1.3, topK: 50, topP: 0.8, minP: 0.05 }),
  sampled(0, 24, 37),
  adamw(1),
  adamw(37, 65),
  adamw(70_001),
  adamw(0, 8),
];
