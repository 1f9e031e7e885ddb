import { spawn } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './call.js';

const cli = JSON.stringify(path.join(root, 'src/cli.ts'));
const program = `import(${cli}).then(async (m) => { process.exitCode = await m.main(process.argv.slice(1)); })`;

/** Runs a command whose reader leaves after the first byte. */
function runUnread(...argv: string[]): Promise<{ code: number | null; err: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', '-e', program, '--', ...argv], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  child.stdout.once('data', () => child.stdout.destroy());
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, err }));
  });
}

describe('a command whose output nobody reads on', () => {
  it('ends without a word, with the exit code of a closed pipe', async () =>
    // More than a pipe holds, so that writing goes on after the reader left.
    expect(await runUnread('tasks', 'show', 'cpp', '--n', '300', '--tests')).toEqual({
      code: 141,
      err: '',
    }));
});
