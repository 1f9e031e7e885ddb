import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trainPretrain } from '../../src/experiments/index.js';
import type { Kill, KilledMethod } from './killed-runs.js';
import { killAndResume, methods, remains, tinyOptions, trainProcess } from './killed-runs.js';
import { hasCompiler, tinyPretrain } from './tiny.js';

let folder = '';
let model = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-kill-'));
  model = (await trainPretrain(tinyPretrain(path.join(folder, 'policy')))).paths.model ?? '';
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const options = (method: KilledMethod, name: string): string[] => [
  ...tinyOptions(method, model, path.join(folder, name)),
  `judge.cache=${path.join(folder, 'cache')}`,
];
const remainsOf = (name: string): ReturnType<typeof remains> =>
  remains(path.join(folder, name, 'run'));

describe.skipIf(!hasCompiler)('a training that is killed and resumed (needs g++)', () => {
  const halfCheckpoint = (name: string): Kill => {
    const checkpoints = path.join(folder, name, 'run', 'checkpoints');
    const isHalf = (entry: string): boolean => entry.includes('partial');
    return { seen: () => existsSync(checkpoints) && readdirSync(checkpoints).some(isHalf) };
  };
  const moments: [string, KilledMethod, (name: string) => Kill][] = [
    [
      'while the first group is judged and others are sampled',
      'grpo',
      () => (moment) => moment.label === 'completions sampled' && (moment.done ?? 0) >= 4,
    ],
    ['while it judges', 'grpo', () => (moment) => moment.label === 'completions judged'],
    ['at the edge of an epoch', 'sft', () => (moment) => moment.step === 3],
    ['while candidates are drawn', 'dpo', () => (moment) => moment.label === 'candidates judged'],
    ['in the middle of a checkpoint', 'sft', halfCheckpoint],
  ];
  const chosen = new Set(moments.map(([, method]) => method));
  beforeAll(async () => {
    for (const method of chosen)
      await trainProcess(method, options(method, `${method}-whole`), null);
  }, 180_000);

  // At a random moment; a hundred of them, by every method, are the soak's.
  it.each(methods.filter((method) => method === 'ppo'))(
    'by %s leaves weights, optimiser and records as one that never was',
    async (method) => {
      const started = Date.now();
      await trainProcess(method, options(method, `${method}-whole`), null);
      // The process needs some of that time to start: the kill lies in the work itself.
      const longestMs = Math.max(500, Date.now() - started - 1000);
      await killAndResume(method, options(method, `${method}-killed`), {
        kills: 1,
        seed: `kill/${method}`,
        longestMs,
      });
      expect(await remainsOf(`${method}-killed`)).toEqual(await remainsOf(`${method}-whole`));
    },
    180_000,
  );

  it.each(moments)(
    'is the same when it is killed %s (%s)',
    async (what, method, kill) => {
      const name = `${method}-${what.replaceAll(' ', '-')}`;
      // A half-written checkpoint is there for milliseconds: it may pass unseen, all else may not.
      const finished = await trainProcess(method, options(method, name), kill(name));
      if (!what.includes('checkpoint')) expect(finished).toBe(false);
      if (!finished) await trainProcess(method, options(method, name), null);
      expect(await remainsOf(name)).toEqual(await remainsOf(`${method}-whole`));
    },
    180_000,
  );
});
