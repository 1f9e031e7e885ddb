import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../../src/experiments/index.js';
import { beginSession } from '../../../src/experiments/run/metadata.js';
import { createRun, resumeRun } from '../../../src/experiments/run/run-folder.js';
import { portableText } from '../../../src/experiments/runs/portable.js';
import { openConfigJudge } from '../../../src/experiments/workplace/index.js';

const password = 'hush-hush';
// Nothing listens on port 1.
const address = `redis://ann:${password}@127.0.0.1:1/3`;

test('the password of judge.redis reaches the connection, and nothing in the run’s folder', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-password-'));
  try {
    const env = { RLSF_JUDGE__REDIS: address, RLSF_RUN__OUTPUT_DIR: folder };
    const config = await loadConfig(null, { env });
    expect(JSON.stringify(config)).toContain('redis://ann:***@127.0.0.1:1/3');
    const run = await createRun(config, 'grpo', 1);
    const failure = await openConfigJudge(config, ['cpp']).catch((error: Error) => error);
    const { message } = failure as Error;
    expect(message).toContain('redis://ann:***@127.0.0.1:1/3: nothing listens there');
    await run.setStatus({ state: 'interrupted', error: message });
    await beginSession(
      run.paths.metadata,
      {
        ...{ run: run.name, kind: 'grpo', config: run.config, seed: 1, dataHashes: {} },
        ...{ backend: { name: 'cpu', reason: '', threads: 1 }, isolation: null, toolchain: null },
      } as Parameters<typeof beginSession>[1],
      0,
    );
    const files = readdirSync(run.folder, { recursive: true })
      .map((name) => path.join(run.folder, String(name)))
      .filter((file) => statSync(file).isFile());
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) expect(readFileSync(file, 'utf8'), file).not.toContain(password);
    // Who goes on with the run still finds the server: here by this process's memory.
    const resumed = await resumeRun(run.folder, folder);
    await expect(openConfigJudge(resumed.config, ['cpp'])).rejects.toThrow('nothing listens');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('a config that is handed on still says that there is a password', () => {
  const marks = { folders: [], secrets: [] };
  expect(portableText('redis: redis://ann:***@host:1\n', marks)).toContain('redis://ann:***@host');
  const whole = portableText(`redis: ${address}\n`, marks);
  expect(whole).toBe('redis: redis://REMOVED@127.0.0.1:1/3\n');
});

test('what is wrong with the address is said without it', async () => {
  const of = (set: string): Promise<string> =>
    loadConfig(null, { env: {}, set: [set] }).then(
      () => 'accepted',
      (error: Error) => error.message,
    );
  for (const set of [
    `judge.redis=http://:${password}@host`,
    `judge.redis=redis://:${password}#@host`,
    `judge.rediss=redis://:${password}@host`,
    `judge.workers=redis://:${password}@host`,
  ]) {
    const message = await of(set);
    expect(message).not.toBe('accepted');
    expect(message, set).not.toContain(password);
  }
});
