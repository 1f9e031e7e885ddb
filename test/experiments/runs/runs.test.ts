import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  planPruning,
  planRemoval,
  pruneRuns,
  removeRuns,
  runDetails,
  runEntries,
  setStudyAside,
} from '../../../src/experiments/runs/index.js';
import { createRun, resumeRun } from '../../../src/experiments/run/run-folder.js';
import { readStatus } from '../../../src/experiments/run/run-status.js';
import { configFromObject } from '../../../src/experiments/config/index.js';
import { call } from '../../cli/call.js';
import { addCheckpoints, exampleRun, temporaryRuns } from './example-runs.js';

let runs = '';
beforeEach(() => {
  runs = temporaryRuns();
});
afterEach(() => rmSync(runs, { recursive: true, force: true }));

const names = async (): Promise<string[]> =>
  (await runEntries(runs)).map(({ name }) => name).sort();

describe('runs list', () => {
  it('tells finished, interrupted, killed, failed, running and unreadable runs apart', async () => {
    for (const state of ['finished', 'interrupted', 'killed', 'failed', 'running'] as const)
      await exampleRun(runs, state, state);
    mkdirSync(path.join(runs, 'broken'));
    writeFileSync(path.join(runs, 'broken', 'status.json'), '{');
    const states = Object.fromEntries((await runEntries(runs)).map((run) => [run.name, run.state]));
    expect(states).toEqual({
      finished: 'finished',
      interrupted: 'interrupted',
      killed: 'interrupted',
      failed: 'failed',
      running: 'running',
      broken: 'unreadable',
    });
  });

  it('has the headline figure, steps and size of each, and prints them', async () => {
    const run = await exampleRun(runs, 'one');
    const rate = (value: number) => ({ held_out: { rates: { fully_clean_rate: { value } } } });
    writeFileSync(run.paths.evaluation('before'), JSON.stringify(rate(0.25)));
    writeFileSync(run.paths.evaluation('after'), JSON.stringify(rate(0.5)));
    writeFileSync(path.join(run.folder, 'large.bin'), Buffer.alloc(5_000_000));
    const [entry] = await runEntries(runs);
    expect(entry).toMatchObject({ kind: 'grpo', step: 4, maxSteps: 4 });
    expect(entry.headline).toMatchObject({ metric: 'fully_clean_rate', before: 0.25, after: 0.5 });
    expect(entry.bytes).toBeGreaterThan(5_000_000);
    const { out } = await call('runs', 'list', '--output-dir', runs);
    expect(out).toMatch(
      /one +grpo +✓ finished +4\/4 +fully clean 25\.0 → 50\.0 % +< 1 min +5\.0 MB/,
    );
  });

  it('takes the reward of the training where nothing is measured', async () => {
    await exampleRun(runs, 'one');
    const [{ headline }] = await runEntries(runs);
    expect(headline).toMatchObject({ metric: 'reward', before: 0.25, after: 1, of: 'training' });
  });

  it('finds the arms of a study, and measures them from its baseline', async () => {
    const arm = await exampleRun(path.join(runs, 'study', '1'), 'dpo');
    const base = await exampleRun(path.join(runs, 'study'), 'base', 'finished', 'base');
    writeFileSync(path.join(runs, 'study', 'study.json'), '{"runs":{}}');
    const rate = (value: number) => ({ held_out: { rates: { fully_clean_rate: { value } } } });
    writeFileSync(base.paths.evaluation('before'), JSON.stringify(rate(0.25)));
    writeFileSync(arm.paths.evaluation('after'), JSON.stringify(rate(0.5)));
    const entries = await runEntries(runs);
    expect(entries.map(({ name }) => name).sort()).toEqual(['study/1/dpo', 'study/base']);
    const found = entries.find(({ name }) => name === 'study/1/dpo');
    expect(found?.headline).toMatchObject({ before: 0.25, after: 0.5 });
  });
});

