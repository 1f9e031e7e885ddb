import { beforeAll, describe, expect } from 'vitest';
import { createRandom } from '../../src/algorithms/index.js';
import { createOptimizer, grpoStep, type GrpoStepSettings } from '../../src/training/index.js';
import { itWithData } from '../data.js';
import {
  digitPolicy,
  digitProblems,
  digitRollouts,
  digits,
  heldOutScore,
  withShuffledLabels,
} from './digits.js';
import { useOneThread } from './tiny-policy.js';

beforeAll(useOneThread);

interface Run {
  folder: string;
  seed: number;
  learningRate?: number;
  steps?: number;
  shuffled?: boolean;
  settings?: GrpoStepSettings;
}

/** GRPO from verl's random weights, the reward of each token through spans; the held-out score before and after. */
async function learn(run: Run): Promise<{ before: number; after: number }> {
  const { folder, seed, learningRate = 2e-3, steps = 20, shuffled = false } = run;
  const problems = digitProblems(folder, 'train', 3);
  const heldOut = digitProblems(folder, 'test', 3);
  const policy = await digitPolicy(folder);
  const optimizer = createOptimizer(policy, { learningRate });
  const random = createRandom(seed);
  const before = await heldOutScore(policy, heldOut);
  for (let step = 1; step <= steps; step++) {
    const drawn = random.shuffle(problems).slice(0, 16);
    const rollouts = await digitRollouts(policy, drawn, { step, seed, numGenerations: 8 });
    const judged = shuffled ? withShuffledLabels(rollouts, random) : rollouts;
    await grpoStep(policy, optimizer, judged, {
      tokenScheme: { name: 'return_to_go', creditSpans: true },
      numIterations: 2,
      perDeviceTrainBatchSize: 128,
      ...run.settings,
    });
  }
  const after = await heldOutScore(policy, heldOut);
  optimizer.dispose();
  policy.dispose();
  return { before, after };
}

describe('GRPO on digit completion', () => {
  for (const seed of [1, 2, 3]) {
    itWithData(
      `raises the held-out score by rewards of single tokens, seed ${seed}`,
      digits,
      async (folder) => {
        const { before, after } = await learn({ folder, seed });
        expect(before).toBeLessThan(0.06);
        expect(after).toBeGreaterThan(before + 0.25);
      },
    );

    itWithData(`learns nothing from shuffled labels, seed ${seed}`, digits, async (folder) => {
      const { before, after } = await learn({ folder, seed, shuffled: true });
      expect(after).toBeLessThan(before + 0.06);
    });
  }

  itWithData('raises it by step rewards as well', digits, async (folder) => {
    const settings = { tokenScheme: { name: 'process', creditSpans: true } } as const;
    const { before, after } = await learn({ folder, seed: 1, settings });
    expect(after).toBeGreaterThan(before + 0.15);
  });

  itWithData('learns nothing with learning rate 0', digits, async (folder) => {
    const { before, after } = await learn({ folder, seed: 1, learningRate: 0, steps: 2 });
    expect(after).toBe(before);
  });
});
