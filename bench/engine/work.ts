/**
 * Our side of bench/engine: `tsx bench/engine/work.ts WORK JSON-OPTIONS` prints one JSON line. The
 * works and their options are those of torch_peer.py.
 */
import { readFileSync } from 'node:fs';
import * as ops from '../../src/tensor/index.js';
import { tf } from '../../src/tensor/index.js';
import { createRandom } from '../../src/algorithms/random.js';
import { createWeights, forward, rotaryTable, trainedVariables, type Shape } from './decoder.js';
import { kernelRun, randomTensor, type KernelOptions } from './kernels.js';

interface Options extends KernelOptions {
  backend?: ops.BackendName;
  threads: number;
  repeats: number;
  shape: Shape;
  batch: number;
  length: number;
  rank: number;
  prompt: number;
  new: number;
  dtype?: 'float32' | 'bf16';
  /** Of training: `autocast` rounds the operands of products to bfloat16. */
  precision?: 'float32' | 'autocast';
  m: number;
  k: number;
  n: number;
}

function timed(run: () => void, repeats: number, warmup = 2): number[] {
  for (let i = 0; i < warmup; i++) run();
  return Array.from({ length: repeats }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
}

const adamw = { learningRate: 1e-3, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1 };

function training(options: Options, adapter: boolean): number[] {
  const { shape, batch, length, dtype, rank } = options;
  const weights = createWeights(shape, adapter ? { dtype, rank } : {});
  const table = rotaryTable(shape.headDim, length);
  const tokens = batch * length;
  const random = createRandom(3);
  const ids = Int32Array.from({ length: tokens }, () => random.int(shape.vocabulary));
  const targets = Int32Array.from({ length: tokens }, () => random.int(shape.vocabulary));
  const segments = Int32Array.from({ length: batch + 1 }, (_, i) => i * length);
  const positions = ids.map((_, i) => i % length);
  const trained = trainedVariables(weights, adapter);
  const moments = trained.map((w) => [tf.variable(tf.zerosLike(w)), tf.variable(tf.zerosLike(w))]);
  let step = 0;
  const run = (): void => {
    step++;
    const { value, grads } = tf.variableGrads(() => {
      const hidden = forward(weights, table, ids, positions, (_, q, k, v) =>
        ops.causalAttention(q, k, v, segments, shape),
      );
      const { logprobs } = ops.tokenLogprobs(hidden, weights.head, targets);
      return tf.neg<tf.Scalar>(tf.mean<tf.Scalar>(logprobs));
    }, trained);
    trained.forEach((w, i) => {
      ops.adamwStep(w, grads[w.name], moments[i][0], moments[i][1], { ...adamw, step });
    });
    value.dataSync();
    tf.dispose([value, grads]);
  };
  return timed(run, options.repeats, adapter ? 1 : 2);
}

function sampling(options: Options): number[] {
  const { shape, batch, prompt, dtype } = options;
  const weights = createWeights(shape, { dtype });
  const maxLength = prompt + options.new;
  const table = rotaryTable(shape.headDim, maxLength);
  const random = createRandom(5);
  const prompts = Int32Array.from({ length: batch * prompt }, () => random.int(shape.vocabulary));
  const slots = Int32Array.from({ length: batch }, (_, i) => i);
  const settings = { temperature: 1, topK: 0, topP: 1, minP: 0 };
  const { layers, kvHeads, headDim } = shape;
  const run = (): void => {
    const cache = ops.createKvCache({ layers, slots: batch, maxLength, kvHeads, headDim });
    const decoder = ops.createDecoder(weights, cache, table, batch);
    const uniforms = (): Float32Array => Float32Array.from(slots, () => random.next());
    const promptSlots = prompts.map((_, i) => Math.floor(i / prompt));
    const promptPositions = prompts.map((_, i) => i % prompt);
    let ids = tf.tidy(() => {
      const hidden = forward(weights, table, prompts, promptPositions, (layer, q, k, v) =>
        ops.cachedAttention(q, k, v, cache, layer, promptSlots, promptPositions, shape),
      );
      const last = ops.embedding(
        hidden,
        slots.map((i) => (i + 1) * prompt - 1),
      );
      return ops.sampleTokens(last, weights.head, uniforms(), settings).ids;
    });
    for (let position = prompt; position < maxLength - 1; position++) {
      const positions = new Int32Array(batch).fill(position);
      ids =
        decoder === null
          ? singly(ids, positions)
          : decoder.step(ids, slots, positions, uniforms(), settings).ids;
    }
    cache.dispose();

    function singly(tokens: Int32Array, positions: Int32Array): Int32Array {
      return tf.tidy(() => {
        const hidden = forward(weights, table, tokens, positions, (layer, q, k, v) =>
          ops.cachedAttention(q, k, v, cache, layer, slots, positions, shape),
        );
        return ops.sampleTokens(hidden, weights.head, uniforms(), settings).ids;
      });
    }
  };
  return timed(run, options.repeats, 1);
}

function product({ m, k, n, dtype, repeats }: Options): number[] {
  const x = randomTensor([m, k]) as tf.Tensor2D;
  const weight =
    dtype === 'bf16'
      ? (ops.heldInBf16(new Uint16Array(n * k).fill(0x3c00), [n, k]) as tf.Tensor2D)
      : (randomTensor([n, k]) as tf.Tensor2D);
  return timed(() => ops.linear(x, weight).dispose(), repeats);
}

const works: Record<string, (options: Options) => number[]> = {
  training: (options) => training(options, false),
  lora: (options) => training(options, true),
  sampling,
  product,
  kernel: (options) => timed(kernelRun(options), options.repeats),
};

/** The most resident memory so far, in megabytes. */
function peakMegabytes(): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

const [work, json] = process.argv.slice(2);
const options = JSON.parse(json) as Options;
const rounds = options.precision === 'autocast' || options.dtype === 'bf16';
const choice = await ops.selectBackend(options.backend ?? 'native', {
  threads: options.threads,
  matmulPrecision: rounds ? 'bf16' : 'highest',
});
const milliseconds = works[work](options);
console.log(JSON.stringify({ milliseconds, peakMegabytes: peakMegabytes(), version: choice.name }));
