import { spawn } from 'node:child_process';
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Rollout } from '../../src/records.js';
import { openRolloutStore, readRollouts } from '../../src/rollouts/index.js';
import { exampleRollout } from './example-rollout.js';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rlsf-store-'));
  file = path.join(folder, 'new', 'rollouts.jsonl');
});

afterEach(() => rmSync(folder, { recursive: true }));

function batch(step: number, n = 3): Rollout[] {
  return Array.from({ length: n }, (_, sample) => exampleRollout({ step, sample }));
}

describe('openRolloutStore', () => {
  it('gives back what was appended, in order, also after opening it again', () => {
    const store = openRolloutStore(file);
    store.append(batch(1));
    store.append(batch(2));
    expect(store.readAll()).toEqual([...batch(1), ...batch(2)]);
    store.close();
    const again = openRolloutStore(file);
    again.append(batch(3));
    expect(again.recoveredBytes).toBe(0);
    expect(again.readAll()).toEqual([...batch(1), ...batch(2), ...batch(3)]);
    again.close();
  });

  it('cuts off a torn last line, wherever it is torn, and goes on', () => {
    const whole = openRolloutStore(file);
    whole.append(batch(1));
    whole.close();
    const size = statSync(file).size;
    const line = `${JSON.stringify(exampleRollout({ step: 2 }))}\n`;
    for (const length of [1, 40, line.length - 1]) {
      appendFileSync(file, line.slice(0, length));
      expect([...readRollouts(file)]).toEqual(batch(1));
      const store = openRolloutStore(file);
      expect(store.recoveredBytes).toBe(Buffer.byteLength(line.slice(0, length)));
      expect(statSync(file).size).toBe(size);
      store.close();
    }
    // Torn in the very first line: nothing is left.
    truncateSync(file, 10);
    const store = openRolloutStore(file);
    expect(store.readAll()).toEqual([]);
    store.append(batch(5));
    expect(store.readAll()).toEqual(batch(5));
    store.close();
  });

  it('reads records longer than a chunk and characters cut by its edge', () => {
    const long = exampleRollout({ completion: 'é𝄞'.repeat(400_000) });
    const store = openRolloutStore(file);
    store.append([exampleRollout(), long, exampleRollout({ sample: 2 })]);
    expect(store.readAll()[1]).toEqual(long);
    expect(store.readAll()).toHaveLength(3);
    store.close();
  });

  it('drops the rollouts after a step and keeps the bytes of the others', () => {
    const store = openRolloutStore(file);
    store.append(batch(1));
    store.append(batch(2));
    const before = readFileSync(file);
    store.append(batch(3));
    store.truncateAfterStep(2);
    expect(readFileSync(file).equals(before)).toBe(true);
    store.append(batch(3));
    expect(store.readAll().map(({ step }) => step)).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3]);
    store.close();
  });

  it('refuses a damaged line and a record of another version, naming the line', () => {
    writeFileSync(path.join(folder, 'a.jsonl'), `${JSON.stringify(exampleRollout())}\n{"x\n`);
    expect(() => [...readRollouts(path.join(folder, 'a.jsonl'))]).toThrow(
      /a\.jsonl:2: expected one JSON/,
    );
    writeFileSync(path.join(folder, 'b.jsonl'), '{"version":7}\n');
    expect(() => openRolloutStore(path.join(folder, 'b.jsonl')).readAll()).toThrow(
      /b\.jsonl:1: expected a rollout record of version 1, got version 7/,
    );
    expect(() => [...readRollouts(path.join(folder, 'c.jsonl'))]).toThrow(/no file/);
  });

  it('loses nothing it acknowledged when its process is killed in the middle of writing', async () => {
    const script = `
      import { openRolloutStore } from ${JSON.stringify(path.resolve('src/rollouts/store.ts'))};
      const store = openRolloutStore(process.argv[1]);
      const filler = 'x'.repeat(200000);
      for (let step = 1; ; step++) {
        store.append([{ version: 1, step, completion: filler }]);
        process.stdout.write(step + '\\n');
      }`;
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', script, file],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let said = '';
    child.stdout.on('data', (text: Buffer) => {
      said += text.toString();
      if (said.split('\n').length > 20) child.kill('SIGKILL');
    });
    await new Promise((resolve) => child.on('close', resolve));
    const acknowledged = Number(said.trim().split('\n').at(-1));
    const store = openRolloutStore(file);
    const steps = store.readAll().map(({ step }) => step);
    expect(steps).toEqual(steps.map((_, i) => i + 1));
    expect(steps.length - acknowledged).toBeGreaterThanOrEqual(0);
    expect(steps.length - acknowledged).toBeLessThanOrEqual(1);
    store.close();
  });
});
