import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRandom, restoreRandom, type Random } from '../../src/algorithms/index.js';
import type { Policy } from '../../src/policy/index.js';
import type { Rollout } from '../../src/records.js';
import {
  createOptimizer,
  grpoStep,
  latestCheckpoint,
  listCheckpoints,
  loadCheckpoint,
  saveCheckpoint,
  type Optimizer,
  type StepMetrics,
} from '../../src/training/index.js';
import { prefersLowIds, tinyPolicy, tinyRollouts, useOneThread, weightsOf } from './tiny-policy.js';

beforeAll(useOneThread);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rlsf-checkpoint-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Run {
  policy: Policy;
  optimizer: Optimizer;
  random: Random;
  rollouts: Rollout[];
  metrics: StepMetrics[];
}

async function start(): Promise<Run> {
  const policy = await tinyPolicy(1, { adapter: true });
  const optimizer = createOptimizer(policy, { learningRate: 0.02 });
  return { policy, optimizer, random: createRandom(5), rollouts: [], metrics: [] };
}

/** A GRPO loop as an experiment writes it: sample, score, learn, step after step. */
async function advance(run: Run, from: number, to: number): Promise<void> {
  for (let step = from; step <= to; step++) {
    const seed = run.random.int(1000);
    const rollouts = await tinyRollouts(run.policy, prefersLowIds(), { step, seed });
    run.rollouts.push(...rollouts);
    run.metrics.push(
      await grpoStep(run.policy, run.optimizer, rollouts, { beta: 0.02, numIterations: 2 }),
    );
  }
}

function save(run: Run, step: number, keep?: number): Promise<string> {
  const random = { data: run.random.state() };
  const { policy, optimizer } = run;
  return saveCheckpoint({ folder, step, policy, optimizer, random, data: { seen: step }, keep });
}

describe('checkpoints', () => {
  it('make four steps equal two steps, a new process’s load, and two more, to the bit', async () => {
    const straight = await start();
    await advance(straight, 1, 4);

    const first = await start();
    await advance(first, 1, 2);
    await save(first, 2);

    const second = await start();
    const checkpoint = await loadCheckpoint((await latestCheckpoint(folder))!, second);
    expect(checkpoint).toMatchObject({ step: 2, data: { seen: 2 } });
    expect(weightsOf(second.policy)).toEqual(weightsOf(first.policy));
    second.random = restoreRandom(checkpoint.random.data);
    await advance(second, checkpoint.step + 1, 4);

    expect(weightsOf(second.policy)).toEqual(weightsOf(straight.policy));
    expect(second.optimizer.exportState()).toEqual(straight.optimizer.exportState());
    expect(second.random.state()).toBe(straight.random.state());
    expect(second.rollouts).toEqual(straight.rollouts.filter(({ step }) => step > 2));
    expect(second.metrics).toEqual(straight.metrics.slice(2));
  });

  it('hold all weights where there is no adapter', async () => {
    const policy = await tinyPolicy(1);
    const optimizer = createOptimizer(policy, { learningRate: 0.02 });
    const step = await saveCheckpoint({ folder, step: 1, policy, optimizer });
    const other = await tinyPolicy(2);
    const otherOptimizer = createOptimizer(other, { learningRate: 0.02 });
    expect(weightsOf(other)).not.toEqual(weightsOf(policy));
    const loaded = await loadCheckpoint(step, { policy: other, optimizer: otherOptimizer });
    expect(weightsOf(other)).toEqual(weightsOf(policy));
    expect(loaded.data).toBeNull();
  });

  it('keep the last n, replace a step written again, and clear what a crash left', async () => {
    const run = await start();
    mkdirSync(path.join(folder, 'step_9.partial-123'));
    for (const step of [1, 2, 10]) await save(run, step, 2);
    await save(run, 10, 2);
    expect(readdirSync(folder).sort()).toEqual(['step_10', 'step_2']);
    expect((await listCheckpoints(folder)).map(({ step }) => step)).toEqual([2, 10]);
    expect(await latestCheckpoint(path.join(folder, 'none'))).toBeNull();
  });

  it('are refused, with nothing changed, when damaged or of another policy', async () => {
    const run = await start();
    const step = await save(run, 1);
    const other = { policy: await tinyPolicy(2) } as Run;
    other.optimizer = createOptimizer(other.policy, { learningRate: 0.02 });
    const before = weightsOf(other.policy);
    await expect(loadCheckpoint(step, other)).rejects.toThrow(/expected the weights this policy/);
    const weights = path.join(step, 'trainable.safetensors');
    const bytes = readFileSync(weights);
    bytes[bytes.length - 1] ^= 1;
    writeFileSync(weights, bytes);
    await expect(loadCheckpoint(step, run)).rejects.toThrow(/SHA-256/);
    appendFileSync(weights, 'x');
    await expect(loadCheckpoint(step, run)).rejects.toThrow(/1 bytes after the last tensor/);
    truncateSync(weights, 100);
    await expect(loadCheckpoint(step, run)).rejects.toThrow(/truncated/);
    await expect(loadCheckpoint(path.join(folder, 'step_7'), run)).rejects.toThrow(/cannot read/);
    expect(weightsOf(other.policy)).toEqual(before);
    expect(run.optimizer.step).toBe(0);
  });
});
