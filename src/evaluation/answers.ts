/** What is measured of answers (maths) beside the rates of programs. */
import { createRandom } from '../algorithms/random.js';
import type { Verdict } from '../records.js';
import { bootstrapInterval, mean } from './bootstrap.js';
import type { IntervalOptions } from './rates.js';
import type { AnswerFacts, AnswerRates, EvaluationRow, Interval } from './records.js';

/** What one verdict says about an answer; `null` where the judge itself failed. */
export function answerFactsOf(verdict: Verdict): AnswerFacts {
  if (verdict.outcome === 'sandbox_error') return { strict: null, lenient: null, formatOk: null };
  const { correct, lenientCorrect, formatOk } = verdict;
  // Older verdicts do not know the last number; a right answer in the demanded form is one.
  return { strict: correct, lenient: lenientCorrect ?? correct, formatOk };
}

/** Means over problems of the mean over samples; `null` where no row is of an answer. */
export function answerRates(
  rows: readonly EvaluationRow[],
  options: IntervalOptions = {},
): AnswerRates | null {
  const answered = rows.filter((row) => row.answers !== undefined);
  if (answered.length === 0) return null;
  const interval = (of: readonly EvaluationRow[], name: keyof AnswerFacts): Interval => {
    const values = of.flatMap(({ answers = [] }) => {
      const known = answers.map((facts) => facts[name]).filter((value) => value !== null);
      return known.length === 0 ? [] : [mean(known.map(Number))];
    });
    return bootstrapInterval(values, { random: createRandom(`bootstrap/${name}`), ...options });
  };
  const levels = [...new Set(answered.flatMap(({ level }) => level ?? []))].sort((a, b) => a - b);
  return {
    strict_accuracy: interval(answered, 'strict'),
    lenient_accuracy: interval(answered, 'lenient'),
    format_rate: interval(answered, 'formatOk'),
    strict_accuracy_by_level: Object.fromEntries(
      levels.map((level) => {
        const of = answered.filter((row) => row.level === level);
        return [level, { problems: of.length, ...interval(of, 'strict') }];
      }),
    ),
  };
}
