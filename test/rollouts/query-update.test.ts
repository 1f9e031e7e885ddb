import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
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
import { openRolloutIndex, openRolloutStore } from '../../src/rollouts/index.js';
import { exampleRollout } from './example-rollout.js';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rlsf-index-test-'));
  file = path.join(folder, 'rollouts.jsonl');
});

afterEach(() => rmSync(folder, { recursive: true }));

function lines(rollouts: readonly Rollout[]): string {
  return rollouts.map((rollout) => `${JSON.stringify(rollout)}\n`).join('');
}

function batch(step: number, n = 4): Rollout[] {
  return Array.from({ length: n }, (_, sample) => exampleRollout({ step, sample }));
}

/** The ids in the index, in the order of the log's lines, and how many were read now. */
async function indexed(segmentBytes?: number): Promise<{ ids: unknown[]; added: number }> {
  const index = await openRolloutIndex(file, { threads: 2, segmentBytes });
  try {
    const rows = await index.query('SELECT id FROM rollouts ORDER BY log_line');
    return { ids: rows.map(({ id }) => id), added: index.logs[0].added };
  } finally {
    index.close();
  }
}

const idsOf = (rollouts: readonly Rollout[]): string[] => rollouts.map(({ id }) => id);
const segments = (): string[] => readdirSync(path.join(folder, 'rollouts.index'));

describe('keeping up with the log', () => {
  it('takes in what was appended, and a line still being written once it is whole', async () => {
    const store = openRolloutStore(file);
    store.append(batch(1));
    expect(await indexed()).toEqual({ ids: idsOf(batch(1)), added: 4 });
    expect(await indexed()).toEqual({ ids: idsOf(batch(1)), added: 0 });
    store.append(batch(2));
    store.close();
    const more = lines(batch(3, 1));
    appendFileSync(file, more.slice(0, 50));
    const both = [...batch(1), ...batch(2)];
    expect((await indexed()).ids).toEqual(idsOf(both));
    appendFileSync(file, more.slice(50));
    expect((await indexed()).ids).toEqual(idsOf([...both, ...batch(3, 1)]));
    expect(segments()).toHaveLength(1);
  });

  it('makes only the last segment again', async () => {
    const line = lines(batch(1, 1)).length;
    writeFileSync(file, lines(batch(1, 40)));
    expect(await indexed(16 * line)).toEqual({ ids: idsOf(batch(1, 40)), added: 40 });
    const first = segments();
    appendFileSync(file, lines(batch(2, 2)));
    const { ids, added } = await indexed(16 * line);
    expect(ids).toEqual(idsOf([...batch(1, 40), ...batch(2, 2)]));
    expect(added).toBeLessThan(16);
    expect(segments().filter((name) => first.includes(name)).length).toBeGreaterThanOrEqual(2);
  });

  it('notices a log that was cut, or cut and grown to the same length', async () => {
    const store = openRolloutStore(file);
    for (const step of [1, 2, 3]) store.append(batch(step));
    await indexed(1500);
    const size = statSync(file).size;
    store.truncateAfterStep(1);
    expect((await indexed(1500)).ids).toEqual(idsOf(batch(1)));
    const other = (step: number): Rollout[] =>
      batch(step).map((rollout) => ({ ...rollout, modelRevision: 'xyz' }));
    store.append(other(2));
    store.append(other(3));
    store.close();
    expect(statSync(file).size).toBe(size);
    const index = await openRolloutIndex(file, { segmentBytes: 1500 });
    expect(
      await index.query('SELECT model_revision r, count(*) n FROM rollouts GROUP BY r ORDER BY r'),
    ).toEqual([
      { r: 'abc', n: 4 },
      { r: 'xyz', n: 8 },
    ]);
    index.close();
    truncateSync(file, 0);
    expect((await indexed()).ids).toEqual([]);
    expect(segments()).toEqual([]);
  });

  it('stays open while others put longer segments in place, and refreshes', async () => {
    writeFileSync(file, lines(batch(1)));
    const early = await openRolloutIndex(file);
    appendFileSync(file, lines(batch(2)));
    const late = await openRolloutIndex(file);
    expect(await late.query('SELECT count(*) n FROM rollouts')).toEqual([{ n: 8 }]);
    // Its segment is gone by now.
    expect(await early.query('SELECT count(*) n FROM rollouts')).toEqual([{ n: 8 }]);
    appendFileSync(file, lines(batch(3)));
    await late.refresh();
    expect(await late.query('SELECT count(*) n FROM rollouts')).toEqual([{ n: 12 }]);
    early.close();
    late.close();
  });

  it('makes a segment again that was damaged', async () => {
    writeFileSync(file, lines(batch(1)));
    await indexed();
    const [name] = segments();
    truncateSync(path.join(folder, 'rollouts.index', name), 100);
    expect((await indexed()).ids).toEqual(idsOf(batch(1)));
  });

  it('removes what a killed process left half made, and nothing else', async () => {
    mkdirSync(path.join(folder, 'rollouts.index', 'building-999999999-x'), { recursive: true });
    writeFileSync(path.join(folder, 'rollouts.index', 'notes.txt'), 'mine');
    writeFileSync(file, lines(batch(1)));
    await indexed();
    expect(segments().filter((name) => !name.endsWith('.parquet'))).toEqual(['notes.txt']);
  });

  it('makes the index elsewhere where it cannot be kept beside the log', async () => {
    writeFileSync(file, lines(batch(1)));
    writeFileSync(path.join(folder, 'rollouts.index'), 'a file in the way');
    const index = await openRolloutIndex(file);
    expect(index.logs[0]).toMatchObject({ isTemporary: true, rollouts: 4, added: 4 });
    expect(await index.query('SELECT count(*) n FROM rollouts')).toEqual([{ n: 4 }]);
    const place = index.logs[0].folder;
    expect(statSync(place).isDirectory()).toBe(true);
    index.close();
    expect(() => statSync(place)).toThrow();
    expect(readFileSync(path.join(folder, 'rollouts.index'), 'utf8')).toBe('a file in the way');
  });

  it('reads half characters and zero bytes that a cut output leaves', async () => {
    const completion = 'a\ud83d"\\\u0000\n';
    writeFileSync(file, lines([exampleRollout({ completion }), ...batch(2)]));
    const index = await openRolloutIndex(file);
    expect(
      await index.query('SELECT completion c FROM rollouts ORDER BY log_line LIMIT 1'),
    ).toEqual([{ c: 'a\ufffd"\\\u0000\n' }]);
    index.close();
  });

  it('names the damaged line, the record of another version, and the file that is none', async () => {
    writeFileSync(file, `${lines(batch(1))}{"version":1,\n${lines(batch(2))}`);
    await expect(openRolloutIndex(file)).rejects.toThrow(/rollouts\.jsonl:5: expected one JSON/);
    writeFileSync(file, `${lines(batch(1))}{"version":2,"id":"x"}\n`);
    await expect(openRolloutIndex(file)).rejects.toThrow(/rollouts\.jsonl:5: .*got version 2/);
    writeFileSync(file, lines([{ ...exampleRollout(), reward: 'high' } as unknown as Rollout]));
    await expect(openRolloutIndex(file)).rejects.toThrow(/lines 1 to 1 cannot be indexed/);
    await expect(openRolloutIndex(path.join(folder, 'x'))).rejects.toThrow(/which is not there/);
  });
});
