import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Config, RunResult } from '../../src/experiments/index.js';
import { loadConfig, methods, runTour, train, trainPretrain } from '../../src/experiments/index.js';
import { hasCompiler, tinyPretrain } from './tiny.js';

let folder = '';
let model = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-configs-'));
  model = (await trainPretrain(tinyPretrain(path.join(folder, 'pretrain')))).paths.model ?? '';
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const caps = () => [
  `run.output_dir=${folder}`,
  'run.threads=1',
  `policy.model_name_or_path=${model}`,
  `judge.cache=${path.join(folder, 'cache')}`,
  'task.train_problems=4',
  'sampling.max_completion_length=12',
  'grpo.max_steps=1',
  'grpo.prompts_per_step=2',
  'grpo.num_generations=2',
  'ppo.max_steps=1',
  'ppo.prompts_per_step=2',
  'dataset.candidates.num_candidates=2',
  // A policy this small gets nothing right.
  'dataset.pairs.chosen=reference',
  ...['sft', 'dpo', 'kto', 'cpo', 'orpo'].map((method) => `${method}.max_steps=1`),
  'evaluation.problems=2',
  'evaluation.held_out_families_problems=1',
  'evaluation.num_samples=1',
  'evaluation.bootstrap_resamples=100',
  'pretrain.corpus.n=40',
  'pretrain.tokenizer.sample=40',
  'pretrain.tokenizer.vocab_size=300',
  'pretrain.max_steps=1',
  'pretrain.tokens_per_batch=512',
  `pretrain.output=${path.join(folder, 'policy')}`,
];

/** What runs a file of configs/, by how its name starts. */
const runners: Record<string, (config: Config) => Promise<RunResult>> = {
  tour: runTour,
  pretrain: trainPretrain,
  simpo: (config) => train('cpo', config),
  ...Object.fromEntries(
    methods.map((method) => [method, (config: Config) => train(method, config)]),
  ),
};

describe('every file in configs/', () => {
  it('has something that runs it', async () => {
    for (const name of await readdir('configs'))
      expect(Object.keys(runners)).toContain(kindOf(name));
  });

  it.skipIf(!hasCompiler)(
    'runs as it stands, here with a tiny policy and small sets (needs g++)',
    async () => {
      for (const name of await readdir('configs')) {
        const config = await loadConfig(path.join('configs', name), { env: {}, set: caps() });
        const { status, run, folder: runFolder } = await runners[kindOf(name)](config);
        expect([status, run]).toEqual(['finished', path.parse(name).name]);
        expect(existsSync(path.join(runFolder, 'run_metadata.json'))).toBe(true);
      }
    },
    120_000,
  );
});

function kindOf(file: string): string {
  return file.split(/[-.]/)[0];
}
