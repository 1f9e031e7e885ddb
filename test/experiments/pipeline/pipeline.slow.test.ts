import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TourEvent } from '../../../src/experiments/index.js';
import { readMetrics, trainPretrain } from '../../../src/experiments/index.js';
import type { ExperimentResult, ExperimentStage } from '../../../src/experiments/pipeline/index.js';
import { planExperiment, runExperiment } from '../../../src/experiments/pipeline/index.js';
import { readRollouts } from '../../../src/rollouts/index.js';
import { hasCompiler, tinyPretrain } from '../tiny.js';
import { configOf, stamps, tinyPipeline } from './tiny-pipeline.js';

let folder = '';
let model = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-stages-'));
  model = (await trainPretrain(tinyPretrain(path.join(folder, 'policy')))).paths.model ?? '';
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const offline: ExperimentStage[] = [
  'baseline',
  'train_gen',
  'rl_build',
  'train_all',
  'merge',
  'test_after',
  'analyze',
  'report',
];

async function run(
  name: string,
  only: readonly string[],
  more: readonly string[] = [],
  options: { task?: 'cpp' | 'maths'; force?: string[]; emit?: (event: TourEvent) => void } = {},
): Promise<ExperimentResult> {
  const { task = 'cpp', ...rest } = options;
  const config = await configOf([...tinyPipeline(task, model, path.join(folder, name)), ...more]);
  return runExperiment(config, { only, ...rest });
}

const actions = ({ stages }: ExperimentResult): string[] =>
  stages.map(({ stage, action }) => (action === 'made' ? stage : `(${stage})`));

async function json(...parts: string[]): Promise<Record<string, never>> {
  return JSON.parse(await readFile(path.join(...parts), 'utf8')) as Record<string, never>;
}

describe.skipIf(!hasCompiler)('the offline sequence (needs g++)', () => {
  const chain = ['pipeline.methods=[kto, sft]'];

  it('leaves every artifact, the second method on top of the first, the merged model measured', async () => {
    const events: TourEvent[] = [];
    const result = await run('offline', offline, chain, { emit: (event) => events.push(event) });
    expect(actions(result)).toEqual(offline);
    const { folder: at } = result;
    for (const name of [
      'evaluations_baseline.json',
      'candidates.jsonl',
      'candidates_annotated.jsonl',
      'nbest.jsonl',
      'pairs.jsonl',
      'kto.jsonl',
      'sft.jsonl',
      'manifest.json',
      'merged/model.safetensors',
      'evaluations_after.json',
      'analysis.json',
      'exp_summary.json',
      'exp_summary.md',
      'plots/before-after.html',
    ]) {
      expect([name, existsSync(path.join(at, name))]).toEqual([name, true]);
    }
    const page = await readFile(path.join(at, 'report.md'), 'utf8');
    expect(await readFile(path.join(at, 'exp_summary.md'), 'utf8')).toBe(page);
    expect(page).toMatch(/train_all \| kto, 3 updates; then sft, 3 updates/);
    expect(page).toContain('by merged/');
    // The second run continued the adapter of the first one.
    const second = await readFile(path.join(at, 'train', '2-sft', 'config.yaml'), 'utf8');
    expect(second).toContain(`adapter_name_or_path: ${path.join(at, 'train', '1-kto', 'adapter')}`);
    expect((await readMetrics(path.join(at, 'train', '2-sft', 'metrics.jsonl'))).length).toBe(3);
    const { splits } = await json(at, 'exp_summary.json');
    expect(Object.keys(splits)).toEqual(['held_out']);
    const rows = [...readRollouts(path.join(at, 'candidates_annotated.jsonl'))];
    expect(rows.length).toBe(9);
    expect(rows.every(({ verdict, reward }) => verdict && reward !== undefined)).toBe(true);
    expect(events.filter(({ type }) => type === 'header').length).toBe(1);
    expect(events.at(-1)?.type).toBe('finished');
  }, 180_000);

  it('says beforehand that nothing is to be done, does nothing, and rewrites nothing', async () => {
    const before = await stamps(path.join(folder, 'offline'));
    const set = [...tinyPipeline('cpp', model, path.join(folder, 'offline')), ...chain];
    const plan = await planExperiment(await configOf(set), { only: offline });
    expect(plan.stages.map(({ action }) => action)).toEqual(offline.map(() => 'unchanged'));
    const notes: string[] = [];
    const result = await run('offline', offline, chain, {
      emit: (event) => event.type === 'note' && notes.push(event.message),
    });
    expect(actions(result)).toEqual(offline.map((stage) => `(${stage})`));
    expect(notes).toContainEqual(expect.stringMatching(/^rl_build: unchanged since \d\d:\d\d$/));
    expect(await stamps(path.join(folder, 'offline'))).toEqual(before);
  }, 60_000);

  it('scores again and builds again where only the reward changed, and keeps what was there', async () => {
    const at = path.join(folder, 'offline', 'exp');
    const candidates = (await stamps(at))['candidates.jsonl'];
    const scored = await readFile(path.join(at, 'candidates_annotated.jsonl'), 'utf8');
    // What a compile error earns decides nothing in a set of compile errors, but every row has it.
    const more = [...chain, 'reward.scores.compile_error=0.01', 'reward.scores.no_answer=0.01'];
    const set = [...tinyPipeline('cpp', model, path.join(folder, 'offline')), ...more];
    const [, gen, built] = (await planExperiment(await configOf(set), { only: offline })).stages;
    expect([gen.action, gen.redo, gen.expected.tokens.sampled]).toEqual(['again', 'score', 0]);
    expect(built.action).toBe('again');
    const result = await run('offline', offline, more);
    expect(actions(result).slice(0, 4)).toEqual([
      '(baseline)',
      'train_gen',
      'rl_build',
      'train_all',
    ]);
    expect(actions(result).at(-1)).toBe('report');
    expect((await stamps(at))['candidates.jsonl']).toBe(candidates);
    const rewards = [...readRollouts(path.join(at, 'candidates_annotated.jsonl'))];
    expect(rewards.every(({ reward }) => reward !== 0)).toBe(true);
    const kept = path.join(at, 'earlier', 'train_gen-1', 'candidates_annotated.jsonl');
    expect(await readFile(kept, 'utf8')).toBe(scored);
    expect((await readdir(path.join(at, 'earlier'))).sort()).toEqual(
      expect.arrayContaining(['rl_build-1', 'train_all-1', 'train_gen-1', 'report-1']),
    );
  }, 120_000);

  it('makes a file again that somebody changed, and warns of a stage that it builds on and that is stale', async () => {
    const at = path.join(folder, 'offline', 'exp');
    const warnings: string[] = [];
    await rm(path.join(at, 'pairs.jsonl'));
    // The first reward again: the candidates there are scored by the second.
    const result = await run('offline', ['rl_build'], chain, {
      emit: (event) => event.type === 'warning' && warnings.push(event.message),
    });
    expect(actions(result)).toEqual(['rl_build']);
    expect(existsSync(path.join(at, 'pairs.jsonl'))).toBe(true);
    expect(warnings).toContainEqual(
      expect.stringMatching(/^train_gen is used as it was made; .*reward\.scores\.compile_error/),
    );
  }, 60_000);

  it('keeps what was made when a later stage fails, and goes on there', async () => {
    const only = ['train_gen', 'rl_build', 'train_all'];
    const sampled = ['pipeline.methods=sft', 'dataset.completions=sampled'];
    await expect(run('failing', only, sampled)).rejects.toThrow(
      /sft\.jsonl: expected rows for sft to learn from, got none/,
    );
    const again = await run('failing', only, ['pipeline.methods=sft']);
    expect(actions(again)).toEqual(['(train_gen)', 'rl_build', 'train_all']);
  }, 120_000);
});

