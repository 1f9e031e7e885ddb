/** What bench/engine measures: each work with its arithmetic, its least memory traffic and its target. */
import type { Shape } from './decoder.js';

export interface Case {
  id: string;
  title: string;
  /** The name of the work in work.ts and torch_peer.py. */
  work: 'training' | 'lora' | 'sampling' | 'product' | 'kernel';
  options: Record<string, unknown>;
  /** Products are bfloat16's: the roofline is another. */
  bf16: boolean;
  /** Multiplications and additions of one run. */
  flops: number;
  /** Bytes that must come from or go to memory in one run; 0 where all of it fits a cache. */
  bytes: number;
  /** Tokens of one run, where the work is counted in tokens. */
  tokens?: number;
  /** Of ours to torch's on the same options, and to torch's float32 where this is bf16. */
  target?: { ratio?: number; toFloat32?: number; memory?: number };
  /** Backends of tfjs's own to measure too, with the ratio to reach. */
  others?: { backend: 'tensorflow' | 'wasm'; target?: number; options?: Record<string, unknown> }[];
}

/** A small decoder: 4.5 million parameters. */
const small: Shape = {
  hidden: 256,
  layers: 6,
  heads: 8,
  kvHeads: 4,
  headDim: 32,
  intermediate: 688,
  vocabulary: 512,
};

const qwen: Shape = {
  hidden: 896,
  layers: 24,
  heads: 14,
  kvHeads: 2,
  headDim: 64,
  intermediate: 4864,
  vocabulary: 151_936,
  bias: true,
};

/** The shipped policy for C++: data/policies/cpp-tiny. */
const shipped: Shape = {
  hidden: 256,
  layers: 4,
  heads: 8,
  kvHeads: 4,
  headDim: 32,
  intermediate: 576,
  vocabulary: 1024,
  bias: true,
};

function layerWeights({ hidden, heads, kvHeads, headDim, intermediate, layers }: Shape): number {
  const attention = hidden * headDim * (2 * heads + 2 * kvHeads);
  return layers * (attention + 3 * hidden * intermediate);
}

/** Forward pass of causal attention: two products over half of the pairs. */
function attentionFlops({ heads, headDim, layers }: Shape, rows: number, length: number): number {
  return 2 * rows * length * heads * headDim * layers;
}

function training(shape: Shape, batch: number, length: number): Pick<Case, 'flops' | 'bytes'> {
  const rows = batch * length;
  const weights = layerWeights(shape) + shape.hidden * shape.vocabulary;
  return {
    flops: 6 * weights * rows + 3.5 * attentionFlops(shape, rows, length),
    // Each weight forward and backward, its gradient written and read, three tensors of AdamW.
    bytes: 4 * weights * (2 + 2 + 6),
  };
}

function lora(shape: Shape, batch: number, length: number, bytesEach: number) {
  const rows = batch * length;
  const weights = layerWeights(shape) + shape.hidden * shape.vocabulary;
  return {
    flops: 4 * weights * rows + 3.5 * attentionFlops(shape, rows, length),
    bytes: 2 * bytesEach * weights,
  };
}

function sampling(shape: Shape, batch: number, prompt: number, fresh: number, bytesEach: number) {
  const layers = layerWeights(shape);
  const head = shape.hidden * shape.vocabulary;
  const held = bytesEach * (layers + head);
  const cached = held < 24 * 2 ** 20;
  return {
    flops: 2 * batch * (layers * (prompt + fresh - 1) + head * fresh),
    bytes: cached ? 0 : held * fresh,
    tokens: batch * fresh,
  };
}

const smallSteps = { shape: small, batch: 32, length: 128 };
const qwenSteps = { shape: qwen, batch: 4, length: 128, rank: 16, repeats: 5 };

const steps: Case[] = [
  {
    id: 'training',
    title: 'training step, 4.5 M, 32 × 128, float32',
    work: 'training',
    options: { ...smallSteps, precision: 'float32', repeats: 9 },
    bf16: false,
    ...training(small, 32, 128),
    tokens: 4096,
    target: { ratio: 2 },
    others: [
      { backend: 'tensorflow', target: 3 },
      { backend: 'wasm', target: 50, options: { batch: 4, repeats: 1 } },
    ],
  },
  {
    id: 'training-bf16',
    title: 'the same, bf16 products',
    work: 'training',
    options: { ...smallSteps, precision: 'autocast', repeats: 9 },
    bf16: true,
    ...training(small, 32, 128),
    tokens: 4096,
    target: { ratio: 1.5, toFloat32: 3.5 },
  },
  {
    id: 'lora',
    title: 'LoRA step r = 16 (q, v), 0.5 B, 4 × 128, float32',
    work: 'lora',
    options: { ...qwenSteps, dtype: 'float32' },
    bf16: false,
    ...lora(qwen, 4, 128, 4),
    tokens: 512,
    target: { ratio: 2, memory: 0.75 },
  },
  {
    id: 'lora-bf16',
    title: 'the same, weights and products in bf16',
    work: 'lora',
    options: { ...qwenSteps, dtype: 'bf16' },
    bf16: true,
    ...lora(qwen, 4, 128, 2),
    tokens: 512,
    target: { ratio: 1.6, memory: 0.85 },
  },
  {
    id: 'sampling',
    title: 'sampling, 4.5 M, batch 16, 128 new',
    work: 'sampling',
    options: { shape: small, batch: 16, prompt: 16, new: 128, repeats: 9 },
    bf16: false,
    ...sampling(small, 16, 16, 128, 4),
    target: { ratio: 4 },
  },
  {
    id: 'sampling-shipped',
    title: 'sampling, shape of data/policies/cpp-tiny, batch 16, 128 new',
    work: 'sampling',
    options: { shape: shipped, batch: 16, prompt: 16, new: 128, repeats: 9 },
    bf16: false,
    ...sampling(shipped, 16, 16, 128, 4),
  },
  {
    id: 'sampling-qwen-16',
    title: 'sampling, 0.5 B, bf16, batch 16, 32 new',
    work: 'sampling',
    options: { shape: qwen, batch: 16, prompt: 16, new: 32, dtype: 'bf16', repeats: 5 },
    bf16: true,
    ...sampling(qwen, 16, 16, 32, 2),
    target: { ratio: 3 },
  },
  {
    id: 'sampling-qwen-1',
    title: 'sampling, 0.5 B, bf16, batch 1, 32 new',
    work: 'sampling',
    options: { shape: qwen, batch: 1, prompt: 16, new: 32, dtype: 'bf16', repeats: 5 },
    bf16: true,
    ...sampling(qwen, 1, 16, 32, 2),
    target: { ratio: 2 },
  },
];

