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
  /** Of a problem with an answer. */
  answers?: AnswerFacts[];
  /** The problem's column `level`, where it has one. */
  level?: number;
}

/** One worked answer; `null` where the judge itself failed. */
export interface AnswerFacts {
  /** The right number in the demanded form. */
  strict: boolean | null;
  /** The right number is the last one, whatever form was asked for. */
  lenient: boolean | null;
  /** There is an answer in the demanded form. */
  formatOk: boolean | null;
}

/** Shares of `AnswerFacts`, means over problems. */
export interface AnswerRates {
  strict_accuracy: Interval;
  lenient_accuracy: Interval;
  format_rate: Interval;
  strict_accuracy_by_level: Record<string, Interval & { problems: number }>;
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
  /** Absent where the problems are programs. */
  answers?: AnswerRates;
  durationMs: number;
}

/** Difference after − before of one rate, resampling problems in pairs. */
export interface PairedDifference extends Interval {
  before: Interval;
  after: Interval;
}

export type Comparison = Record<RateName, PairedDifference>;
