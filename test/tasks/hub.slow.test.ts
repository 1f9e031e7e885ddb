import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openTask } from '../../src/tasks/index.js';
import { commitOf, startHub, type TestHub } from '../policy/hub-server.js';

const id = 'openai/gsm8k';
const commit = commitOf(`datasets/${id}`);
const train = 'main/train-00000-of-00001.parquet';
const test = 'main/test-00000-of-00001.parquet';
let hub: TestHub;
let home: string;

function parquet(n: number): Buffer {
  const numbers = [...Array(n).keys()];
  return Buffer.from(
    parquetWriteBuffer({
      columnData: [
        { name: 'question', data: numbers.map((i) => `What is ${i} + 1?`), type: 'STRING' },
        { name: 'answer', data: numbers.map((i) => `Add.\n#### ${i + 1}`), type: 'STRING' },
      ],
    }),
  );
}

beforeAll(async () => {
  hub = await startHub();
  const files = new Map([
    [train, parquet(5000)],
    [test, parquet(40)],
    ['socratic/train-00000-of-00001.parquet', parquet(3)],
    ['README.md', Buffer.from('# GSM8K')],
  ]);
  hub.repositories.set(`datasets/${id}`, { files, refs: { main: commit } });
  hub.repositories.set('datasets/some/empty', {
    files: new Map([['data.arrow', Buffer.from('x')]]),
    refs: { main: commitOf('datasets/some/empty') },
  });
});

afterAll(() => hub.close());

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'rlsf-hub-tasks-'));
  vi.stubEnv('HF_ENDPOINT', hub.url);
  vi.stubEnv('HF_HUB_CACHE', home);
  hub.requests.length = 0;
  hub.faults = {};
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true, force: true });
});

describe('a data set on the Hub', () => {
  it('is fetched once, its own files alone, into the shared cache', async () => {
    const task = await openTask('gsm8k', { path: id });
    expect(task.splits).toEqual(['train', 'test']);
    expect(task.problems({ split: 'train', seed: 0 })).toHaveLength(5000);
    const snapshot = path.join(home, 'datasets--openai--gsm8k/snapshots', commit);
    expect(await readdir(snapshot)).toEqual(['main']);
    hub.requests.length = 0;
    await openTask('gsm8k', { path: `${id}@${commit}` });
    expect(hub.requests).toEqual([]);
  });

  it('goes on where the connection broke, and is whole before it counts offline', async () => {
    hub.faults = { status: 500 };
    await expect(openTask('gsm8k', { path: id })).rejects.toThrow(/openai\/gsm8k: cannot be/);
    hub.faults = { cut: { file: train, after: 15_000, times: 1 } };
    const task = await openTask('gsm8k', { path: id });
    expect(task.problems({ split: 'test', seed: 0 })).toHaveLength(40);
    const ranges = hub.requests.flatMap(({ range }) => range ?? []);
    expect(ranges.some((range) => /^bytes=\d{4,}-/.test(range))).toBe(true);
    await rm(path.join(home, 'datasets--openai--gsm8k/snapshots', commit, test));
    await expect(openTask('gsm8k', { path: id, offline: true })).rejects.toThrow(
      /offline mode is on, and the cache .* lacks main\/test-00000/,
    );
    await openTask('gsm8k', { path: id });
    const offline = await openTask('gsm8k', { path: id, offline: true });
    expect(offline.problems({ split: 'test', seed: 0 })).toHaveLength(40);
  });

  it('is said to be none, or to have none of the files', async () => {
    await expect(openTask('gsm8k', { path: 'no/such' })).rejects.toThrow(/no such data set/);
    await expect(openTask('gsm8k', { path: 'some/empty' })).rejects.toThrow(
      /some\/empty: the data set has none of the files that are wanted here; it has data\.arrow/,
    );
  });
});
