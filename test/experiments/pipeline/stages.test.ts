import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { configFromObject } from '../../../src/experiments/config/index.js';
import { keepAside } from '../../../src/experiments/pipeline/aside.js';
import { runExperiment } from '../../../src/experiments/pipeline/index.js';
import { changedInputs } from '../../../src/experiments/pipeline/inputs.js';
import type { StageInputs } from '../../../src/experiments/pipeline/record.js';
import { formatBytes } from '../../../src/experiments/pipeline/sizes.js';
import { chosenStages, pipelineMethods } from '../../../src/experiments/pipeline/stages.js';
import { redoOf } from '../../../src/experiments/pipeline/train-gen.js';

it('puts the stages in order, and answers a wrong name with the nearest', () => {
  expect(chosenStages(['report', 'test_after', 'online_grpo', 'baseline'], '--only')).toEqual([
    'baseline',
    'online_grpo',
    'test_after',
    'report',
  ]);
  expect(() => chosenStages(['trainall'], '--only')).toThrow(
    /got 'trainall'\. Nearest: train_all\./,
  );
});

it('takes one method or several', () => {
  const methods = (given: unknown) =>
    pipelineMethods(configFromObject({ pipeline: { methods: given } }));
  expect(methods('kto')).toEqual(['kto']);
  expect(methods(['kto', 'sft'])).toEqual(['kto', 'sft']);
  expect(() => methods('rlhf')).toThrow(/pipeline\.methods/);
});

it('draws, judges or scores again by how far back a change reaches', () => {
  expect(redoOf(['reward.scores.clean: 1 → 2', 'reward rewards/mine.ts'])).toBe('score');
  expect(redoOf(['judge.std: "c++17" → "c++20"', 'reward.functions: … → …'])).toBe('judge');
  expect(redoOf(['candidates_annotated.jsonl'])).toBe('judge');
  expect(redoOf(['reward.scores.clean: 1 → 2', 'sampling.temperature: 1 → 0.8'])).toBe('draw');
  expect(redoOf(['policy'])).toBe('draw');
});

it('names the options and files that changed', () => {
  const inputs = (beta: number, pairs: string): StageInputs => ({
    parts: [{ kind: 'dpo', options: { 'dpo.beta': beta } }],
    hashes: { 'pairs.jsonl': pairs },
  });
  expect(changedInputs(inputs(0.1, 'a'), inputs(0.1, 'a'))).toEqual([]);
  expect(changedInputs(inputs(0.1, 'a'), inputs(0.2, 'b'))).toEqual([
    'dpo.beta: 0.1 → 0.2',
    'pairs.jsonl',
  ]);
  const chain = {
    ...inputs(0.1, 'a'),
    parts: [...inputs(0.1, 'a').parts, { kind: 'sft' as const, options: {} }],
  };
  expect(changedInputs(inputs(0.1, 'a'), chain)).toEqual(['dpo → dpo, sft']);
});

it('keeps what a stage left beside what it left before', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-aside-'));
  try {
    for (const text of ['first', 'second']) {
      await writeFile(path.join(folder, 'a.json'), text);
      await keepAside(folder, 'analyze', ['a.json', 'none.json']);
    }
    const kept = (n: number) =>
      readFile(path.join(folder, 'earlier', `analyze-${n}`, 'a.json'), 'utf8');
    expect([await kept(1), await kept(2)]).toEqual(['first', 'second']);
    expect(await keepAside(folder, 'analyze', ['a.json'])).toBeNull();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

it('names the stages that make what is missing, and what cannot be forced, before it touches anything', async () => {
  const output = path.join(os.tmpdir(), 'rlsf-no-such-experiment');
  const config = configFromObject({
    run: { output_dir: output, name: 'exp' },
    policy: { model_name_or_path: 'data/policies/cpp-tiny' },
    task: { name: 'cpp', train_problems: 2 },
    evaluation: { problems: 2 },
  });
  await expect(runExperiment(config, { only: ['train_all'] })).rejects.toThrow(
    /train_all needs pairs\.jsonl \(rl_build\), .* --only train_gen,rl_build,train_all\./,
  );
  await expect(runExperiment(config, { only: ['test_after'] })).rejects.toThrow(
    /test_after needs a trained policy \(train_all or online_grpo\)/,
  );
  await expect(runExperiment(config, { only: ['baseline'], force: ['report'] })).rejects.toThrow(
    /--force expects some of the stages that are run \(baseline\), got report/,
  );
  const withRows = { ...config, dataset: { ...config.dataset, path: 'rows.jsonl' } };
  await expect(runExperiment(withRows)).rejects.toThrow(/dataset\.path: expected nothing/);
});

it('writes sizes as people read them', () => {
  expect([800, 45_000, 12_400_000, 2.14e9].map(formatBytes)).toEqual([
    '1 kB',
    '45 kB',
    '12 MB',
    '2.1 GB',
  ]);
});
