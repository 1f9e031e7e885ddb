/** What an evaluation leaves behind: one row per problem, and rates with their intervals. */
import type { Outcome } from '../records.js';

/** A share with its 95 % percentile-bootstrap interval over problems. */
export interface Interval {
  value: number;
  low: number;
  high: number;
}

/**
 * `compile_rate`: compiles. `sanitizer_clean_rate`: compiles and runs without a sanitizer finding,
 * crash or limit. `test_pass_rate`: all tests passed. `fully_clean_rate`: outcome `clean`.
 */
export type RateName =
  'compile_rate' | 'sanitizer_clean_rate' | 'test_pass_rate' | 'fully_clean_rate';

export type Rates = Record<RateName, Interval>;

/** One problem; the arrays have one entry per sample, `null` where the judge itself failed. */
export interface EvaluationRow {
  problemId: string;
  family: string;
  outcomes: Outcome[];
  compiled: (boolean | null)[];
  sanitizerClean: (boolean | null)[];
  testsPassed: (boolean | null)[];
  clean: (boolean | null)[];
  /** Share of single test cases passed, per sample. */
  testFraction: (number | null)[];
  completions: string[];
  completionTokens: number[];
  truncated: boolean[];
}

export interface Evaluation {
  split: string;
  numSamples: number;
  seed: number | string;
  modelRevision: string;
  rows: EvaluationRow[];
  rates: Rates;
  /** Samples by outcome. */
  outcomes: Partial<Record<Outcome, number>>;
  /** Unbiased pass@k of the fully-clean outcome, for k = 1 and k = numSamples. */
  passAtK: Record<string, Interval>;
  meanCompletionTokens: number;
  truncatedShare: number;
  durationMs: number;
}

/** Difference after − before of one rate, resampling problems in pairs. */
export interface PairedDifference extends Interval {
  before: Interval;
  after: Interval;
}

export type Comparison = Record<RateName, PairedDifference>;
