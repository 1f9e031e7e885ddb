import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig, train, trainPretrain } from '../../src/experiments/index.js';
import type { RunStatus, TourEvent } from '../../src/experiments/index.js';
import { readJson } from '../../src/experiments/run/files.js';
import { tinyOptions } from './killed-runs.js';
import { hasCompiler, tinyPretrain } from './tiny.js';

let folder = '';
let model = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-diverged-'));
  model = (await trainPretrain(tinyPretrain(path.join(folder, 'policy')))).paths.model ?? '';
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.skipIf(!hasCompiler)('a training that leaves the numbers (needs g++)', () => {
  it('stops with the last good checkpoint, the batch, and what to do', async () => {
    const runs = path.join(folder, 'runs');
    const set = [
      ...tinyOptions('sft', model, runs),
      'evaluation.eval_steps=null',
      'run.save_steps=0',
      'sft.learning_rate=1e30',
      'sft.max_grad_norm=0',
      'sft.lr_scheduler_type=constant',
    ];
    const config = await loadConfig(null, { env: {}, method: 'sft', set });
    const events: TourEvent[] = [];
    await expect(train('sft', config, { emit: (event) => events.push(event) })).rejects.toThrow(
      /expected finite numbers, but .* Go on from the last checkpoint with a lower learning_rate .* The batch is kept in .*step_2\.jsonl/s,
    );
    const run = path.join(runs, 'run');
    // The first update was finite; what it left is kept although no checkpoint was due.
    expect(await readdir(path.join(run, 'checkpoints'))).toEqual(['step_1']);
    const rows = (await readFile(path.join(run, 'diverged', 'step_2.jsonl'), 'utf8')).trim();
    expect(JSON.parse(rows.split('\n')[0])).toHaveProperty('completionIds');
    expect(existsSync(path.join(run, 'diverged', 'step_2.reason.json'))).toBe(true);
    const status = (await readJson(path.join(run, 'status.json'))) as RunStatus;
    expect(status).toMatchObject({ state: 'failed', step: 1 });
    expect(status.error).toMatch(/The batch is kept in/);
    expect(events.some(({ type }) => type === 'step')).toBe(true);
  }, 60_000);
});