const products: Case[] = (
  [
    [4096, 256, 256],
    [4096, 256, 688],
    [4096, 688, 256],
    [512, 896, 896],
    [512, 896, 4864],
    [512, 4864, 896],
  ] as const
).flatMap(([m, k, n]) =>
  (['float32', 'bf16'] as const).map((dtype): Case => ({
    id: `product-${m}x${k}x${n}-${dtype}`,
    title: `product ${m} × ${k} × ${n}, ${dtype === 'bf16' ? 'bf16 weights' : dtype}`,
    work: 'product',
    options: { m, k, n, dtype, repeats: 21 },
    bf16: dtype === 'bf16',
    flops: 2 * m * k * n,
    bytes: 0,
    ...(dtype === 'float32' ? { others: [{ backend: 'tensorflow' as const }] } : {}),
  })),
);

/** Forward and backward; bytes: what is read and written once, in float32. */
function kernelCase(
  name: string,
  title: string,
  options: Record<string, number>,
  flops: number,
  floats: number,
): Case {
  return {
    id: `kernel-${name}-${Object.values(options).join('x')}`,
    title,
    work: 'kernel',
    options: { name, ...options, repeats: flops > 1e11 ? 5 : 21 },
    bf16: false,
    flops,
    bytes: 4 * floats,
  };
}

function attentionCase(batch: number, length: number, shape: Shape): Case {
  const { heads, kvHeads, headDim } = shape;
  const rows = batch * length;
  const flops = 3.5 * attentionFlops({ ...shape, layers: 1 }, rows, length);
  const title = `causal attention, ${batch} × ${length}, ${heads} / ${kvHeads} heads of ${headDim}`;
  return kernelCase('causalAttention', title, { rows, length, heads, kvHeads, headDim }, flops, 0);
}

const kernels: Case[] = [
  kernelCase(
    'linear',
    'linear, 4,096 × 256 → 688',
    { rows: 4096, width: 256, out: 688 },
    6 * 4096 * 256 * 688,
    0,
  ),
  kernelCase(
    'rmsNorm',
    'RMSNorm, 4,096 × 256',
    { rows: 4096, width: 256 },
    10 * 4096 * 256,
    5 * 4096 * 256,
  ),
  kernelCase(
    'rotary',
    'rotary embedding, 4,096 × 8 heads of 32',
    { rows: 4096, heads: 8, headDim: 32, length: 128 },
    6 * 4096 * 256,
    4 * 4096 * 256,
  ),
  kernelCase(
    'swiglu',
    'SwiGLU, 4,096 × 688',
    { rows: 4096, width: 688 },
    30 * 4096 * 688,
    8 * 4096 * 688,
  ),
  attentionCase(32, 128, small),
  attentionCase(4, 128, qwen),
  attentionCase(1, 2048, qwen),
  kernelCase(
    'tokenLogprobs',
    'token log-probabilities, 4,096 × 256, vocabulary 512',
    { rows: 4096, width: 256, vocabulary: 512 },
    6 * 4096 * 256 * 512,
    0,
  ),
  kernelCase(
    'tokenLogprobs',
    'token log-probabilities, 512 × 896, vocabulary 151,936',
    { rows: 512, width: 896, vocabulary: 151_936 },
    6 * 512 * 896 * 151_936,
    3 * 896 * 151_936,
  ),
  kernelCase(
    'embedding',
    'embedding, 4,096 × 256, vocabulary 512',
    { rows: 4096, width: 256, vocabulary: 512 },
    0,
    4 * 4096 * 256,
  ),
  kernelCase('adamw', 'AdamW, 4.5 M parameters', { rows: 4500, width: 1000 }, 0, 7 * 4_500_000),
];

export const cases: readonly Case[] = [...steps, ...products, ...kernels];
