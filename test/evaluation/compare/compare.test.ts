import { describe, expect, it } from 'vitest';
import type { ArmComparison, ComparedArm, EvaluationRow } from '../../../src/evaluation/index.js';
import { compareArms, mcnemarExact, splitChange } from '../../../src/evaluation/index.js';
import type { Outcome } from '../../../src/records.js';
import { row } from '../examples.js';

const outcomes: Outcome[] = ['clean', 'wrong_answer', 'compile_error', 'runtime_error', 'warning'];

/** Rows whose outcomes depend on a shift, so that two shifts differ here and there. */
function rowsOf(count: number, shift: number, samples = 1): EvaluationRow[] {
  return Array.from({ length: count }, (_, i) =>
    row(
      `p${i}`,
      i % 2 ? 'sums' : 'lists',
      Array.from({ length: samples }, (_none, sample) => {
        return outcomes[(i * 7 + sample * 3 + (i % 5 < 2 ? shift : 0)) % outcomes.length];
      }),
    ),
  );
}

function arm(
  name: string,
  runs: EvaluationRow[][],
  change: { seed?: number; facts?: ComparedArm['runs'][number]['facts']; split?: string } = {},
): ComparedArm {
  return {
    name,
    runs: runs.map((rows, at) => ({
      label: `${name}-${at}`,
      evaluation: {
        split: change.split ?? 'held_out',
        numSamples: rows[0].outcomes.length,
        seed: change.seed ?? 7,
        modelRevision: name,
        rows,
      },
      facts: { runSeed: at, ...change.facts },
    })),
  };
}

const options = { resamples: 400 };

function compareTwo(a: ComparedArm, b: ComparedArm): ArmComparison {
  return compareArms([a, b], options).comparisons[0];
}

function measure(comparison: ArmComparison, name: string): ArmComparison['measures'][number] {
  const found = comparison.measures.find((own) => own.measure === name);
  if (!found) throw new Error(name);
  return found;
}

