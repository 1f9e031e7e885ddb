import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Config } from '../../../src/experiments/config/index.js';
import { configFromObject, configWith } from '../../../src/experiments/config/index.js';
import { trainPretrain } from '../../../src/experiments/index.js';
import type { TourEvent } from '../../../src/experiments/index.js';
import type { StudySummary } from '../../../src/experiments/study/index.js';
import { planStudy, runStudy, writeStudyReport } from '../../../src/experiments/study/index.js';
import { sha256OfFile } from '../../../src/experiments/run/files.js';
import { readRollouts } from '../../../src/rollouts/index.js';
import { hasCompiler, tinyPretrain } from '../tiny.js';

let folder = '';
let model = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-study-'));
  model = (await trainPretrain(tinyPretrain(path.join(folder, 'pretrain')))).paths.model ?? '';
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

function tinyStudy(place: string): Config {
  return configFromObject({
    run: { output_dir: path.join(folder, place), name_prefix: 'tiny', threads: 1 },
    policy: { model_name_or_path: model, lora_r: 4 },
    task: { name: 'cpp', train_problems: 4, held_out_families_split: null },
    judge: { cache: path.join(folder, 'cache') },
    sampling: { max_completion_length: 16 },
    // A policy this small gets nothing right.
    dataset: { candidates: { num_candidates: 4 }, pairs: { chosen: 'reference' } },
    grpo: { max_steps: 4, prompts_per_step: 2, num_generations: 2, learning_rate: 0.01 },
    dpo: { max_steps: 4, per_device_train_batch_size: 2 },
    sft: { max_steps: 4, per_device_train_batch_size: 2 },
    trackers: { report_to: [] },
    evaluation: {
      problems: 4,
      eval_steps: 2,
      eval_problems: 2,
      bootstrap_resamples: 200,
    },
    study: {
      seeds: [1, 2],
      arms: {
        sft: { method: 'sft' },
        dpo: { method: 'dpo', set: { 'dpo.use_token_level_rewards': false } },
        grpo: { method: 'grpo' },
      },
      compare: [['grpo', 'dpo']],
    },
  });
}

/** All that a study found, but how long it took. */
function found(summary: StudySummary | null): unknown {
  if (!summary) return null;
  const { minutes: _all, versions: _versions, ...rest } = summary;
  return { ...rest, arms: rest.arms.map(({ minutes: _own, ...arm }) => arm) };
}

/** Runs a study in a process of its own and kills it at an event. */
function killedStudy(config: Config, at: (event: { type: string; message?: string }) => boolean) {
  const source = `
    import { runStudy } from ${JSON.stringify(path.resolve('src/experiments/study/index.js'))};
    await runStudy(${JSON.stringify(config)}, {
      emit: ({ type, message }) => process.send({ type, message }),
    });
    process.disconnect();
  `;
  return new Promise<string | null>((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', source],
      { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
    );
    child.on('message', (event: { type: string }) => {
      if (at(event)) child.kill('SIGKILL');
    });
    child.on('error', reject);
    child.on('exit', (_code, signal) => resolve(signal));
  });
}

