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
    const long = exampleRollout({ sample: 1, completion: 'é𝄞'.repeat(400_000) });
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

  it('says whether a record is of a newer release or of none', () => {
    const newer = path.join(folder, 'newer.jsonl');
    writeFileSync(newer, '{"version":2}\n');
    expect(() => [...readRollouts(newer)]).toThrow(/by a newer release/);
    const foreign = path.join(folder, 'foreign.jsonl');
    writeFileSync(foreign, `${JSON.stringify(exampleRollout())}\n{"step":1}\n`);
    expect(() => [...readRollouts(foreign)]).toThrow(/foreign\.jsonl:2: .*got none\. Read it with/);
    const store = openRolloutStore(file);
    const changed = { ...exampleRollout(), version: 2 } as unknown as Rollout;
    expect(() => store.append([changed])).toThrow(/append: expected a rollout record of version 1/);
    store.close();
  });

  it('refuses an id that is there already, and writes nothing of that append', () => {
    const first = openRolloutStore(file);
    first.append(batch(1));
    first.append(batch(2));
    expect(() => first.append(batch(2, 4))).toThrow(/"run\/2\/0\/0", but it is there already/);
    first.close();
    const store = openRolloutStore(file);
    expect(() => store.append(batch(2))).toThrow(/it is there already, at step 2/);
    expect(() => store.append(batch(1))).toThrow(/it is there already, at step 1/);
    expect(() => store.append([...batch(3), ...batch(3)])).toThrow(/twice in this append/);
    const nameless = { ...exampleRollout(), id: undefined } as unknown as Rollout;
    expect(() => store.append([nameless])).toThrow(/with an id and a whole step/);
    expect(store.readAll()).toHaveLength(6);
    store.append(batch(3));
    expect(store.readAll()).toHaveLength(9);
    store.close();
  });

  it('takes more samples of an earlier step, and knows them from then on', () => {
    const store = openRolloutStore(file);
    store.append(batch(1));
    store.append(batch(2));
    const more = [3, 4].map((sample) => exampleRollout({ step: 1, sample }));
    store.append(more);
    expect(() => store.append(more)).toThrow(/it is there already, at step 1/);
    store.append(batch(3));
    store.close();
    const again = openRolloutStore(file);
    expect(() => again.append(more)).toThrow(/it is there already, at step 1/);
    again.append([5, 6].map((sample) => exampleRollout({ step: 1, sample })));
    expect(new Set(again.readAll().map(({ id }) => id)).size).toBe(13);
    again.close();
  });

  it('takes a step again once it was dropped: an undone or resumed training has each id once', () => {
    const store = openRolloutStore(file);
    for (const step of [1, 2, 3]) store.append(batch(step));
    store.truncateAfterStep(1);
    store.append(batch(2));
    expect(() => store.append(batch(2))).toThrow(/it is there already/);
    store.append(batch(3));
    const ids = store.readAll().map(({ id }) => id);
    expect(new Set(ids).size).toBe(9);
    store.truncateAfterStep(0);
    expect(store.readAll()).toEqual([]);
    store.append(batch(1));
    expect(store.readAll()).toEqual(batch(1));
    store.close();
  });

  it('reads ids with quotes, backslashes and other alphabets in a run’s name', () => {
    const run = 'a "b"\\é𝄞,"step":9';
    const named = (step: number): Rollout =>
      exampleRollout({ step, run, id: `${run}/${step}/0/0` });
    const store = openRolloutStore(file);
    store.append([named(1), named(2)]);
    store.close();
    const again = openRolloutStore(file);
    expect(() => again.append([named(2)])).toThrow(/it is there already, at step 2/);
    expect(() => again.append([named(1)])).toThrow(/it is there already, at step 1/);
    again.truncateAfterStep(1);
    expect(again.readAll()).toEqual([named(1)]);
    again.close();
  });

  it('tells a second writer instead of mixing with it', () => {
    const one = openRolloutStore(file);
    one.append(batch(1));
    const two = openRolloutStore(file);
    two.append(batch(2));
    expect(() => one.append(batch(3))).toThrow(/changed \(\d+ bytes\).*One process at a time/);
    one.truncateAfterStep(1);
    expect(() => two.append(batch(3))).toThrow(/replaced.*One process at a time/);
    expect(two.readAll()).toEqual(batch(1));
    one.append(batch(2));
    expect(one.readAll()).toEqual([...batch(1), ...batch(2)]);
    one.close();
    two.close();
  });

  it('gives a reader that has begun the log it opened, whatever becomes of it', () => {
    const store = openRolloutStore(file);
    const long = (step: number): Rollout =>
      exampleRollout({ step, completion: 'x'.repeat(600_000) });
    for (const step of [1, 2, 3, 4]) store.append([long(step)]);
    const reader = readRollouts(file);
    expect(reader.next().value).toEqual(long(1));
    store.truncateAfterStep(1);
    expect([...reader].map(({ step }) => step)).toEqual([2, 3, 4]);
    expect(store.readAll()).toEqual([long(1)]);
    store.close();
  });
});
