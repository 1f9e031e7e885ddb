import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openTrackers, trackedMetrics } from '../../../src/experiments/trackers/index.js';
import { flattenConfig } from '../../../src/experiments/trackers/names.js';
import { listen, temporaryFolder, trackedRun } from './context.js';

describe('openTrackers', () => {
  it('writes event files and nothing else unless asked', async () => {
    const folder = await temporaryFolder();
    const tracker = await openTrackers({}, trackedRun(folder), { env: {} });
    await tracker.log(1, { reward: 1 });
    await tracker.finish('finished');
    expect(await readdir(folder)).toEqual(['tensorboard']);
  });

  it('goes on with the others where one cannot be opened, and names it once', async () => {
    const folder = await temporaryFolder();
    // A file where TensorBoard's folder should be.
    await writeFile(path.join(folder, 'tensorboard'), '');
    const warnings: string[] = [];
    const settings = { mlflow: true, trackio: true, wandb: true };
    const options = {
      env: { WANDB_MODE: 'offline' },
      onWarning: (message: string) => void warnings.push(message),
    };
    const tracker = await openTrackers(settings, trackedRun(folder), options);
    for (const step of [1, 2, 3]) await tracker.log(step, { reward: step });
    await tracker.finish('finished');
    expect(warnings.map((warning) => warning.split(':')[0]).sort()).toEqual([
      'MLflow',
      'TensorBoard',
      'trackio',
    ]);
    for (const warning of warnings) expect(warning).toContain('The run goes on without it');
    expect(await readdir(folder)).toContain('wandb');
  });

  it('leaves a tool alone that fails in the middle', async () => {
    const folder = await temporaryFolder();
    const warnings: string[] = [];
    const tracker = await openTrackers({}, trackedRun(folder), {
      env: {},
      onWarning: (message) => void warnings.push(message),
    });
    await tracker.log(1, { reward: 1 });
    const events = path.join(folder, 'tensorboard');
    const [file] = await readdir(events);
    await rename(path.join(events, file), path.join(events, 'moved'));
    await mkdir(path.join(events, file));
    for (const step of [2, 3]) await tracker.log(step, { reward: step });
    await tracker.finish('finished');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^TensorBoard: EISDIR.* The run goes on without it/);
  });

  it('is held by no server: log at once, finish after its timeout for all side by side', async () => {
    const folder = await temporaryFolder();
    const silent = await listen(() => new Promise(() => undefined));
    const warnings: string[] = [];
    const started = performance.now();
    const tracker = await openTrackers(
      { tensorboard: false, mlflow: true, trackio: true, timeoutMs: 400 },
      trackedRun(folder),
      {
        env: { MLFLOW_TRACKING_URI: silent.address, TRACKIO_SERVER_URL: silent.address },
        onWarning: (message) => void warnings.push(message),
      },
    );
    for (let step = 1; step <= 50; step++) await tracker.log(step, { reward: step });
    expect(performance.now() - started).toBeLessThan(300);
    const ended = performance.now();
    await tracker.finish('finished');
    expect(performance.now() - ended).toBeLessThan(1500);
    expect(warnings.filter((warning) => warning.includes('50 steps had not reached'))).toHaveLength(
      2,
    );
  });

  it.each([{ WANDB_MODE: 'disabled' }, { WANDB_DISABLED: 'true' }])(
    'leaves W&B out by %o',
    async (env) => {
      const folder = await temporaryFolder();
      const tracker = await openTrackers({ tensorboard: false, wandb: true }, trackedRun(folder), {
        env,
      });
      await tracker.finish('finished');
      expect(await readdir(folder)).toEqual([]);
    },
  );
});

describe('tracked names', () => {
  it('are those of transformers’ integrations, but for `test_…`', () => {
    expect(
      trackedMetrics({
        step: 3,
        reward: 1,
        'rewards/a/mean': 2,
        eval_reward: 3,
        test_pass_rate: 4,
      }),
    ).toEqual({
      'train/reward': 1,
      'train/rewards/a/mean': 2,
      'eval/reward': 3,
      'train/test_pass_rate': 4,
    });
  });

  it('make a config flat by its dots', () => {
    expect(flattenConfig({ a: { b: { c: 1 }, d: [1, { e: 2 }] }, f: null, g: {} })).toEqual([
      ['a.b.c', 1],
      ['a.d', [1, { e: 2 }]],
      ['f', null],
      ['g', {}],
    ]);
  });
});
