import { existsSync } from 'node:fs';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configFromObject } from '../../src/experiments/config/index.js';
import { readJson, sha256OfFile, writeJson } from '../../src/experiments/run/files.js';
import type { Config, RunMetadata, RunStatus, TourEvent } from '../../src/experiments/index.js';
import {
  findInterruptedRun,
  readMetrics,
  runTour,
  train,
  trainPretrain,
} from '../../src/experiments/index.js';
import type { Rollout } from '../../src/records.js';
import { readRollouts } from '../../src/rollouts/index.js';
import { hasCompiler, tinyPretrain } from './tiny.js';

let folder = '';
let model = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-tour-'));
  model = (await trainPretrain(tinyPretrain(path.join(folder, 'pretrain')))).paths.model ?? '';
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

function tinyTour(name: string, changes: Record<string, Record<string, unknown>> = {}): Config {
  return configFromObject({
    run: { output_dir: path.join(folder, name), name_prefix: 'tour', seed: 5, threads: 1 },
    policy: { model_name_or_path: model, lora_r: 4 },
    task: { name: 'cpp', train_problems: 4 },
    judge: { cache: path.join(folder, 'cache') },
    sampling: { max_completion_length: 20 },
    grpo: {
      max_steps: 3,
      prompts_per_step: 2,
      num_generations: 4,
      learning_rate: 1e-3,
      ...changes.grpo,
    },
    evaluation: { problems: 4, held_out_families_problems: 2, bootstrap_resamples: 200 },
    reward: { ...changes.reward },
  });
}

/** Everything of a rollout but what a clock or a cache decides. */
function settled({ verdict, ...rollout }: Rollout): unknown {
  if (!verdict) return rollout;
  const { stages: _stages, fromCache: _fromCache, retried: _retried, ...facts } = verdict;
  return { ...rollout, verdict: facts };
}

const adapterHash = (run: string) =>
  sha256OfFile(path.join(run, 'adapter', 'adapter_model.safetensors'));
const rolloutsOf = (run: string) =>
  [...readRollouts(path.join(run, 'rollouts.jsonl'))].map(settled);