describe('compareArms', () => {
  it('finds nothing between a measurement and itself: difference 0 without width, p = 1', () => {
    for (const samples of [1, 4]) {
      const rows = rowsOf(40, 0, samples);
      const same = compareTwo(arm('a', [rows]), arm('b', [rows]));
      for (const { difference, test } of same.measures) {
        expect(difference).toEqual({ value: 0, low: 0, high: 0 });
        expect(test).toMatchObject({ p: 1, adjusted: 1 });
      }
      expect(same.parts.change.gate).toEqual({ value: 0, low: 0, high: 0 });
      expect(same.parts.change.ability).toEqual({ value: 0, low: 0, high: 0 });
      expect(same.flips).toEqual({ gained: [], lost: [] });
      expect(same.warnings).toEqual([]);
    }
  });

  it('with the sides swapped says the same of the other direction', () => {
    const [a, b] = [arm('a', [rowsOf(60, 0, 2)]), arm('b', [rowsOf(60, 2, 2)])];
    const [there, back] = [compareTwo(a, b), compareTwo(b, a)];
    for (const [at, one] of there.measures.entries()) {
      const other = back.measures[at];
      expect(other.difference.value).toBe(0 - one.difference.value);
      expect(other.difference.low).toBeCloseTo(-one.difference.high, 12);
      expect(other.first).toEqual(one.second);
      expect(other.test.p).toBe(one.test.p);
    }
    expect(back.parts.change.gate.value).toBeCloseTo(-there.parts.change.gate.value, 15);
    expect(back.flips.lost.map(({ problemId }) => problemId)).toEqual(
      there.flips.gained.map(({ problemId }) => problemId),
    );
    expect(back.flow.counts).toEqual(
      there.flow.counts.map((_, at) => there.flow.counts.map((from) => from[at])),
    );
    expect(there.measures.some(({ difference }) => difference.value !== 0)).toBe(true);
  });

  it('tests one sample each by McNemar on the problems that changed sides', () => {
    const a = [row('1', 'f', ['clean']), row('2', 'f', ['warning']), row('3', 'g', ['clean'])];
    const b = [row('1', 'f', ['clean']), row('2', 'f', ['clean']), row('3', 'g', ['timeout'])];
    const found = compareTwo(arm('a', [a]), arm('b', [b]));
    expect(found.measures[0]).toMatchObject({
      measure: 'fully_clean_rate',
      problems: 3,
      first: { value: 2 / 3 },
      second: { value: 2 / 3 },
      test: { name: 'McNemar, exact', p: mcnemarExact(1, 1).p, detail: '1 gained, 1 lost' },
    });
    expect(found.flips.gained.map(({ problemId }) => problemId)).toEqual(['2']);
    expect(found.flips.lost).toEqual([
      {
        ...{ problemId: '3', family: 'g', first: 1, second: 0 },
        ...{ firstOutcomes: ['clean'], secondOutcomes: ['timeout'] },
      },
    ]);
    expect(found.families).toEqual([
      {
        ...{ family: 'f', problems: 2, first: 0.5, second: 1, difference: 0.5 },
        gained: 1,
        lost: 0,
      },
      { ...{ family: 'g', problems: 1, first: 1, second: 0, difference: -1 }, gained: 0, lost: 1 },
    ]);
    expect(found.flow).toEqual({
      outcomes: ['clean', 'warning', 'timeout'],
      counts: [
        [1, 0, 1],
        [1, 0, 0],
        [0, 0, 0],
      ],
      unpaired: 0,
    });
  });

  it('counts problems that only one side has, and compares the rest', () => {
    const rows = rowsOf(20, 0);
    const found = compareTwo(arm('a', [rows.slice(2)]), arm('b', [rows.slice(0, 15)]));
    expect(found.problems).toEqual({ matched: 13, onlyFirst: 5, onlySecond: 2 });
    expect(found.measures[0].problems).toBe(13);
    expect(() =>
      compareTwo(arm('a', [rows]), arm('b', [[row('elsewhere', 'f', ['clean'])]])),
    ).toThrow(/expected problems in common, got none: 20 problems such as p0 here, 1 such as els/);
  });

  it('leaves out what the judge could not score, on both sides', () => {
    const a = [row('1', 'f', ['sandbox_error']), row('2', 'f', ['clean'])];
    const b = [row('1', 'f', ['clean']), row('2', 'f', ['clean'])];
    const found = compareTwo(arm('a', [a]), arm('b', [b]));
    expect(found.measures[0]).toMatchObject({
      problems: 1,
      first: { value: 1 },
      second: { value: 1 },
      difference: { value: 0 },
      test: { p: 1 },
    });
    expect(found.flips).toEqual({ gained: [], lost: [] });
  });

  it('warns of another split, decoding seed, task or sampling, and of nothing that is alike', () => {
    const facts = { task: 'cpp', sampling: { temperature: 1, top_p: 1 } };
    const a = arm('a', [rowsOf(5, 0)], { facts });
    const b = arm('b', [rowsOf(5, 1)], {
      seed: 8,
      split: 'test',
      facts: { task: 'mbpp', sampling: { temperature: 0.2, top_p: 1 } },
    });
    const { warnings } = compareTwo(a, b);
    expect(warnings).toHaveLength(4);
    expect(warnings.join('\n')).toMatch(/task differs \(cpp in a, mbpp in b\)/);
    expect(warnings.join('\n')).toMatch(/split differs \(held_out in a, test in b\)/);
    expect(warnings.join('\n')).toMatch(/decoding seed differs \(7 in a, 8 in b\)/);
    expect(warnings.join('\n')).toMatch(/setting temperature differs \(1 in a, 0.2 in b\)/);
  });

  it('pairs the runs of two arms by their seed, in whatever order they come', () => {
    const runs = [rowsOf(30, 0), rowsOf(30, 1), rowsOf(30, 3)];
    const a = arm('a', runs);
    const b = arm('b', runs);
    b.runs.reverse();
    const found = compareTwo(a, b);
    expect(found.seeds).toBe(3);
    expect(found.measures[0].difference).toEqual({ value: 0, low: 0, high: 0 });
    expect(found.measures[0].bySeed).toEqual([0, 0, 0]);
    expect(found.measures[0].test).toMatchObject({ name: 'sign flips, exact', p: 1 });
  });

  it('meets one run with each of several, and refuses two with three', () => {
    const one = arm('base', [rowsOf(30, 0)]);
    const three = arm('a', [rowsOf(30, 0), rowsOf(30, 1), rowsOf(30, 2)]);
    const found = compareTwo(one, three);
    expect(found.measures[0].bySeed).toHaveLength(3);
    expect(found.measures[0].bySeed[0]).toBe(0);
    expect(() => compareTwo(arm('b', [rowsOf(3, 0), rowsOf(3, 0)]), three)).toThrow(
      /expected as many runs on both sides, or one on one of them, got 2 and 3/,
    );
  });

  it('is the mean over seeds and problems, with sign flips of the problems’ means', () => {
    const clean = (flags: number[]): EvaluationRow[] =>
      flags.map((flag, i) => row(`p${i}`, 'f', [flag ? 'clean' : 'wrong_answer']));
    const first = arm('a', [clean([0, 0, 1, 1]), clean([0, 0, 0, 1])]);
    const second = arm('b', [clean([1, 0, 1, 1]), clean([1, 1, 0, 1])]);
    const { difference, test, bySeed } = compareTwo(first, second).measures[0];
    expect(difference.value).toBe(0.375);
    expect(bySeed).toEqual([0.25, 0.5]);
    // Problems differ by 1 and 1/2: of four sign patterns two reach a sum of 3/2.
    expect(test.p).toBe(0.5);
  });

  it('adjusts the p of several arms, for each rate apart', () => {
    const base = arm('base', [rowsOf(60, 0)]);
    const arms = [1, 2, 3].map((shift) => arm(`a${shift}`, [rowsOf(60, shift)]));
    const { comparisons } = compareArms([base, ...arms], options);
    expect(comparisons.map(({ first, second }) => [first, second])).toEqual([
      ['base', 'a1'],
      ['base', 'a2'],
      ['base', 'a3'],
    ]);
    const tests = comparisons.map(({ measures }) => measures[0].test);
    const least = Math.min(...tests.map(({ p }) => p));
    const smallest = tests.find(({ p }) => p === least);
    expect(smallest?.adjusted).toBeCloseTo(Math.min(1, 3 * least), 12);
    for (const { p, adjusted } of tests) expect(adjusted).toBeGreaterThanOrEqual(p);
  });

  it('counts samples by kind of finding, and says nothing where a side records none', () => {
    const found = (kinds: string[][]): EvaluationRow[] =>
      kinds.map((own, i) => ({ ...row(`p${i}`, 'f', ['runtime_error']), findingKinds: [own] }));
    const a = found([['leak', 'leak'], ['overflow'], []]);
    const b = found([['overflow'], ['overflow'], ['overflow']]);
    expect(compareTwo(arm('a', [a]), arm('b', [b])).kinds).toEqual([
      { kind: 'overflow', first: 1, second: 3 },
      { kind: 'leak', first: 1, second: 0 },
    ]);
    expect(compareTwo(arm('a', [rowsOf(3, 0)]), arm('b', [b])).kinds).toBeNull();
  });

  it('compares answers by their own rates, strict accuracy first', () => {
    const answered = (facts: [strict: boolean, lenient: boolean, formatOk: boolean][]) =>
      facts.map(([strict, lenient, formatOk], i): EvaluationRow => ({
        ...row(`p${i}`, 'f', [strict ? 'clean' : formatOk ? 'wrong_answer' : 'no_answer']),
        answers: [{ strict, lenient, formatOk }],
      }));
    // Before: right numbers in no form. After: the form, and nothing learned beside.
    const before = answered([
      [true, true, true],
      [false, true, false],
      [false, false, false],
      [false, false, true],
    ]);
    const after = answered([
      [true, true, true],
      [true, true, true],
      [false, false, true],
      [false, false, true],
    ]);
    const found = compareTwo(arm('a', [before]), arm('b', [after]));
    expect(found.measures.map((own) => own.measure)).toEqual([
      'strict_accuracy',
      'lenient_accuracy',
      'format_rate',
      'fully_clean_rate',
    ]);
    expect(measure(found, 'lenient_accuracy').difference.value).toBe(0);
    // Accuracy given the form is 1/2 on both sides: the whole change is the form's.
    expect(found.parts.change.gate.value).toBe(0.25);
    expect(found.parts.change.ability.value).toBe(0);
    expect(() => compareTwo(arm('a', [before]), arm('b', [rowsOf(4, 0)]))).toThrow(
      /expected answers on both sides or programs on both/,
    );
  });

  it('refuses a single side', () => {
    expect(() => compareArms([arm('a', [rowsOf(3, 0)])])).toThrow(/at least two sides/);
  });
});

describe('splitChange', () => {
  it('adds up to the whole, whatever the factors', () => {
    for (const [g1, a1, g2, a2] of [
      [0.9, 0.5, 0.6, 0.8],
      [0.1, 0.1, 1, 1],
      [0.3, 0, 0.3, 0.9],
      [1, 0.4, 0.2, 0.4],
    ]) {
      const [gate, ability] = splitChange(g1, g2, g1 * a1, g2 * a2);
      expect(gate + ability).toBeCloseTo(g2 * a2 - g1 * a1, 15);
      // Shapley: the mean over both orders of change.
      expect(gate).toBeCloseTo(((g2 - g1) * a1 + (g2 - g1) * a2) / 2, 15);
    }
  });

  it('gives all of the change to the gate where one side lets nothing through', () => {
    expect(splitChange(0, 0.8, 0, 0.4)).toEqual([0.4, 0]);
    expect(splitChange(0.8, 0, 0.4, 0)).toEqual([-0.4, 0]);
    expect(splitChange(0, 0, 0, 0)).toEqual([0, 0]);
  });
});
