import { describe, expect, it } from 'vitest';
import { answerFactsOf, answerRates } from '../../src/evaluation/answers.js';
import type { AnswerFacts } from '../../src/evaluation/records.js';
import { summarise } from '../../src/evaluation/summary.js';
import { row, verdictOf } from './examples.js';

const facts = (strict: boolean, lenient: boolean, formatOk: boolean): AnswerFacts => ({
  strict,
  lenient,
  formatOk,
});
const options = { resamples: 200 };

describe('answerFactsOf', () => {
  it('tells the demanded form from the last number', () => {
    const verdict = { ...verdictOf('no_answer', 0, 1), formatOk: false, lenientCorrect: true };
    expect(answerFactsOf(verdict)).toEqual({ strict: false, lenient: true, formatOk: false });
  });

  it('knows nothing where the judge broke', () => {
    expect(answerFactsOf(verdictOf('sandbox_error', 0, 0))).toEqual({
      strict: null,
      lenient: null,
      formatOk: null,
    });
  });

  it('takes the answer in form for the last number where a record is older', () => {
    expect(answerFactsOf(verdictOf('clean', 1, 1)).lenient).toBe(true);
  });
});

describe('answerRates', () => {
  const rows = [
    { ...row('a', 'x', ['clean', 'no_answer']), level: 1 },
    { ...row('b', 'x', ['wrong_answer', 'sandbox_error']), level: 2 },
  ];
  const answers = [
    [facts(true, true, true), facts(false, true, false)],
    [facts(false, false, true), { strict: null, lenient: null, formatOk: null }],
  ];
  const answered = rows.map((one, i) => ({ ...one, answers: answers[i] }));

  it('are means over problems of the mean over samples that could be scored', () => {
    const rates = answerRates(answered, options);
    expect(rates?.strict_accuracy.value).toBeCloseTo((0.5 + 0) / 2);
    expect(rates?.lenient_accuracy.value).toBeCloseTo((1 + 0) / 2);
    expect(rates?.format_rate.value).toBeCloseTo((0.5 + 1) / 2);
  });

  it('are told by level, with the number of problems', () => {
    expect(answerRates(answered, options)?.strict_accuracy_by_level).toMatchObject({
      1: { problems: 1, value: 0.5 },
      2: { problems: 1, value: 0 },
    });
  });

  it('are part of the summary of answers, and not of that of programs', () => {
    expect(summarise(answered, 2, options).answers).toEqual(answerRates(answered, options));
    expect(summarise(rows, 2, options)).not.toHaveProperty('answers');
  });
});