describe.skipIf(!hasCompiler)('a study (needs g++)', () => {
  let whole: StudySummary | null = null;

  it('trains every arm with every seed, shares candidates, and reports', async () => {
    const config = tinyStudy('whole');
    const events: TourEvent[] = [];
    const plan = await planStudy(config);
    expect(plan.runs.map(({ id, state }) => `${id} ${state}`)).toEqual([
      'base new',
      ...[1, 2].flatMap((seed) => [
        `${seed}/candidates new`,
        `${seed}/sft new`,
        `${seed}/dpo new`,
        `${seed}/grpo new`,
      ]),
    ]);
    expect(plan.runs.every(({ seconds }) => seconds > 0)).toBe(true);

    const {
      status,
      summary,
      report,
      folder: at,
    } = await runStudy(config, {
      emit: (event) => events.push(event),
    });
    whole = summary;
    expect(status).toBe('finished');
    expect(summary?.missing).toEqual([]);
    expect(summary?.arms.map(({ name, samples, seeds }) => [name, samples, seeds])).toEqual([
      ['sft', [0, 0], [1, 2]],
      ['dpo', [16, 16], [1, 2]],
      ['grpo', [16, 16], [1, 2]],
    ]);
    expect(summary?.curves.map(({ points }) => points.map(({ share }) => share))).toEqual(
      Array(3).fill([0, 0.5, 1]),
    );
    expect(events.filter(({ type }) => type === 'note')).toHaveLength(1 + plan.runs.length);
    expect(existsSync(path.join(at, '1', 'dpo', 'candidates.jsonl'))).toBe(false);
    const [first] = readRollouts(path.join(at, '1', 'candidates', 'candidates_annotated.jsonl'));
    const [second] = readRollouts(path.join(at, '2', 'candidates', 'candidates_annotated.jsonl'));
    expect(first.completionIds).not.toEqual(second.completionIds);
    const text = await readFile(report ?? '', 'utf8');
    expect(text).toContain('| sft | 2 |');
    expect(text).toContain('none (references)');
    for (const name of ['differences', 'learning-curves'])
      for (const kind of ['html', 'svg', 'png'])
        expect((await stat(path.join(at, 'plots', `${name}.${kind}`))).size).toBeGreaterThan(1000);
  }, 240_000);

  it('leaves finished runs alone and writes the same report from files', async () => {
    const config = tinyStudy('whole');
    const metadata = path.join(folder, 'whole', 'tiny', '1', 'grpo', 'run_metadata.json');
    const before = await readFile(metadata, 'utf8');
    const report = path.join(folder, 'whole', 'tiny', 'report.md');
    const text = await readFile(report, 'utf8');
    await rm(report);
    expect((await planStudy(config)).runs.every(({ state }) => state === 'finished')).toBe(true);
    const { summary } = await runStudy(config);
    expect(summary).toEqual(whole);
    expect(await readFile(metadata, 'utf8')).toBe(before);
    expect(await readFile(report, 'utf8')).toBe(text);
    expect((await writeStudyReport(config)).summary).toEqual(whole);
  }, 60_000);

  it('finds the same when it is killed, stopped inside a run and between two, and started again', async () => {
    const config = tinyStudy('stopped');
    // Inside the first seed's dpo: sft has made its four steps before.
    let steps = 0;
    const signal = await killedStudy(config, ({ type }) => type === 'step' && ++steps === 6);
    expect(signal).toBe('SIGKILL');
    const states = async (): Promise<string[]> =>
      (await planStudy(config)).runs.map(({ state }) => state);
    expect((await states()).slice(0, 5)).toEqual([
      'finished',
      'finished',
      'finished',
      'interrupted',
      'new',
    ]);

    const inside = new AbortController();
    const stopped = await runStudy(config, {
      signal: inside.signal,
      emit: (event) => event.type === 'step' && event.step === 3 && inside.abort(),
    });
    expect(stopped).toMatchObject({ status: 'interrupted', summary: null });

    const between = new AbortController();
    const again = await runStudy(config, {
      signal: between.signal,
      emit: (event) => {
        if (event.type === 'note' && event.message.includes('Seed 2, sft')) between.abort();
      },
    });
    expect(again.status).toBe('interrupted');

    // A seed and an arm of one's choice, then all that is left.
    const some = await runStudy(config, { only: ['grpo'], seeds: [2] });
    expect(some.summary?.missing).toEqual(['2/dpo']);
    const { status, summary } = await runStudy(config);
    expect(status).toBe('finished');
    expect(found(summary)).toEqual(found(whole));
    for (const arm of ['1/sft', '1/dpo', '1/grpo', '2/sft', '2/dpo', '2/grpo']) {
      const weights = ['tiny', arm, 'adapter', 'adapter_model.safetensors'];
      expect(await sha256OfFile(path.join(folder, 'stopped', ...weights))).toBe(
        await sha256OfFile(path.join(folder, 'whole', ...weights)),
      );
    }
  }, 300_000);

  it('goes on with the others where an arm fails, says so, and tries it again', async () => {
    const config = tinyStudy('failing');
    config.study.seeds = [1];
    config.study.arms = {
      dpo: { method: 'dpo', set: { 'dataset.pairs': { chosen: 'sampled', margin: 5 } } },
      sft: { method: 'sft', set: {} },
    };
    config.study.compare = [['dpo', 'sft']];
    const warnings: string[] = [];
    const { status, summary, report } = await runStudy(config, {
      emit: (event) => event.type === 'warning' && warnings.push(event.message),
    });
    expect(status).toBe('failed');
    expect(warnings.join()).toMatch(/Seed 1, dpo failed: .*nothing to learn from/);
    expect(summary?.missing).toEqual(['1/dpo']);
    expect(summary?.pairs).toEqual([]);
    expect(await readFile(report ?? '', 'utf8')).toContain('not in this report: 1/dpo.');
    // As a kill between the folder and its status leaves it.
    const at = path.join(folder, 'failing', 'tiny', '1', 'dpo');
    await rm(path.join(at, 'status.json'));
    for (const name of await readdir(at))
      if (name !== 'config.yaml') await rm(path.join(at, name), { recursive: true });
    expect((await runStudy(config)).status).toBe('failed');
  }, 120_000);

  it('refuses a folder whose run was made otherwise, and says in what', async () => {
    const changed = configWith(tinyStudy('whole'), { 'dpo.beta': 0.4 }, 'test');
    await expect(planStudy(changed)).rejects.toThrow(
      /1\/dpo: expected a run of this study, but it was made with others: dpo\.beta: 0\.1 → 0\.4\. Remove/,
    );
    const other = configWith(tinyStudy('whole'), { 'task.seed': 3 }, 'test');
    await expect(planStudy(other)).rejects.toThrow(/the data \(heldOut\)/);
    await expect(planStudy(tinyStudy('whole'), { only: ['ppo'] })).rejects.toThrow(
      '--only expects some of sft, dpo, grpo, got ppo',
    );
  }, 60_000);

  it('needs the untrained policy’s measurement before it can report', async () => {
    await expect(writeStudyReport(tinyStudy('nothing'))).rejects.toThrow('not finished');
  });
});
