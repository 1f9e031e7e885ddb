import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { openRolloutStore } from '../../src/rollouts/index.js';
import {
  assignAdvantages,
  createOptimizer,
  grpoStep,
  learningRateAt,
  loadCheckpoint,
  latestCheckpoint,
  saveCheckpoint,
  type StepMetrics,
} from '../../src/training/index.js';
import { letterPolicy, prefersA, tinyRollouts, useOneThread, weightsOf } from './tiny-policy.js';

/**
 * A whole GRPO run as a loop over stages, each of which can be called alone and its records looked
 * at: sample and score → advantages → learning rate → update → record → checkpoint. With programs,
 * `collectRollouts` takes the place of `tinyRollouts`: it judges between sampling and scoring.
 */
it('a GRPO run is a loop over stages', async () => {
  await useOneThread();
  const folder = mkdtempSync(path.join(tmpdir(), 'rlsf-run-'));
  const store = openRolloutStore(path.join(folder, 'rollouts.jsonl'));
  const checkpoints = path.join(folder, 'checkpoints');
  const policy = await letterPolicy(1, { adapter: true });
  const optimizer = createOptimizer(policy, { learningRate: 0.01 });
  const history: StepMetrics[] = [];

  for (let step = 1; step <= 6; step++) {
    const scored = await tinyRollouts(policy, prefersA(), { step, seed: 1 });
    const rollouts = assignAdvantages(scored, {
      scaleRewards: 'group',
      tokenScheme: { name: 'span_penalty', lambda: 0.5 },
    });
    const learningRate = learningRateAt(step, 6, {
      learningRate: optimizer.settings.learningRate,
      lrSchedulerType: 'cosine',
      warmupRatio: 0.1,
    });
    history.push(await grpoStep(policy, optimizer, rollouts, { learningRate, beta: 0.001 }));
    store.append(rollouts);
    await saveCheckpoint({ folder: checkpoints, step, policy, optimizer, keep: 2 });
  }

  // Warm-up starts at 0, so the first update moves nothing.
  expect(history.map(({ learning_rate }) => learning_rate)[0]).toBe(0);
  expect(history.at(-1)!.kl).toBeGreaterThan(0);
  expect(store.readAll()).toHaveLength(6 * 4 * 8);
  expect(store.readAll().every(({ advantages }) => advantages !== undefined)).toBe(true);

  const resumed = await letterPolicy(1, { adapter: true });
  const into = {
    policy: resumed,
    optimizer: createOptimizer(resumed, { learningRate: 0.01 }),
  };
  const { step } = await loadCheckpoint((await latestCheckpoint(checkpoints))!, into);
  expect(step).toBe(6);
  expect(weightsOf(resumed)).toEqual(weightsOf(policy));
  store.close();
  rmSync(folder, { recursive: true });
});
