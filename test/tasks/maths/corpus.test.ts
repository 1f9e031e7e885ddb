import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/algorithms/random.js';
import { checkAnswer } from '../../../src/diagnostics/index.js';
import { makeCorpus, mathsCorpus } from '../../../src/tasks/maths/corpus.js';
import { solveWithFaults } from '../../../src/tasks/maths/faults.js';
import { solutionText } from '../../../src/tasks/maths/solution.js';
import { isHeldOut } from '../../../src/tasks/maths/split.js';
import { step } from '../../../src/tasks/maths/template.js';
import { templates } from '../../../src/tasks/maths/templates/index.js';

const options = { n: 4500, faultRate: 0.15, slipRate: 0.1, seed: 1 };
const whole = makeCorpus(options);
const corpus = whole.filter(({ family }) => family !== 'sums');

describe('the maths corpus', () => {
  it('is the same for the same seed, and another for another', () => {
    const small = { ...options, n: 300 };
    expect(makeCorpus(small)).toEqual(makeCorpus(small));
    expect(makeCorpus({ ...small, seed: 2 })).not.toEqual(makeCorpus(small));
  });

  it('covers every training template about equally and no held-out one', () => {
    const count = new Map<string, number>();
    for (const { family } of corpus) count.set(family, (count.get(family) ?? 0) + 1);
    const trained = templates.filter(({ heldOut }) => !heldOut).map(({ name }) => name);
    expect(new Set(count.keys())).toEqual(new Set(trained));
    expect(Math.min(...count.values())).toBeGreaterThan((0.6 * corpus.length) / trained.length);
  });

  it('is three tenths lists of bare equations, all of them true', () => {
    const sums = whole.filter(({ family }) => family === 'sums');
    expect(sums.length / whole.length).toBeGreaterThan(0.25);
    expect(sums.length / whole.length).toBeLessThan(0.35);
    for (const { prompt, completion, faults } of sums.slice(0, 100)) {
      const { diagnostics, steps } = checkAnswer(`${completion}\n#### 1`, null);
      expect([prompt, faults, diagnostics, steps.length]).toEqual(['Sums:', [], [], 12]);
    }
  });

  it('holds no held-out calculation, worked right or wrong', () => {
    const forms = mathsCorpus.forms(whole);
    expect([...mathsCorpus.heldOutForms()].filter((form) => forms.has(form))).toEqual([]);
    const right = corpus.filter(({ faults }) => faults.length === 0);
    expect([...mathsCorpus.forms(right)].filter(isHeldOut)).toEqual([]);
  });

  it('has no fault where none is asked for, and nothing then that the judge would mark', () => {
    const clean = makeCorpus({ n: 500, faultRate: 0, slipRate: 0, seed: 1 });
    for (const { completion, faults, family } of clean) {
      expect(faults).toEqual([]);
      const formatOk = family !== 'sums';
      const { diagnostics, ...check } = checkAnswer(completion, null);
      expect(check.formatOk).toBe(formatOk);
      if (formatOk) expect(diagnostics).toEqual([]);
    }
  });

  it('has every kind of fault, several in some solutions', () => {
    const kinds = new Set(corpus.flatMap(({ faults }) => faults));
    expect([...kinds].sort()).toEqual([
      'carry',
      'dropped_step',
      'off_by_one',
      'slip/copy',
      'slip/form',
      'slip/no_answer',
      'times_table',
      'wrong_operation',
      'wrong_quantity',
    ]);
    const shares = [0, 2].map(
      (n) => corpus.filter(({ faults }) => faults.length === n).length / corpus.length,
    );
    expect(shares[0]).toBeGreaterThan(0.5);
    expect(shares[0]).toBeLessThan(0.8);
    expect(shares[1]).toBeGreaterThan(0.02);
  });

  it('has slips of arithmetic as false steps, and other faults as true steps to a wrong place', () => {
    const kindsOf = (completion: string): string[] =>
      checkAnswer(completion, null).diagnostics.map(({ kind }) => kind);
    for (const { completion, faults } of corpus.filter(({ faults }) => faults.length === 1)) {
      const isFalseStep = ['off_by_one', 'carry', 'times_table'].includes(faults[0]);
      const isFormless = ['slip/no_answer', 'slip/form'].includes(faults[0]);
      expect(kindsOf(completion), completion).toEqual(
        isFalseStep ? ['false-step'] : isFormless ? ['no-answer'] : [],
      );
    }
  });

  it('goes on with what came out wrong', () => {
    const steps = [step('a = x + y', 'A {}.'), step('b = a * 2', 'B {}.')];
    for (let seed = 0; seed < 40; seed++) {
      const { worked, faults } = solveWithFaults(steps, { x: 7, y: 8 }, createRandom(seed), 0.5);
      if (faults.includes('dropped_step') || worked.length < 2) continue;
      const [first, second] = worked;
      if (faults.length === 1 && first.value !== 15)
        expect(second.expression).toBe(`${first.value}*2`);
    }
    const { worked, faults } = solveWithFaults(steps, { x: 7, y: 8 }, createRandom(1), 0);
    expect(faults).toEqual([]);
    expect(solutionText(worked, '#### 30')).toBe('A <<7+8=15>>15.\nB <<15*2=30>>30.\n#### 30');
  });

  it('drops no step that would leave a solution without any', () => {
    const steps = [step('a = x + y', 'A {}.'), step('b = a * 2', 'B {}.')];
    for (let seed = 0; seed < 200; seed++) {
      const { worked } = solveWithFaults(steps, { x: 7, y: 8 }, createRandom(seed), 1);
      expect(worked.length).toBeGreaterThan(0);
    }
  });
});
