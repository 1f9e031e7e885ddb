/** The measured process: `tsx bench/large-policy/work.ts JSON-OPTIONS` prints one JSON line. */
import { attachAdapter, loadPolicy } from '../../src/policy/index.js';
import type { Problem, SamplingSettings } from '../../src/records.js';
import { sampleRollouts } from '../../src/rollouts/index.js';
import { selectBackend } from '../../src/tensor/index.js';
import { createOptimizer, grpoStep } from '../../src/training/index.js';
import { startStages } from './memory.js';

interface Options {
  folder: string;
  held: 'bfloat16' | 'float32';
  checkpointing: boolean;
}

const { folder, held, checkpointing } = JSON.parse(process.argv[2]) as Options;
const clock = await startStages();
await selectBackend('native');
clock.end('libraries');

const policy = await loadPolicy(folder, { dtype: held });
clock.end('load');

attachAdapter(policy, { r: 16, loraAlpha: 32, targetModules: 'all-linear', seed: 1 });
const optimizer = createOptimizer(policy, { learningRate: 1e-5 });
clock.end('attach LoRA r = 16 to all linear layers');

const problem: Problem = {
  id: 'sum',
  task: 'bench',
  split: 'train',
  language: 'cpp',
  prompt:
    '// Returns the sum of the even numbers in `values`, and 0 where there is none.\nint sumEven(const std::vector<int>& values) {\n',
  columns: {},
};
const settings: SamplingSettings = {
  temperature: 1,
  topK: 0,
  topP: 1,
  minP: 0,
  maxNewTokens: 32,
  stop: [],
  seed: 1,
};
const sampled = await sampleRollouts({
  policy,
  problems: [problem],
  settings,
  numGenerations: 4,
  run: 'bench',
  step: 0,
  seed: 1,
});
clock.end('sample 4 × 32 tokens');

const scored = sampled.map((rollout, i) => ({ ...rollout, reward: i % 2 }));
const metrics = await grpoStep(policy, optimizer, scored, {
  beta: 0.04,
  perDeviceTrainBatchSize: 4,
  gradientCheckpointing: checkpointing,
});
clock.end('GRPO step on them, with the reference');
if (!Number.isFinite(metrics.grad_norm) || metrics.grad_norm === 0) {
  throw new Error(`large-policy: the step had a gradient norm of ${metrics.grad_norm}.`);
}
console.log(JSON.stringify(clock.stages));
process.exit(0);
