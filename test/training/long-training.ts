/**
 * A program: `long-training.ts STEPS SHAPES` trains a tiny policy on the native backend, SFT steps
 * on batches of SHAPES different sizes and in between sampling and GRPO steps, and prints what it
 * holds every fifth step, once JavaScript's garbage is gone, as JSON.
 */
import { createRandom } from '../../src/algorithms/index.js';
import type { TokenSequence } from '../../src/policy/index.js';
import { selectBackend, tf } from '../../src/tensor/index.js';
import { nativeBackend } from '../../src/tensor/native/backend.js';
import { createOptimizer, grpoStep, sftStep } from '../../src/training/index.js';
import type { Held } from './held-memory.js';
import { prefersLowIds, tinyPolicy, tinyRollouts } from './tiny-policy.js';

/**
 * A few or many sequences of any length: hardly two batches have the same number of tokens. The
 * first is the largest, so that the pool holds from then on what tensors need.
 */
function batch(which: number): TokenSequence[] {
  const random = createRandom(`batch ${which}`);
  const upTo = (limit: number): number => (which === 1 ? limit : 1 + random.int(limit));
  const ids = (length: number): number[] => Array.from({ length }, () => random.int(256));
  return Array.from({ length: upTo(24) }, () => ({
    promptIds: ids(upTo(12)),
    completionIds: ids(upTo(44)),
  }));
}

await selectBackend('native', { threads: 2 });
const [steps, shapes] = process.argv.slice(2).map(Number);
const collect = (globalThis as { gc?: () => void }).gc;
if (collect === undefined) throw new Error('expected node --expose-gc');

const whole = await tinyPolicy(1);
const adapted = await tinyPolicy(2, { adapter: true });
const optimizers = [whole, adapted].map((policy) =>
  createOptimizer(policy, { learningRate: 1e-3 }),
);
const held: Held[] = [];
for (let step = 1; step <= steps; step++) {
  await sftStep(whole, optimizers[0], batch(1 + ((step - 1) % shapes)));
  if (step % 10 === 0) {
    const rollouts = await tinyRollouts(adapted, prefersLowIds(), { step, seed: 1 });
    await grpoStep(adapted, optimizers[1], rollouts, { beta: 0.1, perDeviceTrainBatchSize: 12 });
  }
  if (step % 5 > 0) continue;
  collect();
  held.push({
    step,
    residentMiB: process.memoryUsage.rss() / 2 ** 20,
    poolMiB: nativeBackend().pool.idleBytes() / 2 ** 20,
    tensors: tf.memory().numTensors,
  });
}
console.log(JSON.stringify(held));
