import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../src/temporary-folder.js';

it('removes what a killed process left, and nothing of one that lives', async () => {
  const other = spawn('sleep', ['600']);
  await once(other, 'spawn');
  const left = path.join(tmpdir(), `rlsf-testing-${other.pid}-abcdef`);
  mkdirSync(left);
  const own = [temporaryFolder('testing')];
  try {
    expect(existsSync(left)).toBe(true);
    other.kill('SIGKILL');
    await once(other, 'exit');
    own.push(temporaryFolder('testing'));
    expect(existsSync(left)).toBe(false);
    expect(own.every((folder) => existsSync(folder))).toBe(true);
  } finally {
    for (const folder of [left, ...own]) rmSync(folder, { recursive: true, force: true });
  }
});
