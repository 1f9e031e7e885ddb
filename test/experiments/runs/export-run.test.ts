import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exportRun, runDetails } from '../../../src/experiments/runs/index.js';
import { machineMarks, portableText } from '../../../src/experiments/runs/portable.js';
import { readRollouts } from '../../../src/rollouts/index.js';
import { exampleVerdict } from '../../rollouts/example-rollout.js';
import {
  addCheckpoints,
  addRollouts,
  exampleRollouts,
  exampleRun,
  temporaryRuns,
} from './example-runs.js';

const secret = 'correct-horse-battery';
const env = { SERVICE_TOKEN: secret, PATH: '/usr/bin' };
let runs = '';
beforeEach(() => {
  runs = temporaryRuns();
});
afterEach(() => rmSync(runs, { recursive: true, force: true }));

async function runWithTraces(): Promise<string> {
  const run = await exampleRun(runs, 'one');
  addCheckpoints(run, [4]);
  const stdout = `in ${run.folder}/x with ${secret} at https://me:pw1234@host/a`;
  const stage = {
    ...{ stage: 'run' as const, command: [path.join(os.homedir(), 'bin/g++')], exitCode: 0 },
    ...{ signal: null, durationMs: 1, stdout, stderr: '', truncated: false },
  };
  const completion = `// ${os.homedir()}/x`;
  const [first] = exampleRollouts({ verdict: exampleVerdict('clean', { stages: [stage] }) });
  addRollouts(run, [{ ...first, completion }]);
  writeFileSync(run.paths.report, `made in ${process.cwd()}/runs by ${os.homedir()}`);
  mkdirSync(run.paths.adapter);
  const adapter = { base_model_name_or_path: '/data/models/qwen', hub: 'hf_abcdefghijklmnopqrst' };
  writeFileSync(path.join(run.paths.adapter, 'adapter_config.json'), JSON.stringify(adapter));
  writeFileSync(path.join(run.paths.adapter, 'adapter_model.safetensors'), Buffer.alloc(700, 7));
  return run.folder;
}

const texts = (folder: string, files: readonly string[]): string =>
  files
    .filter((file) => !file.endsWith('.safetensors') && !file.endsWith('rollouts.jsonl'))
    .map((file) => readFileSync(path.join(folder, file), 'utf8'))
    .join('\n');

describe('runs export', () => {
  it('holds no path, host or secret of the machine', async () => {
    await runWithTraces();
    const output = path.join(runs, 'out');
    const { files } = await exportRun('one', runs, { output, withCheckpoints: true, env });
    const all = texts(output, files);
    for (const trace of [runs, process.cwd(), os.homedir(), secret, 'pw1234', 'hf_abc'])
      expect(all).not.toContain(trace);
    expect(all).not.toMatch(new RegExp(`"host": "${os.hostname()}"`));
    expect(all).not.toContain('/data/models');
    expect(all).toContain('"base_model_name_or_path": "qwen"');
    expect(files).toContain('checkpoints/step_4/trainable.safetensors');
  });

  it('takes rollouts when asked, their completions to the byte', async () => {
    const folder = await runWithTraces();
    const without = await exportRun('one', runs, { output: path.join(runs, 'a'), env });
    expect(without.files).not.toContain('rollouts.jsonl');
    expect(without.files.join()).not.toContain('checkpoints');
    await exportRun('one', runs, { output: path.join(runs, 'b'), withRollouts: true, env });
    const [before] = readRollouts(path.join(folder, 'rollouts.jsonl'));
    const [after] = readRollouts(path.join(runs, 'b', 'rollouts.jsonl'));
    expect(after.completion).toBe(before.completion);
    expect(after.logprobs).toEqual(before.logprobs);
    expect(JSON.stringify(after.verdict)).not.toContain(secret);
    expect(after.verdict?.stages[0].stdout).toContain('https://REMOVED@host/a');
  });

  it('is read like any run, as one that nobody works on', async () => {
    await runWithTraces();
    await exampleRun(runs, 'killed', 'killed');
    await exportRun('killed', runs, { output: path.join(runs, 'elsewhere'), env });
    const details = await runDetails(path.join(runs, 'elsewhere'), runs);
    expect(details).toMatchObject({ state: 'interrupted', step: 4 });
    expect(details.options.map(({ option }) => option)).toContain('grpo.beta');
  });

  const hasTar = spawnSync('tar', ['--version']).status === 0;
  it.skipIf(!hasTar)('packs archives that tar unpacks, the same bytes each time', async () => {
    await runWithTraces();
    const archive = path.join(runs, 'one.tar.gz');
    const { files } = await exportRun('one', runs, { output: archive, env });
    const into = path.join(runs, 'unpacked');
    mkdirSync(into);
    expect(spawnSync('tar', ['-xzf', archive, '-C', into]).status).toBe(0);
    for (const file of files) expect(existsSync(path.join(into, 'one', file))).toBe(true);
    expect(readFileSync(path.join(into, 'one/adapter/adapter_model.safetensors'))).toEqual(
      Buffer.alloc(700, 7),
    );
    await exportRun('one', runs, { output: path.join(runs, 'again.tar'), env });
    expect(gunzipSync(readFileSync(archive))).toEqual(readFileSync(path.join(runs, 'again.tar')));
  });

  it('refuses a running run, a name that is taken, and a place in the run', async () => {
    const folder = await runWithTraces();
    await exampleRun(runs, 'busy', 'running');
    const to = (output: string) => ({ output: path.join(runs, output), env });
    await expect(exportRun('busy', runs, to('x'))).rejects.toThrow(/is working on it/);
    await expect(exportRun('one', runs, to('busy'))).rejects.toThrow(/is there/);
    await expect(exportRun('one', runs, { output: path.join(folder, 'x'), env })).rejects.toThrow(
      /outside/,
    );
  });
});

describe('portable text', () => {
  it('leaves names that only begin like a folder', () => {
    const marks = { folders: [['/home/ann', '~']] as [string, string][], secrets: [] };
    expect(portableText('/home/anna /home/ann/x /home/ann', marks)).toBe('/home/anna ~/x ~');
  });

  it('takes secrets from names of the environment, not from short or ordinary values', () => {
    const given = { A_TOKEN: 'x'.repeat(12), B_SECRET: 'short', EDITOR: 'something-long' };
    expect(machineMarks('/a', given).secrets).toEqual(['x'.repeat(12)]);
  });
});
