import { describe, expect, it } from 'vitest';
import { plainText, textWidth } from '../../../../src/repl/styled.js';
import { diffLines } from '../../../../src/repl/viewer/diff.js';
import { parseFilter, rolloutFields } from '../../../../src/repl/viewer/filter.js';
import type { RolloutPage, RolloutRow } from '../../../../src/repl/viewer/messages.js';
import { sortedPositions } from '../../../../src/repl/viewer/sort.js';
import { rolloutsLines } from '../../../../src/repl/workbench/views/rollouts-lines.js';
import type { RolloutsState } from '../../../../src/repl/workbench/views/rollouts-state.js';
import { reduceRollouts } from '../../../../src/repl/workbench/views/rollouts-reduce.js';
import { initialRollouts } from '../../../../src/repl/workbench/views/rollouts-state.js';

const source = { file: '/a/rollouts.jsonl', title: 'runs/a', follows: true };

const row = (position: number): RolloutRow => ({
  position,
  step: 1,
  group: 2,
  sample: position,
  problem: `cpp/list-find/30/${position}`,
  outcome: 'runtime_error',
  reward: 0.2,
  unscorable: false,
  advantage: -0.71,
  tokens: 56,
  findings: 1,
  kind: 'asan heap-buffer-overflow',
});

const page = (total: number, offset = 0, count = 20): RolloutPage => ({
  offset,
  rows: Array.from({ length: Math.min(count, total - offset) }, (_, at) => row(offset + at)),
  total,
  counts: [['runtime_error', total]],
  anchor: null,
  prompt: null,
  progress: {
    file: source.file,
    records: total,
    bytes: 10,
    total: 10,
    isWhole: true,
    malformed: 0,
    firstMalformed: null,
    tornBytes: 0,
    generation: 0,
  },
});

const pressing = (state: RolloutsState, ...names: string[]): RolloutsState =>
  names.reduce((old, name) => reduceRollouts(old, { type: 'key', name }), state);

const opened = (width = 80, total = 100): RolloutsState =>
  reduceRollouts(initialRollouts({ ...source, follows: false }, { width, rows: 24 }), {
    type: 'page',
    page: page(total),
    isCurrent: true,
  });

describe('the rollout browser', () => {
  it.each([80, 120])('draws no more than its rows and columns at %i', (width) => {
    const lines = rolloutsLines(opened(width));
    expect(lines.length).toBeLessThanOrEqual(24);
    expect(Math.max(...lines.map((line) => textWidth(plainText(line))))).toBeLessThanOrEqual(width);
    expect(plainText(lines[3])).toMatch(/^▸ {2}1\/2\/0 +× runtime_error +0\.20 +−0\.71 +56 +1 /);
  });

  it('sets a mark apart from the name of what is marked', () => {
    const lines = rolloutsLines(pressing(opened(), 'd', 'j')).map(plainText);
    expect(lines[3]).toMatch(/^ 1 1\/2\/0 /);
    expect(lines[4]).toMatch(/^▸ {2}1\/2\/1 /);
  });

  it('tells every letter that sorts, and how to leave, in 80 columns', () => {
    const sorting = plainText(rolloutsLines(pressing(opened(80), 's')).at(-1)!);
    expect(sorting).toMatch(/^i file .* k kind$/);
    const group = pressing(opened(80), 'v');
    expect(plainText(rolloutsLines(group).at(-1)!)).toMatch(/\? keys · q all rollouts$/);
  });

  it('begins the key map with the keys of where one is', () => {
    expect(rolloutsLines(pressing(opened(), '?')).map(plainText)[1]).toBe('Rollouts');
    expect(rolloutsLines(pressing(opened(), 'enter', '?')).map(plainText)[1]).toBe('Inspector');
  });

  it('moves by vim keys and arrows, and the window follows the cursor', () => {
    const state = pressing(opened(), 'j', 'down', 'G');
    expect(state.place.cursor).toBe(99);
    expect(state.place.offset).toBe(80);
    expect(pressing(state, 'g').place).toEqual({ cursor: 0, offset: 0 });
  });

  it('sorts by the letter behind s, and the other way round the second time', () => {
    const state = pressing(opened(), 's', 'r');
    expect(state.query).toMatchObject({ sort: 'reward', descending: true });
    expect(pressing(state, 's', 'r').query.descending).toBe(false);
    expect(plainText(rolloutsLines(state)[2])).toContain('reward▼');
  });

  it('keeps a wrong filter on its line and says what is wrong', () => {
    const state = pressing(opened(), '&', ...'rewrd>1', 'enter');
    expect(state.query.filter).toBe('');
    expect(plainText(rolloutsLines(state).at(-1) ?? [])).toContain("Did you mean 'reward'?");
  });

  it('shows the difference of two marked rollouts', () => {
    const state = pressing(opened(), 'd', 'j', 'd');
    expect(state.screen).toBe('diff');
    expect(state.diff?.first.position).toBe(0);
    expect(pressing(state, 'q').marks).toEqual([]);
  });

  it('goes from a list to one rollout, to its group, and back the same way', () => {
    const inspecting = pressing(opened(), 'j', 'enter');
    expect(inspecting.inspector.position).toBe(1);
    const grouped = pressing(inspecting, 'v');
    expect(grouped.query.within).toBe(1);
    const back = pressing(grouped, 'q');
    expect(back.query.within).toBeNull();
    expect(back.hasLeft).toBe(false);
    expect(pressing(back, 'q').hasLeft).toBe(true);
  });

  it('stays at the end of a log that grows until one moves up', () => {
    const start = reduceRollouts(initialRollouts(source, { width: 80, rows: 24 }), {
      type: 'page',
      page: page(50, 30),
      isCurrent: true,
    });
    const grown = reduceRollouts(start, { type: 'page', page: page(60, 40), isCurrent: true });
    expect(grown.place.cursor).toBe(59);
    const held = reduceRollouts(pressing(grown, 'k'), {
      type: 'page',
      page: page(70, 40),
      isCurrent: true,
    });
    expect(held.place.cursor).toBe(58);
  });
});

describe('the parts of the viewer', () => {
  it('sorts numbers of all kinds, those that are none last', () => {
    const keys = Float64Array.of(3, NaN, -1, 0, -0, 1e-9, -Infinity, 3);
    expect([...sortedPositions(keys, 8, false)]).toEqual([6, 2, 3, 4, 5, 0, 7, 1]);
    expect([...sortedPositions(keys, 8, true)]).toEqual([0, 7, 5, 3, 4, 2, 6, 1]);
  });

  it('reads fields, ranges, negations and texts with blanks', () => {
    expect(parseFilter('-kind:heap step:3..5 /new int/ reward:none', rolloutFields)).toEqual([
      { type: 'text', field: 'kind', negated: true, value: 'heap' },
      { type: 'number', field: 'step', negated: false, low: 3, high: 5, open: null },
      { type: 'holds', negated: false, value: 'new int' },
      { type: 'none', field: 'reward', negated: false },
    ]);
  });

  it('marks changed words by signs', () => {
    const lines = diffLines('a\nint i = 0;\nb\n', 'a\nint j = 0;\nb\n', 80).map(plainText);
    expect(lines).toEqual(['1 1   a', '2   - int [-i-] = 0;', '  2 + int {+j+} = 0;', '3 3   b']);
  });
});
