/** From verdicts to the four rates, and from two evaluations to their paired difference. */
import { createRandom, passAtK } from '../algorithms/index.js';
import type { Verdict } from '../records.js';
import type { BootstrapOptions } from './bootstrap.js';
import { bootstrapInterval, mean, pairedBootstrap } from './bootstrap.js';
import type {
  Comparison,
  Evaluation,
  EvaluationRow,
  Interval,
  RateName,
  Rates,
} from './records.js';

export interface IntervalOptions {
  /** @default 10000 */
  resamples?: number;
  /** @default 0.95 */
  confidence?: number;
}

/** What one verdict says about the four rates; `null` throughout when the judge itself failed. */
export interface Facts {
  compiled: boolean | null;
  sanitizerClean: boolean | null;
  testsPassed: boolean | null;
  clean: boolean | null;
  testFraction: number | null;
}

export const rateNames: readonly RateName[] = [
  'compile_rate',
  'sanitizer_clean_rate',
  'test_pass_rate',
  'fully_clean_rate',
];

/**
 * `compile_rate`: a program came out of the compiler. `sanitizer_clean_rate`: and it ran without a
 * finding, a crash or a limit. `test_pass_rate`: all tests passed. `fully_clean_rate`: outcome
 * `clean` (no warning, no finding, all tests passed).
 */
export function factsOf(verdict: Verdict): Facts {
  const { outcome, testsPassed, testsTotal } = verdict;
  if (outcome === 'sandbox_error') {
    return {
      compiled: null,
      sanitizerClean: null,
      testsPassed: null,
      clean: null,
      testFraction: null,
    };
  }
  return {
    compiled: !['compile_error', 'no_answer'].includes(outcome),
    sanitizerClean: ['clean', 'warning', 'wrong_answer'].includes(outcome),
    testsPassed: testsTotal > 0 && testsPassed === testsTotal,
    clean: outcome === 'clean',
    testFraction: testsTotal > 0 ? testsPassed / testsTotal : null,
  };
}

/** The rates with intervals: mean over problems of the mean over samples. */
export function ratesOf(rows: readonly EvaluationRow[], options: IntervalOptions = {}): Rates {
  const interval = (name: RateName): Interval =>
    bootstrapInterval(
      rows.map((row) => rowRate(row, name)).filter((value) => value !== null),
      { random: createRandom(`bootstrap/${name}`), ...options },
    );
  return {
    compile_rate: interval('compile_rate'),
    sanitizer_clean_rate: interval('sanitizer_clean_rate'),
    test_pass_rate: interval('test_pass_rate'),
    fully_clean_rate: interval('fully_clean_rate'),
  };
}

/** pass@k of the fully-clean outcome, averaged over the problems with at least k scorable samples. */
export function cleanAtK(
  rows: readonly EvaluationRow[],
  k: number,
  options: IntervalOptions = {},
): Interval {
  const columns = rows.map((row) => row.clean);
  return atK(columns, k, { random: createRandom(`bootstrap/pass@${k}`), ...options });
}

/** The same of correct samples, the figure of HumanEval and its kin; a warning costs nothing here. */
export function correctAtK(
  rows: readonly EvaluationRow[],
  k: number,
  options: IntervalOptions = {},
): Interval {
  const columns = rows.map((row) => row.correct ?? []);
  return atK(columns, k, { random: createRandom(`bootstrap/correct@${k}`), ...options });
}

/** Share of correct samples; a problem without a scorable one is left out. */
export function accuracyOf(
  rows: readonly EvaluationRow[],
  options: IntervalOptions = {},
): Interval {
  const values = rows.map(({ correct = [] }) => shareOf(correct)).filter((share) => share !== null);
  return bootstrapInterval(values, { random: createRandom('bootstrap/accuracy'), ...options });
}

/** The values of k that are told where none are asked for: 1, 2, 4, … and the number of samples. */
export function usualKs(numSamples: number): number[] {
  const ks: number[] = [];
  for (let k = 1; k < numSamples; k *= 2) ks.push(k);
  return [...ks, Math.max(1, numSamples)];
}

/**
 * after − before of each rate with its paired-bootstrap interval. Problems are matched by id; one
 * that either side could not score at all is left out of that rate.
 */
export function compareEvaluations(
  before: Pick<Evaluation, 'rows' | 'rates'>,
  after: Pick<Evaluation, 'rows' | 'rates'>,
  options: IntervalOptions = {},
): Comparison {
  const later = new Map(after.rows.map((row) => [row.problemId, row]));
  const difference = (name: RateName): Comparison[RateName] => {
    const pairs = before.rows.flatMap((row) => {
      const match = later.get(row.problemId);
      const values = [rowRate(row, name), match ? rowRate(match, name) : null];
      return values[0] === null || values[1] === null ? [] : [[values[0], values[1]]];
    });
    return {
      ...pairedBootstrap(
        pairs.map(([first]) => first),
        pairs.map(([, second]) => second),
        { random: createRandom(`bootstrap/paired/${name}`), ...options },
      ),
      before: before.rates[name],
      after: after.rates[name],
    };
  };
  return {
    compile_rate: difference('compile_rate'),
    sanitizer_clean_rate: difference('sanitizer_clean_rate'),
    test_pass_rate: difference('test_pass_rate'),
    fully_clean_rate: difference('fully_clean_rate'),
  };
}

/** Mean over the scorable samples of one problem; `null` when there is none. */
export function rowRate(row: EvaluationRow, name: RateName): number | null {
  const column = {
    compile_rate: row.compiled,
    sanitizer_clean_rate: row.sanitizerClean,
    test_pass_rate: row.testsPassed,
    fully_clean_rate: row.clean,
  }[name];
  return shareOf(column);
}

function shareOf(column: readonly (boolean | null)[]): number | null {
  const known = column.filter((value) => value !== null);
  return known.length === 0 ? null : mean(known.map(Number));
}

function atK(
  columns: readonly (readonly (boolean | null)[])[],
  k: number,
  options: BootstrapOptions,
): Interval {
  const values = columns.flatMap((column) => {
    const known = column.filter((value) => value !== null);
    return known.length < k ? [] : [passAtK(known.length, known.filter(Boolean).length, k)];
  });
  return bootstrapInterval(values, options);
}
