import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPartTimer, createStageClock, remainingMs } from '../../src/experiments/run/clock.js';
import type { TourEvent } from '../../src/experiments/run/events.js';
import { readJson } from '../../src/experiments/run/files.js';
import { beginSession, endSession, gitRevision } from '../../src/experiments/run/metadata.js';
import type { RunMetadata } from '../../src/experiments/run/metadata.js';
import {
  appendMetrics,
  readMetrics,
  truncateMetricsAfter,
} from '../../src/experiments/run/metrics-log.js';
import { configFromObject } from '../../src/experiments/config/index.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-records-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('metrics.jsonl', () => {
  it('leaves out what has no value, a torn last line, and the steps after a checkpoint', async () => {
    const file = path.join(folder, 'metrics.jsonl');
    expect(await readMetrics(file)).toEqual([]);
    await appendMetrics(file, { step: 1, reward: 0.5, kl: NaN });
    await appendMetrics(file, { step: 2, reward: 0.6 });
    await appendFile(file, '{"step":3,"rew');
    expect(await readMetrics(file)).toEqual([
      { step: 1, reward: 0.5 },
      { step: 2, reward: 0.6 },
    ]);
    await truncateMetricsAfter(file, 1);
    await appendMetrics(file, { step: 2, reward: 0.7 });
    expect((await readMetrics(file)).map((row) => row.reward)).toEqual([0.5, 0.7]);
  });
});

describe('run_metadata.json', () => {
  it('holds one session for each start', async () => {
    const file = path.join(folder, 'run_metadata.json');
    const config = configFromObject({ task: { name: 'cpp' } });
    const facts = {
      run: 'tour',
      kind: 'tour',
      config,
      seed: 1,
      backend: null,
      isolation: null,
      toolchain: null,
      dataHashes: {},
    };
    await beginSession(file, facts, 0);
    await endSession(file, 4);
    await beginSession(file, facts, 4);
    const { sessions, versions } = (await readJson(file)) as RunMetadata;
    expect(sessions).toMatchObject([
      { fromStep: 0, toStep: 4 },
      { fromStep: 4, toStep: null },
    ]);
    expect(versions.node).toBe(process.versions.node);
  });

  it('has no git revision outside a repository', async () => {
    expect(await gitRevision(folder)).toBeNull();
  });
});

describe('clocks', () => {
  it('numbers the stages and always reports the end of a count', () => {
    const events: TourEvent[] = [];
    const clock = createStageClock((event) => events.push(event), ['load', 'train']);
    clock.begin('train', 'Training');
    for (let done = 1; done <= 50; done++) clock.progress('updates', done, 50);
    expect(events[0]).toMatchObject({ type: 'stage', index: 2, stages: 2 });
    expect(events.at(-1)).toMatchObject({ done: 50, total: 50, etaMs: 0 });
    expect(events.length).toBeLessThan(50);
  });

  it('has no guess of the time left before anything is done', () => {
    expect(remainingMs(1000, 0, 10)).toBeNull();
    expect(remainingMs(1000, 2, 10)).toBe(4000);
  });

  it('gives shares that sum to one', () => {
    const timer = createPartTimer();
    for (const part of ['sample', 'judge', 'sample']) timer.enter(part);
    const shares = timer.shares();
    expect(Object.keys(shares)).toEqual(['sample', 'judge']);
    expect(shares.sample + shares.judge).toBeCloseTo(1, 10);
  });
});
