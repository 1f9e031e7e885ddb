// How much of a GRPO gradient is signal? Gradients of independent batches at the same weights share
// their signal and nothing else, so their mean cosine estimates |signal|² / (|signal|² + |noise|²).
//   npm run bench -- gradient-signal [config.yaml] [section.key=value ...]
// Prints that share for the whole gradient and for each kind of weight, all weights trained.
import { loadConfig } from '../src/experiments/index.js';
import { problemsOfStep } from '../src/experiments/methods/feedback.js';
import { withAdvantages } from '../src/experiments/methods/grpo.js';
import {
  openWorkplace,
  requiredJudge,
  trainingSampling,
} from '../src/experiments/workplace/index.js';
import { collectRollouts } from '../src/rollouts/index.js';
import type { Optimizer } from '../src/training/index.js';
import { grpoStep } from '../src/training/index.js';

const batches = 4;
const [file = 'configs/tour.yaml', ...set] = process.argv.slice(2);
const config = await loadConfig(file, {
  set: [
    'policy.use_peft=false',
    'policy.lora_modules_to_save=[]',
    'grpo.beta=0',
    'grpo.prompts_per_step=32',
    'task.train_problems=128',
    ...set,
  ],
});
const { grpo, run } = config;
const place = await openWorkplace(config, 'grpo');
const gradients: Map<string, Float32Array>[] = [];
try {
  for (let batch = 1; batch <= batches; batch++) {
    const scored = await collectRollouts({
      policy: place.policy,
      problems: problemsOfStep(place.trainProblems, batch, grpo.prompts_per_step, run.seed),
      settings: trainingSampling(place),
      numGenerations: grpo.num_generations,
      judge: requiredJudge(place),
      rewards: place.rewards,
      run: 'gradient-signal',
      step: batch,
      seed: run.seed,
    });
    const rollouts = withAdvantages(place, scored, batch);
    const kept = new Map<string, Float32Array>();
    // Keeps the gradient and leaves the weights where they are.
    const collector: Optimizer = {
      ...place.optimizer,
      settings: place.optimizer.settings,
      step: 0,
      update(all) {
        for (const [weight, gradient] of all) {
          kept.set(weight, Float32Array.from(gradient.dataSync<'float32'>()));
          gradient.dispose();
        }
        return 0;
      },
    };
    await grpoStep(place.policy, collector, rollouts, { lossType: grpo.loss_type });
    gradients.push(kept);
    console.log(`batch ${batch}/${batches}: ${rollouts.length} rollouts`);
  }
} finally {
  await place.close();
}

const kinds = new Map<string, { shared: number; square: number; numbers: number }>();
for (const weight of gradients[0].keys()) {
  const kind = weight.replace(/^model\.(layers\.(\d+)\.)?/, (_, layer, n) =>
    layer === undefined ? '' : `layer ${n} `,
  );
  for (const key of ['all weights', kind.replace(/\.weight$/, '')]) {
    const sum = kinds.get(key) ?? { shared: 0, square: 0, numbers: 0 };
    kinds.set(key, sum);
    const values = gradients.map((gradient) => gradient.get(weight)!);
    sum.numbers += values[0].length;
    values.forEach((a, i) => {
      sum.square += dot(a, a) / batches;
      for (const b of values.slice(i + 1))
        sum.shared += dot(a, b) / ((batches * (batches - 1)) / 2);
    });
  }
}
const width = Math.max(...[...kinds.keys()].map(({ length }) => length));
console.log(`\n${'weights'.padEnd(width)}   numbers   |gradient|   signal, % of its square`);
const rows = [...kinds].map(([kind, sum]) => ({ kind, ...sum, share: sum.shared / sum.square }));
rows.sort((a, b) => b.share - a.share);
for (const { kind, numbers, square, share } of rows)
  console.log(
    `${kind.padEnd(width)} ${String(numbers).padStart(9)} ${Math.sqrt(square).toFixed(4).padStart(12)} ${(100 * share).toFixed(1).padStart(9)}`,
  );

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}
