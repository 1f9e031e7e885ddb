import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trainPretrain } from '../../src/experiments/index.js';
import { killAndResume, methods, remains, tinyOptions, trainProcess } from './killed-runs.js';
import { hasCompiler, tinyPretrain } from './tiny.js';

let folder = '';
let model = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-kills-'));
  model = (await trainPretrain(tinyPretrain(path.join(folder, 'policy')))).paths.model ?? '';
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A run is killed this often at most; five runs of each method make a hundred kills and more. */
const killsOfARun = 4;
const runsOfAMethod = 5;

describe.skipIf(!hasCompiler)('a hundred kills (needs g++)', () => {
  it.each(methods)(
    'by %s leave weights, optimiser and records as a run that was never killed',
    async (method) => {
      const options = (name: string): string[] => [
        ...tinyOptions(method, model, path.join(folder, name)),
        `judge.cache=${path.join(folder, 'cache')}`,
      ];
      const started = Date.now();
      await trainProcess(method, options(`${method}-whole`), null);
      const longestMs = Math.max(500, Date.now() - started - 1000);
      const whole = await remains(path.join(folder, `${method}-whole`, 'run'));
      let killed = 0;
      for (let run = 0; run < runsOfAMethod || killed < killsOfARun * runsOfAMethod; run++) {
        const name = `${method}-${run}`;
        const seed = `kills/${method}/${run}`;
        killed += (
          await killAndResume(method, options(name), { kills: killsOfARun, seed, longestMs })
        ).killed;
        expect(await remains(path.join(folder, name, 'run')), name).toEqual(whole);
        await rm(path.join(folder, name), { recursive: true, force: true });
      }
      console.log(`${method}: ${killed} kills, all resumed to the bit`);
    },
    3_600_000,
  );
});
