/**
 * A program: `peak-memory.ts OPERATION ROWS` prints by how many MiB one forward and backward pass
 * raised the peak of this process's memory. Linux only: the kernel keeps the peak, and forgets it on request.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { causalAttention, selectBackend, tf, tokenLogprobs } from '../../src/tensor/index.js';

const passes: Record<string, (rows: number) => tf.Tensor[]> = {
  tokenLogprobs(rows) {
    const vocabulary = 32_768;
    const targets = Int32Array.from({ length: rows }, (_, i) => (i * 7919) % vocabulary);
    return tf.grads((hidden, weight) => {
      const both = tokenLogprobs(hidden as tf.Tensor2D, weight as tf.Tensor2D, targets);
      return tf.sum(tf.add(both.logprobs, both.entropy));
    })([waves(rows, 32), waves(vocabulary, 32)]);
  },
  causalAttention(rows) {
    const dims = { heads: 2, kvHeads: 1, headDim: 32 };
    return tf.grads((q, k, v) => {
      const inputs = [q, k, v] as tf.Tensor2D[];
      return tf.sum(causalAttention(inputs[0], inputs[1], inputs[2], Int32Array.of(0, rows), dims));
    })([waves(rows, 64), waves(rows, 32), waves(rows, 32)]);
  },
};

function waves(rows: number, width: number): tf.Tensor2D {
  const values = new Float32Array(rows * width);
  for (let i = 0; i < values.length; i++) values[i] = Math.sin(i);
  return tf.tensor2d(values, [rows, width]);
}

function memoryMiB(field: 'VmHWM' | 'VmRSS'): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  const found = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status);
  return Number(found?.[1]) / 1024;
}

await selectBackend('native', { threads: 2 });
const [operation, rows] = process.argv.slice(2);
tf.tidy(() => passes[operation](64)); // loads libraries, starts threads
const before = memoryMiB('VmRSS');
writeFileSync('/proc/self/clear_refs', '5'); // the peak so far is of loading programs
tf.tidy(() => passes[operation](Number(rows)));
console.log(memoryMiB('VmHWM') - before);
