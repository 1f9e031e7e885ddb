import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/algorithms/random.js';
import { openRolloutStore } from '../../src/rollouts/index.js';
import { exampleRollout } from './example-rollout.js';
import { checkAfterKill, killWhileWriting, writtenBatch } from './killed-writer.js';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rlsf-store-kill-'));
  file = path.join(folder, 'rollouts.jsonl');
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('a rollout log whose writer is killed', () => {
  it('has every acknowledged record once and at most the first ones of the append in flight', async () => {
    const random = createRandom('store kills');
    let last = 0;
    for (let kill = 0; kill < 6; kill++) {
      const killed = await killWhileWriting(file, last + 1, random);
      last = checkAfterKill(file, last + 1, killed);
    }
    expect(last).toBeGreaterThanOrEqual(6);
  });
});

describe('a rollout log that cannot take all of an append', () => {
  it('is as it was before that append, and goes on', async () => {
    const script = `
      import { openRolloutStore } from ${JSON.stringify(path.resolve('src/rollouts/store.ts'))};
      import { exampleRollout } from ${JSON.stringify(path.resolve('test/rollouts/example-rollout.ts'))};
      const store = openRolloutStore(process.argv[1]);
      store.append([exampleRollout({ step: 1 })]);
      const large = [0, 1, 2].map((sample) =>
        exampleRollout({ step: 2, sample, completion: 'x'.repeat(200_000) }));
      try { store.append(large); } catch (error) { console.log(error.tag + ': ' + error.message); }
      store.append([exampleRollout({ step: 2 })]);
      console.log(JSON.stringify(store.readAll().map(({ id }) => id)));`;
    // A file may grow to 400 blocks of 1,024 bytes, as on a disk that is full then.
    const command = 'ulimit -f 400; exec "$0" --import tsx --input-type=module -e "$1" "$2"';
    const child = spawn('bash', ['-c', command, process.execPath, script, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (text: Buffer) => (said += text.toString()));
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
    const [error, ids] = said.trim().split('\n');
    expect(error).toMatch(/^environment: .*3 rollouts could not be appended \(EFBIG.*are safe/);
    expect(JSON.parse(ids)).toEqual(['run/1/0/0', 'run/2/0/0']);
  });
});

describe('a rollout log that is read while another process writes', () => {
  it('gives whole records in order, never fewer than before', async () => {
    const script = `
      import { readRollouts } from ${JSON.stringify(path.resolve('src/rollouts/log-reader.ts'))};
      const counts = [];
      for (let n = -1; n < 240; ) {
        n = 0;
        for (const { step, sample } of readRollouts(process.argv[1])) {
          if (step !== 1 + Math.floor(n / 6) || sample !== n % 6) throw new Error('record ' + n);
          n++;
        }
        counts.push(n);
      }
      process.stdout.write(JSON.stringify(counts));`;
    const store = openRolloutStore(file);
    store.append(writtenBatch(1));
    const reader = spawn(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', script, file],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let said = '';
    reader.stdout.on('data', (text: Buffer) => (said += text.toString()));
    const code = new Promise((resolve) => reader.on('close', resolve));
    await new Promise((resolve) => reader.on('spawn', resolve));
    for (let step = 2; step <= 40; step++) {
      const small = writtenBatch(step).map((rollout) => ({
        ...exampleRollout({ step, sample: rollout.sample }),
        completion: rollout.completion.slice(0, 100_000),
      }));
      store.append(small);
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    store.close();
    expect(await code).toBe(0);
    const counts = JSON.parse(said) as number[];
    expect(counts.at(-1)).toBe(240);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(new Set(counts).size).toBeGreaterThan(2);
  });
});