describe.skipIf(!hasCompiler)('the online sequence (needs g++)', () => {
  const online = ['baseline', 'online_grpo', 'test_after', 'report'];

  it('on the C++ task measures the adapter, and is made again by --force alone', async () => {
    const result = await run('online', online);
    expect(actions(result)).toEqual(online);
    const { stages } = await json(result.folder, 'stages.json');
    expect(stages['test_after']).toMatchObject({
      facts: { subject: 'online_grpo/adapter', trained: 'online_grpo' },
    });
    const forced = await run('online', online, [], { force: ['baseline'] });
    expect(actions(forced)).toEqual(['baseline', '(online_grpo)', '(test_after)', 'report']);
    expect(existsSync(path.join(result.folder, 'earlier', 'baseline-1'))).toBe(true);
  }, 120_000);

  it('stops at a signal and goes on to the same end', async () => {
    const stop = new AbortController();
    const set = tinyPipeline('cpp', model, path.join(folder, 'stopped'));
    const config = await configOf(set);
    const emit = (event: TourEvent): void => {
      if (event.type === 'step' && event.step === 2) stop.abort();
    };
    const first = await runExperiment(config, { only: online, emit, signal: stop.signal });
    expect(first.status).toBe('interrupted');
    const second = await runExperiment(config, { only: online });
    expect(actions(second)).toEqual(['(baseline)', 'online_grpo', 'test_after', 'report']);
    const weights = 'exp/online_grpo/adapter/adapter_model.safetensors';
    const of = async (name: string): Promise<string> =>
      (await stamps(path.join(folder, name)))[weights].split(' ')[1];
    expect(await of('stopped')).toBe(await of('online'));
  }, 120_000);
});

describe.skipIf(!hasCompiler)('the maths task (needs g++)', () => {
  it('goes through the offline and the online sequence in one folder, the last training measured', async () => {
    const dpo = ['pipeline.methods=dpo'];
    const first = await run(
      'maths',
      offline.filter((one) => one !== 'merge'),
      dpo,
      {
        task: 'maths',
      },
    );
    expect(existsSync(path.join(first.folder, 'train', '1-dpo', 'adapter'))).toBe(true);
    const second = await run('maths', ['baseline', 'online_grpo', 'test_after', 'report'], dpo, {
      task: 'maths',
    });
    expect(actions(second)).toEqual(['(baseline)', 'online_grpo', 'test_after', 'report']);
    expect(existsSync(path.join(first.folder, 'earlier', 'test_after-1'))).toBe(true);
    const { splits } = await json(first.folder, 'exp_summary.json');
    expect(splits['held_out']).toMatchObject({ before: { answers: expect.anything() as unknown } });
  }, 180_000);
});

it('leaves nothing behind when it only says what it would do', async () => {
  const set = tinyPipeline('cpp', model, path.join(folder, 'dry'));
  const { stages, basis } = await planExperiment(await configOf(set), { only: offline });
  expect(stages.map(({ action }) => action)).toEqual(offline.map(() => 'new'));
  expect(stages.every(({ expected }) => expected.seconds > 0 && expected.bytes > 0)).toBe(true);
  expect(basis).toMatch(/^a guess .* at most$/);
  expect(existsSync(path.join(folder, 'dry'))).toBe(false);
});