describe('runs show', () => {
  it('names the options that differ from the defaults, and every file with its size', async () => {
    const run = await exampleRun(runs, 'one');
    addCheckpoints(run, [4]);
    const details = await runDetails('one', runs);
    expect(details.options).toContainEqual({ option: 'grpo.beta', value: 0.07, byDefault: 0.02 });
    expect(details.options.map(({ option }) => option)).not.toContain('grpo.epsilon');
    const files = Object.fromEntries(details.files.map(({ name, bytes }) => [name, bytes]));
    expect(files['checkpoints/']).toBeGreaterThan(1000);
    const { out } = await call('runs', 'show', 'one', '--output-dir', runs);
    expect(out).toContain('grpo.beta: 0.07  (default 0.02)');
  });

  it('names the nearest run where there is none of that name', async () => {
    await exampleRun(runs, 'tour');
    await expect(runDetails('tuor', runs)).rejects.toThrow(/Nearest: tour\./);
  });
});

describe('--force', () => {
  const config = (name: string | null) =>
    configFromObject({ run: { output_dir: runs, name }, task: { name: 'cpp' } });

  it('keeps the old run under another name, whole, as often as need be', async () => {
    const old = await exampleRun(runs, 'mine');
    writeFileSync(path.join(old.folder, 'note.txt'), 'first');
    const second = await createRun(config('mine'), 'grpo', 9, { force: true });
    expect(second.replaced).toBe(path.join(runs, 'mine.old-1'));
    expect(readFileSync(path.join(runs, 'mine.old-1', 'note.txt'), 'utf8')).toBe('first');
    expect(await readStatus(second.folder)).toMatchObject({ state: 'running', maxSteps: 9 });
    await second.setStatus({ state: 'interrupted' });
    await createRun(config('mine'), 'grpo', 9, { force: true });
    expect(await names()).toEqual(['mine', 'mine.old-1', 'mine.old-2']);
  });

  it('refuses a running run, a folder that is no run, and no name', async () => {
    await exampleRun(runs, 'busy', 'running');
    mkdirSync(path.join(runs, 'mine'));
    writeFileSync(path.join(runs, 'mine', 'thesis.md'), 'all of it');
    const start = (name: string | null) => createRun(config(name), 'grpo', 1, { force: true });
    await expect(start('busy')).rejects.toThrow(/still working on/);
    await expect(start('mine')).rejects.toThrow(/no status\.json/);
    await expect(start(null)).rejects.toThrow(/expected a name/);
    expect(readFileSync(path.join(runs, 'mine', 'thesis.md'), 'utf8')).toBe('all of it');
  });

  it('of a study puts the whole study aside', async () => {
    const study = path.join(runs, 'study');
    await exampleRun(path.join(study, '1'), 'dpo');
    await expect(setStudyAside(study)).rejects.toThrow(/no study\.json/);
    writeFileSync(path.join(study, 'study.json'), '{"runs":{}}');
    expect(await setStudyAside(study)).toBe(`${study}.old-1`);
    expect(await names()).toEqual(['study.old-1/1/dpo']);
  });
});

describe('runs rm', () => {
  it('removes runs, arms of studies and whole studies, and nothing beside them', async () => {
    for (const name of ['a', 'b', 'c']) await exampleRun(runs, name);
    await exampleRun(path.join(runs, 'study', '1'), 'dpo');
    await exampleRun(path.join(runs, 'study', '1'), 'kto');
    writeFileSync(path.join(runs, 'study', 'study.json'), '{"runs":{}}');
    await removeRuns(['a', 'study/1/dpo'], runs);
    expect(await names()).toEqual(['b', 'c', 'study/1/kto']);
    expect((await removeRuns(['study'], runs))[0].runs).toBe(1);
    expect(await names()).toEqual(['b', 'c']);
    expect(existsSync(path.join(runs, 'study'))).toBe(false);
  });

  it('refuses a running run, and removes none of the others named with it', async () => {
    await exampleRun(runs, 'idle');
    await exampleRun(runs, 'busy', 'running');
    await expect(removeRuns(['idle', 'busy'], runs)).rejects.toThrow(/process \d+ holds/);
    expect(await names()).toEqual(['busy', 'idle']);
  });

  it('refuses an arm of a study that another machine may be working on', async () => {
    const run = await exampleRun(runs, 'far', 'running');
    const status = await readStatus(run.folder);
    const process = { ...status?.process, host: 'elsewhere' };
    writeFileSync(run.paths.status, JSON.stringify({ ...status, process }));
    await expect(planRemoval(['far'], runs)).rejects.toThrow(/cannot be asked from here/);
  });

  it('asks, and with nobody there wants --yes', async () => {
    await exampleRun(runs, 'one');
    const asked = await call('runs', 'rm', 'one', '--output-dir', runs);
    expect(asked.code).toBe(2);
    expect(asked.err).toMatch(/say so with --yes/);
    expect(await names()).toEqual(['one']);
    expect((await call('runs', 'rm', 'one', '--output-dir', runs, '--yes')).code).toBe(0);
    expect(await names()).toEqual([]);
  });

  it('removes no folder that is no run', async () => {
    mkdirSync(path.join(runs, 'mine'));
    await expect(removeRuns(['mine'], runs)).rejects.toThrow(/no run \(no status\.json\)/);
    await expect(removeRuns(['..'], runs)).rejects.toThrow(/no run/);
  });
});

