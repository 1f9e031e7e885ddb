import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/records.js';
import { addRecord, emptyColumns } from '../../../src/repl/viewer/columns.js';
import type { RolloutColumns } from '../../../src/repl/viewer/columns.js';
import type { LightRecord } from '../../../src/repl/viewer/light-record.js';
import type { RolloutQuery } from '../../../src/repl/viewer/messages.js';
import type { KeptOrders } from '../../../src/repl/viewer/select.js';
import { compareTexts, selectRollouts } from '../../../src/repl/viewer/select.js';

const outcomes: (Outcome | null)[] = ['clean', 'compile_error', null, 'wrong_answer'];

const record = (at: number, change: Partial<LightRecord> = {}): LightRecord => ({
  run: 'run',
  step: Math.floor(at / 4),
  group: 0,
  sample: at % 4,
  problem: `list/${(at * 7) % 12}`,
  outcome: outcomes[at % 4],
  reward: at % 5 === 4 ? NaN : ((at * 3) % 7) / 10,
  unscorable: false,
  advantage: NaN,
  tokens: 10 + at,
  findings: 0,
  kind: at % 2 === 0 ? 'asan' : '',
  completion: `int f${at}() {}`,
  ...change,
});

function columnsOf(count: number): RolloutColumns {
  const columns = emptyColumns(4);
  for (let at = 0; at < count; at++) addRecord(columns, record(at), { start: at, length: 1 });
  return columns;
}

const query = (change: Partial<RolloutQuery> = {}): RolloutQuery => ({
  sort: 'order',
  descending: false,
  filter: '',
  within: null,
  limit: null,
  ...change,
});

const positions = (
  columns: RolloutColumns,
  change: Partial<RolloutQuery>,
  kept?: KeptOrders,
): number[] => [...selectRollouts(columns, query(change), columns.count, kept).positions];

describe('the rollouts that fit a query', () => {
  it('come in the order of a column, without a number last, equal ones as they stand', () => {
    const columns = columnsOf(20);
    const rewards = (descending: boolean): number[] =>
      positions(columns, { sort: 'reward', descending }).map((at) => record(at).reward);
    const numbers = rewards(false).filter((each) => !Number.isNaN(each));
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(rewards(false).slice(-4)).toEqual([NaN, NaN, NaN, NaN]);
    expect(rewards(true).slice(-4)).toEqual([NaN, NaN, NaN, NaN]);
    expect(rewards(true).slice(0, -4)).toEqual([...numbers].reverse());
    const none = positions(columns, { sort: 'reward' }).slice(-4);
    expect(none).toEqual([4, 9, 14, 19]);
  });

  it('sort problems by the numbers in their names', () => {
    const names = positions(columnsOf(12), { sort: 'problem' }).map((at) => record(at).problem);
    expect(names).toEqual(Array.from({ length: 12 }, (_, at) => `list/${at}`));
    expect(compareTexts('list/9', 'list/30')).toBeLessThan(0);
  });

  it('are counted by outcome after the filter, those that nobody judged too', () => {
    const { counts, positions: found } = selectRollouts(
      columnsOf(8),
      query({ filter: 'tokens<16' }),
      8,
    );
    expect([...found]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(counts.map(([name, count]) => `${name} ${count}`).sort()).toEqual(
      ['clean 2', 'compile_error 2', 'unjudged 1', 'wrong_answer 1'].sort(),
    );
  });

  it('are those of one group where one is asked for', () => {
    expect(positions(columnsOf(12), { within: 5 })).toEqual([4, 5, 6, 7]);
    expect(positions(columnsOf(12), { within: 5, descending: true })).toEqual([7, 6, 5, 4]);
  });
});

describe('the orders that are kept', () => {
  it('are sorted once: another filter under the same order takes what is there', () => {
    const columns = columnsOf(20);
    const kept: KeptOrders = new Map();
    positions(columns, { sort: 'tokens', descending: true }, kept);
    const [[key, order]] = kept;
    order.reverse();
    expect(
      positions(columns, { sort: 'tokens', descending: true, filter: 'tokens<14' }, kept),
    ).toEqual([0, 1, 2, 3]);
    expect(kept.get(key)).toBe(order);
  });

  it('are of the direction and of as many records as were asked for', () => {
    const columns = columnsOf(20);
    const kept: KeptOrders = new Map();
    positions(columns, { sort: 'tokens' }, kept);
    expect(positions(columns, { sort: 'tokens', descending: true }, kept)[0]).toBe(19);
    expect([...selectRollouts(columns, query({ sort: 'tokens' }), 5, kept).positions]).toEqual([
      0, 1, 2, 3, 4,
    ]);
    expect(kept.size).toBe(3);
  });

  it('are the last four that were used; the order of the file needs none', () => {
    const columns = columnsOf(20);
    const kept: KeptOrders = new Map();
    const names = (): string[] => [...kept.keys()].map((key) => key.split(' ')[0]);
    positions(columns, {}, kept);
    expect(kept.size).toBe(0);
    for (const sort of ['reward', 'tokens', 'step', 'sample'] as const)
      positions(columns, { sort }, kept);
    positions(columns, { sort: 'reward' }, kept);
    positions(columns, { sort: 'kind' }, kept);
    expect(names()).toEqual(['step', 'sample', 'reward', 'kind']);
  });
});
