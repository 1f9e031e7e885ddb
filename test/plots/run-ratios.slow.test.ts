/** The ratios of a real run: its policy, as trained, asked about the rollouts of its last step. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig, train, trainPretrain } from '../../src/experiments/index.js';
import { readRollouts } from '../../src/rollouts/index.js';
import { drawPlot, runPlotSource } from '../../src/session/index.js';
import { call } from '../cli/call.js';
import { tinyOptions } from '../experiments/killed-runs.js';
import { hasCompiler, tinyPretrain } from '../experiments/tiny.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-ratios-'));
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.skipIf(!hasCompiler)('ratios of a run (needs g++)', () => {
  it('are of every sampled token of its last step, after that step', async () => {
    const { paths } = await trainPretrain(tinyPretrain(path.join(folder, 'policy')));
    const set = tinyOptions('grpo', paths.model ?? '', path.join(folder, 'runs'));
    const run = await train('grpo', await loadConfig(null, { env: {}, method: 'grpo', set }));

    const rollouts = [...readRollouts(path.join(run.folder, 'rollouts.jsonl'))];
    const last = Math.max(...rollouts.map(({ step }) => step));
    const tokens = rollouts
      .filter(({ step }) => step === last)
      .flatMap(({ completionMask }) => completionMask)
      .filter((counts) => counts === 1).length;
    const { data, layout } = await drawPlot(runPlotSource(run.folder), 'ratios');
    const counted = (data[0].y as (number | null)[]).reduce<number>((sum, n) => sum + (n ?? 0), 0);
    expect(counted).toBe(tokens);
    expect(JSON.stringify(layout.title)).toContain(`Ratios of ${tokens} tokens`);

    const { code, out } = await call('plot', 'all', run.folder, '--format', 'json', '--json');
    expect(code).toBe(0);
    const { written, skipped } = JSON.parse(out) as {
      written: string[];
      skipped: { kind: string; why: string }[];
    };
    expect(written.map((file) => path.basename(file))).toContain('ratios.json');
    expect(skipped.find(({ kind }) => kind === 'seeds')?.why).toContain('expected a study');
  }, 180_000);
});
