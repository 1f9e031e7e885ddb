/**
 * How fast the current backend trains and samples a small decoder:
 *   npx tsx bench/engine.ts [backend] [--hidden 192] [--layers 6] [--tokens 8192] [--steps 3]
 */
import { parseArgs } from 'node:util';
import * as ops from '../src/tensor/index.js';
import { tf } from '../src/tensor/index.js';
import { createRandom } from '../src/algorithms/random.js';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    hidden: { type: 'string', default: '192' },
    layers: { type: 'string', default: '6' },
    heads: { type: 'string', default: '6' },
    kvHeads: { type: 'string', default: '2' },
    intermediate: { type: 'string', default: '512' },
    vocabulary: { type: 'string', default: '1024' },
    tokens: { type: 'string', default: '8192' },
    length: { type: 'string', default: '128' },
    rows: { type: 'string', default: '64' },
    steps: { type: 'string', default: '3' },
    profile: { type: 'boolean', default: false },
  },
});

interface Shape {
  hidden: number;
  layers: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  intermediate: number;
  vocabulary: number;
}

const shape: Shape = {
  hidden: Number(values.hidden),
  layers: Number(values.layers),
  heads: Number(values.heads),
  kvHeads: Number(values.kvHeads),
  headDim: Number(values.hidden) / Number(values.heads),
  intermediate: Number(values.intermediate),
  vocabulary: Number(values.vocabulary),
};

type Matrix = tf.Tensor2D;
type Attend = (layer: number, q: Matrix, k: Matrix, v: Matrix) => Matrix;

function createWeights({ hidden, layers, kvHeads, headDim, intermediate, vocabulary }: Shape) {
  const random = createRandom(7);
  const make = (rows: number, columns: number) =>
    tf.tidy(() =>
      tf.variable(
        tf.tensor2d(
          Float32Array.from({ length: rows * columns }, () => random.normal() * 0.05),
          [rows, columns],
        ),
      ),
    );
  const ones = () =>
    tf.tidy(() => tf.variable(tf.ones([hidden]) as ReturnType<typeof tf.tensor1d>));
  const kv = kvHeads * headDim;
  return {
    embed: make(vocabulary, hidden),
    norm: ones(),
    layers: Array.from({ length: layers }, () => ({
      norm1: ones(),
      norm2: ones(),
      q: make(hidden, hidden),
      k: make(kv, hidden),
      v: make(kv, hidden),
      o: make(hidden, hidden),
      gate: make(intermediate, hidden),
      up: make(intermediate, hidden),
      down: make(hidden, intermediate),
    })),
  };
}

function rotaryTable(headDim: number, maxPositions: number): ops.RotaryTable {
  const half = headDim / 2;
  const angle = (i: number) => Math.floor(i / half) / 10000 ** ((i % half) / half);
  const fill = (f: (x: number) => number) =>
    Float32Array.from({ length: maxPositions * half }, (_, i) => f(angle(i)));
  return { cos: fill(Math.cos), sin: fill(Math.sin), headDim, maxPositions };
}

/** Time inside each native kernel, by wrapping the addon's functions. */
const kernelTimes = new Map<string, { ms: number; calls: number }>();
if (values.profile) {
  const { loadAddon } = await import('../src/tensor/native/addon.js');
  const addon = loadAddon() as unknown as Record<string, (...args: unknown[]) => unknown>;
  for (const [name, kernel] of Object.entries(addon)) {
    addon[name] = (...args) => {
      const start = performance.now();
      const result = kernel(...args);
      const entry = kernelTimes.get(name) ?? { ms: 0, calls: 0 };
      entry.ms += performance.now() - start;
      entry.calls++;
      kernelTimes.set(name, entry);
      return result;
    };
  }
}

/** User and system time of all threads: what remains comparable on a busy machine. */
function cpuMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

function printProfile(title: string, per: number): void {
  if (!values.profile) return;
  const rows = [...kernelTimes].sort((a, b) => b[1].ms - a[1].ms);
  console.log(`${title}: milliseconds and calls of each kernel`);
  for (const [name, { ms, calls }] of rows) {
    console.log(
      `  ${name.padEnd(24)} ${(ms / per).toFixed(2).padStart(9)} ${(calls / per).toFixed(0).padStart(6)}`,
    );
  }
  kernelTimes.clear();
}

const choice = await ops.selectBackend((positionals[0] ?? 'auto') as ops.BackendName);
console.log(choice.reason);
const weights = createWeights(shape);
const table = rotaryTable(shape.headDim, 1024);

