import { describe, expect, it } from 'vitest';
import { cleanAtK, compareEvaluations, factsOf, ratesOf } from '../../src/evaluation/rates.js';
import { summarise } from '../../src/evaluation/summary.js';
import { row, verdictOf } from './examples.js';

describe('factsOf', () => {
  it('counts a warning as compiled, sanitizer-clean and passing, but not as clean', () => {
    expect(factsOf(verdictOf('warning', 3, 3))).toEqual({
      compiled: true,
      sanitizerClean: true,
      testsPassed: true,
      clean: false,
      testFraction: 1,
    });
  });

  it('counts a leak after passing tests as passing, but not as sanitizer-clean', () => {
    expect(factsOf(verdictOf('runtime_error', 3, 3))).toMatchObject({
      compiled: true,
      sanitizerClean: false,
      testsPassed: true,
      clean: false,
    });
  });

  it('counts a program that does not compile as nothing, and a judge that broke as unknown', () => {
    expect(Object.values(factsOf(verdictOf('compile_error', 0, 3)))).toEqual([
      false,
      false,
      false,
      false,
      0,
    ]);
    expect(Object.values(factsOf(verdictOf('sandbox_error', 0, 3)))).toEqual(
      Array.from({ length: 5 }, () => null),
    );
  });
});

describe('rates', () => {
  it('leave out what the judge could not score', () => {
    const rows = [row('a', 'f', ['clean', 'sandbox_error']), row('b', 'f', ['sandbox_error'])];
    expect(ratesOf(rows).fully_clean_rate.value).toBe(1);
  });

  it('weigh problems, not samples', () => {
    const rows = [row('a', 'f', ['clean', 'clean', 'clean']), row('b', 'f', ['compile_error'])];
    expect(ratesOf(rows).fully_clean_rate.value).toBe(0.5);
  });

  it('give pass@k over problems with k samples', () => {
    const rows = [row('a', 'f', ['clean', 'compile_error']), row('b', 'f', ['clean'])];
    expect(cleanAtK(rows, 2).value).toBe(1);
    expect(cleanAtK(rows, 1).value).toBe(0.75);
  });
});

describe('compareEvaluations', () => {
  const evaluation = (rows: ReturnType<typeof row>[]) => ({ rows, ...summarise(rows, 1) });

  it('matches problems by id, whatever their order', () => {
    const before = evaluation([row('a', 'f', ['clean']), row('b', 'f', ['compile_error'])]);
    const after = evaluation([row('b', 'f', ['compile_error']), row('a', 'f', ['clean'])]);
    const { fully_clean_rate: change } = compareEvaluations(before, after);
    expect(change).toMatchObject({ value: 0, low: 0, high: 0 });
    expect(change.before.value).toBe(0.5);
  });

  it('finds a clear gain', () => {
    const outcome = (i: number, bad: number) => (i < bad ? 'runtime_error' : 'clean');
    const rows = (bad: number) =>
      Array.from({ length: 100 }, (_, i) => row(`p${i}`, 'f', [outcome(i, bad)]));
    const change = compareEvaluations(evaluation(rows(60)), evaluation(rows(40)));
    expect(change.fully_clean_rate.value).toBeCloseTo(0.2, 10);
    expect(change.fully_clean_rate.low).toBeGreaterThan(0.1);
    expect(change.compile_rate).toMatchObject({ value: 0, low: 0, high: 0 });
  });
});
