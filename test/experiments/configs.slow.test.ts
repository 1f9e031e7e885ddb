import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Config, RunResult } from '../../src/experiments/index.js';
import { loadConfig, methods, runTour, train, trainPretrain } from '../../src/experiments/index.js';
import { runExperiment } from '../../src/experiments/pipeline/index.js';
import { runStudy } from '../../src/experiments/study/index.js';
import { testData } from '../data.js';
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
  'dataset.completions=reference',
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
type Ended = Pick<RunResult, 'run' | 'folder'> & { status: string };

const runners: Record<string, (config: Config) => Promise<Ended>> = {
  tour: runTour,
  pretrain: trainPretrain,
  simpo: (config) => train('cpo', config),
  gsm8k: (config) => train('grpo', config),
  mbpp: (config) => train('grpo', config),
  taco: (config) => train('grpo', config),
  run: async (config) => {
    const { name, ...ended } = await runExperiment(config);
    return { ...ended, run: name };
  },
  study: (config) => runStudy(config, { only: armsOfEachMethod(config) }),
  ...Object.fromEntries(
    methods.map((method) => [method, (config: Config) => train(method, config)]),
  ),
};

/** One arm of each method, but none that needs right answers. */
function armsOfEachMethod({ study }: Config): string[] {
  const arms = Object.entries(study.arms).filter(
    ([, { set }]) => set['dataset.completions'] !== 'sampled',
  );
  const first = new Map([...arms].reverse().map(([name, { method }]) => [method, name]));
  return [...first.values()];
}

/** All arms of a study at these caps learn from as many completions. */
const studyCaps = [
  'study.seeds=[1]',
  'study.samples=8',
  'grpo.num_generations=4',
  'ppo.num_generations=4',
  'evaluation.eval_problems=1',
];

/** Configs of published data sets, and where those lie in the test data. */
const dataOf: Record<string, string[]> = {
  gsm8k: ['gsm8k'],
  mbpp: ['mbpp'],
  taco: ['stdio-problems', 'taco_prompts_and_generations.jsonl.gz'],
};

const files = readdirSync('configs');

describe('every file in configs/', () => {
  it('has something that runs it', () => {
    for (const name of files) expect(Object.keys(runners)).toContain(kindOf(name));
  });

  for (const name of files) {
    const kind = kindOf(name);
    const data = kind in dataOf ? testData(...dataOf[kind]) : null;
    const missing =
      kind in dataOf && data === null ? ' (no such test data: set RLSF_TEST_DATA)' : '';
    it.skipIf(!hasCompiler || missing !== '')(
      `${name} runs as it stands, here with a tiny policy and small sets (needs g++)${missing}`,
      async () => {
        // A policy this small has no chat template.
        const own = data === null ? [] : [`task.path=${data}`, 'task.prompt_format=null'];
        const plain = kind === 'gsm8k' ? ['task.prompt_format=plain'] : [];
        // Of long prompts few fit a policy this small.
        const more = kind === 'taco' ? ['task.train_problems=20', 'evaluation.problems=20'] : [];
        const arms = kind === 'study' ? studyCaps : [];
        const set = [...caps(), ...own, ...plain, ...more, ...arms];
        const config = await loadConfig(path.join('configs', name), { env: {}, set });
        const { status, run, folder: runFolder } = await runners[kind](config);
        expect([status, run]).toEqual(['finished', path.parse(name).name]);
        const first = kind === 'study' ? path.join(runFolder, 'base') : runFolder;
        const record = kind === 'run' ? 'stages.json' : 'run_metadata.json';
        expect(existsSync(path.join(first, record))).toBe(true);
      },
      kind === 'study' ? 240_000 : 60_000,
    );
  }
});

function kindOf(file: string): string {
  return file.split(/[-.]/)[0];
}
