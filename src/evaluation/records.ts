/** What an evaluation leaves behind: one row per problem, and rates with their intervals. */
import type { FinishReason, Outcome, SamplingSettings, Verdict } from '../records.js';

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
  /** Empty where the completions were made elsewhere. */
  completionTokens: number[];
  truncated: boolean[];
  /** The right answer; of a program: all tests passed, and nothing ended it. Absent in older files. */
  correct?: (boolean | null)[];
  /** Kinds of the sanitizers' findings, each once. Absent in older files. */
  findingKinds?: (string[] | null)[];
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

/** How the completions came about. */
export interface EvaluationSettings {
  task: string;
  split: string;
  /** `null`: the task has one only. */
  promptFormat: string | null;
  /** The file of `--prompt-path`, where there was one. */
  promptTemplate: string | null;
  /** With stop strings, token budget and decoding seed; `null` where they are not known. */
  sampling: SamplingSettings | null;
  seed: number | string;
  /** Folder or Hub id of the base; `null` where it is not known. */
  policy: string | null;
  /** One on top of the other, the last one in use, the others merged. */
  adapters: string[];
  /** Hash of the weights, or `unknown`. */
  modelRevision: string;
  /** The file or folder of completions that were made apart. */
  completions: string | null;
  toolchain: string;
  isolation: string;
}

/** One completion as a line of `examples.jsonl`. */
export interface EvaluationExample {
  split: string;
  problem_id: string;
  family: string;
  /** Its number among those of the problem, from 0. */
  sample: number;
  prompt: string;
  /** Of an answer; `null` for programs, whose tests are the truth. */
  truth: string | null;
  prediction: string | null;
  completion: string;
  /** `null` where the judge itself failed. */
  correct: boolean | null;
  /** Of an answer: the last number is the right one, whatever form was asked for. */
  lenient_correct?: boolean | null;
  outcome: Outcome;
  tests_passed: number;
  tests_total: number;
  /** `null` where the completion was made elsewhere, as `tokens`. */
  finish_reason: FinishReason | null;
  tokens: number | null;
  verdict: Verdict;
}

export interface Evaluation {
  split: string;
  /** Completions of each problem; where they are not equally many, the most. */
  numSamples: number;
  seed: number | string;
  modelRevision: string;
  rows: EvaluationRow[];
  rates: Rates;
  /** Samples by outcome. */
  outcomes: Partial<Record<Outcome, number>>;
  /** Unbiased pass@k of the fully-clean outcome, by `pass@1`, … */
  passAtK: Record<string, Interval>;
  /** The same of correct samples: the figure that others call pass@k. Absent in older files, as `accuracy`. */
  correctAtK?: Record<string, Interval>;
  /** Share of correct samples. */
  accuracy?: Interval;
  /** Share of samples with a sanitizer's finding of each kind. */
  findingKinds?: Record<string, Interval>;
  /** Absent in older files. */
  settings?: EvaluationSettings;
  /** Ids of problems of the split that have no completion: in none of the figures. */
  notAttempted?: string[];
  /** NaN where no completion's tokens are known. */
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
