import type { tf } from '../../src/tensor/index.js';
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
  swiglu(2, 3),
  embedding(4, 3, 5),
  tokenLogprobs(3, 4, 5, 0.8),
];

/** Beyond blocks and vector widths, with remainders. */
export const largeCases: Case[] = [
  linear(1, 37, 19, { bias: true }),
  linear(70, 33, 65, { bias: true, rank: 3 }),
  linear(0, 8, 4, { bias: true, rank: 2 }),
  rmsNorm(1, 7),
  rmsNorm(300, 51),
  rmsNorm(0, 8),
  rotary(130, 3, 10),
  rotary(0, 2, 4),
  attention([1], 2, 2, 16),
  attention([33, 1, 0, 70, 16], 6, 2, 32),
  attention([50, 17], 3, 1, 20),
  attention([], 2, 1, 8),
  swiglu(17, 1003),
  swiglu(0, 8),
  embedding(11, 70, 400),
  embedding(5, 1, 9),
  embedding(5, 8, 0),
  tokenLogprobs(1, 8, 37),
  tokenLogprobs(600, 24, 1001, 0.7),
  tokenLogprobs(0, 8, 16),
];
