import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  forkRun,
  loadConfig,
  readMetrics,
  train,
  trainPretrain,
} from '../../src/experiments/index.js';
import { remains, tinyOptions } from './killed-runs.js';
import { hasCompiler, tinyPretrain } from './tiny.js';

let folder = '';
let model = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-fork-'));
  model = (await trainPretrain(tinyPretrain(path.join(folder, 'policy')))).paths.model ?? '';
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.skipIf(!hasCompiler)('forkRun (needs g++)', () => {
  it('goes on from the middle of a run to the same end, or to another with other options', async () => {
    const runs = path.join(folder, 'runs');
    const set = [...tinyOptions('grpo', model, runs), 'run.save_total_limit=null'];
    const config = await loadConfig(null, { env: {}, method: 'grpo', set });
    const whole = await train('grpo', config);

    const same = await forkRun('run@2', { outputDir: runs });
    expect(path.basename(same.folder)).toBe('run-fork');
    await train('grpo', same.config, { resume: same.folder });
    const [one, other] = [await remains(whole.folder), await remains(same.folder)];
    expect(other.weights).toBe(one.weights);
    expect(other.metrics).toEqual(one.metrics);
    expect(other.rollouts).toHaveLength(one.rollouts.length);

    const slower = await forkRun(path.join(runs, 'run@2'), {
      set: ['grpo.learning_rate=0.0001', 'run.name=slower'],
    });
    await train('grpo', slower.config, { resume: slower.folder });
    const rows = await readMetrics(path.join(slower.folder, 'metrics.jsonl'));
    expect(rows.map(({ learning_rate: rate }) => rate)).toEqual([0.001, 0.001, 0.0001, 0.0001]);
    expect((await remains(slower.folder)).weights).not.toBe(one.weights);

    await expect(forkRun('run@9', { outputDir: runs })).rejects.toThrow(
      /--fork run@9: expected a checkpoint of that run after step 9, got those of steps 1, 2, 3, 4/,
    );
    await expect(forkRun('run', { outputDir: runs, kind: 'dpo' })).rejects.toThrow(
      /expected a run of kind dpo, got one of kind grpo/,
    );
    await expect(forkRun('ran', { outputDir: runs })).rejects.toThrow(/Nearest: run/);
  }, 180_000);
});