describe('runs prune', () => {
  const kept = (run: { paths: { checkpoints: string } }, steps: number[]): number[] =>
    steps.filter((step) => existsSync(path.join(run.paths.checkpoints, `step_${step}`)));

  it('keeps the last checkpoint of a finished run and its best, and all of a stopped one', async () => {
    const finished = await exampleRun(runs, 'finished');
    const stopped = await exampleRun(runs, 'stopped', 'interrupted');
    addCheckpoints(finished, [1, 2, 3, 4], 2);
    addCheckpoints(stopped, [1, 2, 3, 4], 2);
    const plan = await planPruning([], runs);
    expect(plan.map((each) => path.basename(each.path))).toEqual(['step_1', 'step_3']);
    expect(plan.every(({ bytes }) => bytes > 1000)).toBe(true);
    await pruneRuns([], runs);
    expect(kept(finished, [1, 2, 3, 4])).toEqual([2, 4]);
    expect(kept(stopped, [1, 2, 3, 4])).toEqual([1, 2, 3, 4]);
    expect((await resumeRun('stopped', runs)).resumed).toBe(true);
    expect((await runDetails('finished', runs)).lastMetrics).toEqual({ step: 4, reward: 1 });
  });

  it('keeps as many as asked for, or none', async () => {
    const run = await exampleRun(runs, 'one');
    addCheckpoints(run, [1, 2, 3]);
    await pruneRuns(['one'], runs, { keep: 2 });
    expect(kept(run, [1, 2, 3])).toEqual([2, 3]);
    await pruneRuns(['one'], runs, { keep: 0 });
    expect(kept(run, [1, 2, 3])).toEqual([]);
  });

  it('takes indexes that have their log, and what a kill left, of no running run', async () => {
    for (const state of ['finished', 'interrupted', 'running'] as const) {
      const run = await exampleRun(runs, state, state);
      for (const name of ['rollouts.index', 'notes.index']) mkdirSync(path.join(run.folder, name));
      writeFileSync(path.join(run.folder, 'rollouts.index', 'a.parquet'), 'x'.repeat(300));
      writeFileSync(run.paths.rollouts, '');
      writeFileSync(path.join(run.folder, 'report.html.partial'), 'half');
    }
    const gone = (await pruneRuns([], runs)).map((each) => path.relative(runs, each.path)).sort();
    expect(gone).toEqual([
      'finished/report.html.partial',
      'finished/rollouts.index',
      'interrupted/report.html.partial',
      'interrupted/rollouts.index',
    ]);
  });

  it('says in advance what would go, and then touches nothing', async () => {
    const run = await exampleRun(runs, 'one');
    addCheckpoints(run, [1, 2]);
    const { out } = await call('runs', 'prune', '--dry-run', '--output-dir', runs);
    expect(out).toMatch(/1\.0 kB .*step_1 +checkpoint[^]*1\.0 kB would be freed/);
    expect(kept(run, [1, 2])).toEqual([1, 2]);
  });
});