function forward(ids: Int32Array, positions: Int32Array, attend: Attend): Matrix {
  return tf.tidy(() => {
    let x = ops.embedding(weights.embed, ids);
    weights.layers.forEach((w, layer) => {
      const h = ops.rmsNorm(x, w.norm1, 1e-6);
      const q = ops.rotary(ops.linear(h, w.q), positions, table);
      const k = ops.rotary(ops.linear(h, w.k), positions, table);
      x = tf.add(x, ops.linear(attend(layer, q, k, ops.linear(h, w.v)), w.o));
      const g = ops.rmsNorm(x, w.norm2, 1e-6);
      x = tf.add(x, ops.linear(ops.swiglu(ops.linear(g, w.gate), ops.linear(g, w.up)), w.down));
    });
    return ops.rmsNorm(x, weights.norm, 1e-6);
  });
}

function train(): void {
  const tokens = Number(values.tokens);
  const length = Number(values.length);
  const random = createRandom(3);
  const ids = Int32Array.from({ length: tokens }, () => random.int(shape.vocabulary));
  const targets = Int32Array.from({ length: tokens }, () => random.int(shape.vocabulary));
  const segments = Int32Array.from({ length: Math.ceil(tokens / length) + 1 }, (_, i) =>
    Math.min(tokens, i * length),
  );
  const positions = ids.map((_, i) => i % length);
  const all = [weights.embed, weights.norm, ...weights.layers.flatMap((w) => Object.values(w))];
  const moments = all.map((w) => [tf.variable(tf.zerosLike(w)), tf.variable(tf.zerosLike(w))]);
  const times: number[] = [];
  const cpu: number[] = [];
  for (let step = 1; step <= Number(values.steps); step++) {
    const start = performance.now();
    const cpuStart = process.cpuUsage();
    const { value, grads } = tf.variableGrads(() => {
      const hidden = forward(ids, positions, (_, q, k, v) =>
        ops.causalAttention(q, k, v, segments, shape),
      );
      return tf.neg<tf.Scalar>(
        tf.mean<tf.Scalar>(ops.tokenLogprobs(hidden, weights.embed, targets).logprobs),
      );
    }, all);
    const gradients = all.map((w) => grads[w.name]);
    const norm = ops.globalNorm(gradients);
    all.forEach((w, i) => {
      const settings = {
        learningRate: 1e-3,
        beta1: 0.9,
        beta2: 0.95,
        epsilon: 1e-8,
        weightDecay: 0.1,
        step,
      };
      ops.adamwStep(w, gradients[i], moments[i][0], moments[i][1], settings);
    });
    times.push(performance.now() - start);
    cpu.push(cpuMs(cpuStart));
    console.log(
      `step ${step}: loss ${value.dataSync()[0].toFixed(4)}, norm ${norm.toFixed(3)}, ${times[step - 1].toFixed(0)} ms, ${tf.memory().numTensors} tensors`,
    );
    tf.dispose([value, gradients]);
  }
  printProfile('one training step (mean)', times.length);
  const best = Math.min(...times);
  console.log(
    `train: ${((tokens / best) * 1000).toFixed(0)} tokens/s (${best.toFixed(0)} ms for ${tokens} tokens; processor time ${Math.min(...cpu).toFixed(0)} ms)`,
  );
}

function sample(): void {
  const rows = Number(values.rows);
  const random = createRandom(5);
  const maxLength = 256;
  const cache = ops.createKvCache({
    layers: shape.layers,
    slots: rows,
    maxLength,
    kvHeads: shape.kvHeads,
    headDim: shape.headDim,
  });
  const slots = Int32Array.from({ length: rows }, (_, i) => i);
  let ids: Int32Array = Int32Array.from({ length: rows }, () => random.int(shape.vocabulary));
  const start = performance.now();
  const cpuStart = process.cpuUsage();
  for (let position = 0; position < maxLength; position++) {
    const positions = new Int32Array(rows).fill(position);
    ids = tf.tidy(() => {
      const hidden = forward(ids, positions, (layer, q, k, v) =>
        ops.cachedAttention(q, k, v, cache, layer, slots, positions, shape),
      );
      const uniforms = Float32Array.from({ length: rows }, () => random.next());
      return ops.sampleTokens(hidden, weights.embed, uniforms, {
        temperature: 1,
        topK: 0,
        topP: 1,
        minP: 0,
      }).ids;
    });
  }
  const elapsed = performance.now() - start;
  printProfile('one sampling step (mean)', maxLength);
  console.log(
    `sample: ${(((rows * maxLength) / elapsed) * 1000).toFixed(0)} tokens/s, ${(elapsed / maxLength).toFixed(2)} ms a step of ${rows} rows; processor time ${(cpuMs(cpuStart) / maxLength).toFixed(2)} ms`,
  );
}

train();
sample();
