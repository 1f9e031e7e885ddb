import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trainPretrain } from '../../../src/experiments/index.js';
import type { ExperimentStage } from '../../../src/experiments/pipeline/index.js';
import { runExperiment } from '../../../src/experiments/pipeline/index.js';
import type { StageRecords } from '../../../src/experiments/pipeline/record.js';
import { hasCompiler, tinyPretrain } from '../tiny.js';
import { configOf, pipelineProcess, remainsOf, tinyPipeline } from './tiny-pipeline.js';

let folder = '';
let model = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-stages-kill-'));
  model = (await trainPretrain(tinyPretrain(path.join(folder, 'policy')))).paths.model ?? '';
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const stages: ExperimentStage[] = [
  'baseline',
  'train_gen',
  'rl_build',
  'train_all',
  'online_grpo',
  'merge',
  'test_after',
  'analyze',
  'report',
];

const options = (name: string): string[] => [
  ...tinyPipeline('cpp', model, path.join(folder, name)),
  'pipeline.methods=[kto, sft]',
  'pipeline.online_grpo_start=train_all',
];

async function states(at: string): Promise<Record<string, string>> {
  const text = await readFile(path.join(at, 'stages.json'), 'utf8');
  const { stages: records } = JSON.parse(text) as { stages: StageRecords };
  return Object.fromEntries(Object.entries(records).map(([stage, { state }]) => [stage, state]));
}

describe.skipIf(!hasCompiler)('an experiment whose process is killed (needs g++)', () => {
  it('in every stage, and taken up each time, leaves what one that never was leaves', async () => {
    const killed = path.join(folder, 'killed', 'exp');
    for (const [index, stage] of stages.entries()) {
      expect([stage, await pipelineProcess(options('killed'), stages, stage)]).toEqual([
        stage,
        false,
      ]);
      const found = await states(killed);
      // What was made before stands; the stage itself was begun.
      for (const before of stages.slice(0, index)) expect(found[before]).toBe('finished');
      expect(found[stage]).toBe('running');
      if (stage === 'train_all') {
        expect(existsSync(path.join(killed, 'train', '1-kto', 'adapter'))).toBe(true);
        expect(existsSync(path.join(killed, 'train', '2-sft', 'adapter'))).toBe(false);
      }
    }
    expect(await pipelineProcess(options('killed'), stages, null)).toBe(true);
    const whole = await runExperiment(await configOf(options('whole')), { only: stages });
    expect(whole.stages.map(({ action }) => action)).toEqual(stages.map(() => 'made'));
    expect(await remainsOf(killed)).toEqual(await remainsOf(whole.folder));
    expect(existsSync(path.join(killed, 'earlier'))).toBe(false);
    expect(existsSync(path.join(killed, 'exp_summary.json'))).toBe(true);
  }, 300_000);
});
