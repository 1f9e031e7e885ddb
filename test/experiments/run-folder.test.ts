import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configFromObject } from '../../src/experiments/config/index.js';
import { readJson, writeJson } from '../../src/experiments/run/files.js';
import { findInterruptedRun, listRuns } from '../../src/experiments/run/find-run.js';
import { createRun, resumeRun } from '../../src/experiments/run/run-folder.js';
import { type RunStatus } from '../../src/experiments/run/run-status.js';

let outputDir = '';
beforeEach(async () => {
  outputDir = await mkdtemp(path.join(os.tmpdir(), 'rlsf-runs-'));
});
afterEach(() => rm(outputDir, { recursive: true, force: true }));

function config(run: Record<string, unknown> = {}) {
  return configFromObject({
    run: { output_dir: outputDir, name_prefix: 'tour', ...run },
    task: { name: 'cpp' },
  });
}

/** As if the process that ran it had been killed. */
async function kill(name: string): Promise<void> {
  const file = path.join(outputDir, name, 'status.json');
  const status = (await readJson(file)) as RunStatus;
  await writeJson(file, { ...status, process: { ...status.process, started: 'long ago' } });
}

describe('names', () => {
  it('takes a name whose start was killed: no folder has it before config and status are whole', async () => {
    // What a kill leaves at most.
    await mkdir(path.join(outputDir, '.new-x1y2z3'));
    await writeFile(path.join(outputDir, '.new-x1y2z3', 'status.json'), 'half of it');
    expect((await createRun(config({ name: 'mine' }), 'tour', 10)).name).toBe('mine');
    expect((await listRuns(outputDir)).map(({ name }) => name)).toEqual(['mine']);
  });

  it('gives each of several that start at once a name of its own', async () => {
    const runs = await Promise.all(
      Array.from({ length: 5 }, () => createRun(config(), 'tour', 10)),
    );
    expect(runs.map(({ name }) => name).sort()).toEqual([
      'tour',
      'tour-2',
      'tour-3',
      'tour-4',
      'tour-5',
    ]);
  });

  it('makes tour, tour-2, tour-3 beside each other', async () => {
    const names = [];
    for (let i = 0; i < 3; i++) names.push((await createRun(config(), 'tour', 10)).name);
    expect(names).toEqual(['tour', 'tour-2', 'tour-3']);
  });

  it('goes on after the highest number, also when a lower name became free', async () => {
    await mkdir(path.join(outputDir, 'tour-7'));
    expect((await createRun(config(), 'tour', 10)).name).toBe('tour-8');
  });

  it('does not count names that only look alike', async () => {
    await mkdir(path.join(outputDir, 'tour-de-france'));
    await mkdir(path.join(outputDir, 'tourist'));
    expect((await createRun(config(), 'tour', 10)).name).toBe('tour');
  });

  it('refuses a given name that is taken', async () => {
    await createRun(config({ name: 'mine' }), 'tour', 10);
    await expect(createRun(config({ name: 'mine' }), 'tour', 10)).rejects.toThrow(
      /mine is there already\. Resume it/,
    );
  });

  it('refuses a name that would leave the folder', async () => {
    await expect(createRun(config({ name: '../x' }), 'tour', 10)).rejects.toThrow(
      /run\.name: expected/,
    );
  });
});

describe('the config file', () => {
  it('is written as resolved, name included, and reads back equal', async () => {
    const run = await createRun(config(), 'tour', 10);
    expect(await readFile(run.paths.config, 'utf8')).toMatch(/^# The config of this run/);
    await kill('tour');
    expect((await resumeRun('tour', outputDir)).config).toEqual(run.config);
    expect(run.config.run.name).toBe('tour');
  });
});

describe('interrupted runs', () => {
  it('are told from running and from finished ones', async () => {
    const running = await createRun(config(), 'tour', 10);
    expect(await findInterruptedRun(config(), 'tour')).toBeNull();
    await kill(running.name);
    expect((await findInterruptedRun(config(), 'tour'))?.name).toBe('tour');
    await running.setStatus({ state: 'finished', step: 10 });
    expect(await findInterruptedRun(config(), 'tour')).toBeNull();
  });

  it('are found newest first, of this kind and this config only', async () => {
    for (const kind of ['tour', 'tour', 'grpo'] as const) {
      const run = await createRun(config(), kind, 10);
      await run.setStatus({ state: 'interrupted' });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect((await findInterruptedRun(config(), 'tour'))?.name).toBe('tour-2');
    expect((await findInterruptedRun(config(), 'grpo'))?.name).toBe('tour-3');
    expect(await findInterruptedRun(config({ name_prefix: 'other' }), 'tour')).toBeNull();
  });

  it('can be resumed; running, finished and unknown ones cannot', async () => {
    const run = await createRun(config(), 'tour', 10);
    await expect(resumeRun('tour', outputDir)).rejects.toThrow(/still working on it/);
    await run.setStatus({ state: 'interrupted', step: 4 });
    const resumed = await resumeRun('tour', outputDir);
    expect(resumed.resumed).toBe(true);
    expect((await listRuns(outputDir))[0].status).toMatchObject({ state: 'running', step: 4 });
    await resumed.setStatus({ state: 'finished' });
    await expect(resumeRun('tour', outputDir)).rejects.toThrow(/finished/);
    await expect(resumeRun('tuor', outputDir)).rejects.toThrow(/Nearest: tour\./);
  });

  it('name a status file that cannot be read', async () => {
    await mkdir(path.join(outputDir, 'bad'));
    await writeFile(path.join(outputDir, 'bad', 'status.json'), '{');
    await expect(listRuns(outputDir)).rejects.toThrow(/status\.json: expected JSON/);
  });
});