describe.skipIf(!hasCompiler)('runTour (needs g++)', () => {
  it('gives the same adapter and rollouts when it is stopped, killed and resumed', async () => {
    const events: TourEvent[] = [];
    const whole = await runTour(tinyTour('whole'), { emit: (event) => events.push(event) });
    expect(whole.status).toBe('finished');
    expect(events.map(({ type }) => type).filter((type) => type === 'step')).toHaveLength(3);

    // Ctrl-C after the first step.
    const config = tinyTour('stopped');
    const stop = new AbortController();
    const stopped = await runTour(config, {
      signal: stop.signal,
      emit: (event) => event.type === 'step' && stop.abort(),
    });
    expect(stopped.status).toBe('interrupted');
    expect(await findInterruptedRun(config, 'tour')).toMatchObject({ name: 'tour' });

    // As a kill would leave it: still «running», half a record beyond the checkpoint.
    const statusFile = path.join(stopped.folder, 'status.json');
    const status = (await readJson(statusFile)) as RunStatus;
    await writeJson(statusFile, {
      ...status,
      state: 'running',
      process: { ...status.process, started: 'x' },
    });
    const [first] = readRollouts(path.join(stopped.folder, 'rollouts.jsonl'));
    const rollouts = path.join(stopped.folder, 'rollouts.jsonl');
    await appendFile(rollouts, `${JSON.stringify({ ...first, step: 2 })}\n{"version":1,"st`);
    await appendFile(path.join(stopped.folder, 'metrics.jsonl'), '{"step":2,"reward":9}\n{"st');

    const again: TourEvent[] = [];
    const resumed = await runTour(config, { resume: true, emit: (event) => again.push(event) });
    expect(resumed).toMatchObject({ status: 'finished', run: 'tour' });
    const stored = again.filter((event) => event.type === 'evaluation' && event.stored);
    expect(stored.map((event) => event.type === 'evaluation' && event.when)).toEqual([
      'before',
      'before',
    ]);

    expect(await adapterHash(resumed.folder)).toBe(await adapterHash(whole.folder));
    expect(rolloutsOf(resumed.folder)).toEqual(rolloutsOf(whole.folder));
    expect(resumed.table).toEqual(whole.table);
    const rewards = async (run: string) =>
      (await readMetrics(path.join(run, 'metrics.jsonl'))).map(({ step, reward, loss }) => [
        step,
        reward,
        loss,
      ]);
    expect(await rewards(resumed.folder)).toEqual(await rewards(whole.folder));
  }, 120_000);

  it('gives the same adapter and rollouts without overlap of judging, sampling and learning', async () => {
    const runs = await Promise.all(
      [true, false].map(async (overlap) => {
        const config = tinyTour(`overlap-${overlap}`, { grpo: { max_steps: 2, beta: 0.05 } });
        config.run.overlap = overlap;
        return (await train('grpo', config)).folder;
      }),
    );
    expect(await adapterHash(runs[0])).toBe(await adapterHash(runs[1]));
    expect(rolloutsOf(runs[0])).toEqual(rolloutsOf(runs[1]));
  }, 120_000);

  it('leaves records, report, plots and metadata, and emits what a view needs', async () => {
    const events: TourEvent[] = [];
    const { folder: run, paths } = await runTour(tinyTour('files'), {
      emit: (event) => events.push(event),
    });
    for (const name of [
      'config.yaml',
      'metrics.jsonl',
      'evaluations_before.json',
      'evaluations_after.jsonl',
      'plots/prompt-accuracy.png',
      'plots/prompt-accuracy.html',
      'plots/learning-curves.svg',
      'adapter/adapter_config.json',
    ]) {
      expect(existsSync(path.join(run, name)), name).toBe(true);
    }
    expect(paths.plots).toHaveLength(12);
    const report = await readFile(path.join(run, 'report.md'), 'utf8');
    expect(report).toContain('| fully clean |');
    expect(report).toContain('Families held out whole');
    expect(report).toContain('pre-training corpus');
    const metadata = (await readJson(path.join(run, 'run_metadata.json'))) as RunMetadata;
    expect(metadata.sessions).toMatchObject([{ fromStep: 0, toStep: 3 }]);
    expect(metadata.dataHashes['model.safetensors']).toMatch(/^[0-9a-f]{64}$/);

    const types = events.map(({ type }) => type);
    expect(types[0]).toBe('stage');
    expect(types.at(-1)).toBe('finished');
    expect(new Set(types)).toEqual(
      new Set([
        ...types.filter((type) => type === 'warning'),
        'stage',
        'header',
        'progress',
        'evaluation',
        'group',
        'step',
        'finished',
      ]),
    );
    const group = events.find((event) => event.type === 'group');
    expect(group?.type === 'group' && group.members).toHaveLength(4);
    const step = events.find((event) => event.type === 'step');
    const shares = step?.type === 'step' ? Object.values(step.shares) : [];
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6);
  }, 120_000);

  it('refuses a policy folder that is not there', async () => {
    const config = tinyTour('missing');
    config.policy.model_name_or_path = path.join(folder, 'nowhere');
    await expect(runTour(config)).rejects.toThrow(/nowhere/);
    config.policy.model_name_or_path = null;
    await expect(runTour(config)).rejects.toThrow(/policy\.model_name_or_path: expected/);
  });
});

describe.skipIf(!hasCompiler)('train by GRPO (needs g++)', () => {
  it('trains all weights with shuffled feedback, and saves a model', async () => {
    const config = tinyTour('control', { grpo: { max_steps: 2 }, reward: { shuffle: true } });
    config.policy.use_peft = false;
    const { paths, table } = await train('grpo', config);
    expect(table).toEqual([]);
    expect(existsSync(path.join(paths.model ?? '', 'model.safetensors'))).toBe(true);
    expect(paths.report).toBeUndefined();
  }, 60_000);
});
