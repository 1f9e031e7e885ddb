/** What is compared, and what a comparison says. Plain data: it is the JSON of `rlsf compare`. */
import type { Outcome } from '../../records.js';
import type { Evaluation, EvaluationRow, Interval } from '../records.js';
import type { Decomposition } from './decomposition.js';
import type { ExactTest } from './exact-tests.js';
import type { MeasureName } from './measures.js';

/** One measurement: of one policy, of one seed of an arm, of one side of a run. */
export interface ComparedRun {
  /** Where it was read. */
  label: string;
  evaluation: Pick<Evaluation, 'split' | 'numSamples' | 'seed' | 'modelRevision' | 'rows'>;
  /** What is known of how it was made; a field that is missing is not compared. */
  facts: {
    task?: string;
    /** The training's. */
    runSeed?: number | string;
    /** Sampling in evaluation: temperature, top_p, …. */
    sampling?: Record<string, unknown>;
  };
  /**
   * Kinds of all findings by problem id and sample, compilers' included.
   * @default the sanitizers' that the rows record
   */
  kinds?: Readonly<Record<string, (string[] | null)[]>>;
}

/** What is compared as one: a run, or several that differ in their seed alone. */
export interface ComparedArm {
  name: string;
  runs: ComparedRun[];
}

export interface MeasureComparison {
  measure: MeasureName;
  /** Problems that both sides could score. */
  problems: number;
  first: Interval;
  second: Interval;
  /** second − first, problem by problem. */
  difference: Interval;
  /** Of each seed, where there are several. */
  bySeed: number[];
  test: ExactTest & {
    /** Holm's, over the comparisons with the first; equal to p where there is one. */
    adjusted: number;
  };
}

export interface FamilyComparison {
  family: string;
  problems: number;
  first: number;
  second: number;
  difference: number;
  /** Problems whose rate rose, and fell. */
  gained: number;
  lost: number;
}

/** Counts of samples by outcome of the first (rows) and of the second (columns). */
export interface OutcomeFlow {
  outcomes: Outcome[];
  counts: number[][];
  /** Samples that have no partner on the other side. */
  unpaired: number;
}

export interface FlippedProblem {
  problemId: string;
  family: string;
  /** Mean over samples and seeds. */
  first: number;
  second: number;
  firstOutcomes: Outcome[];
  secondOutcomes: Outcome[];
}

/** A finding's kind, and in how many samples it was found. */
export interface KindChange {
  kind: string;
  first: number;
  second: number;
}

export interface ArmComparison {
  first: string;
  second: string;
  split: string;
  problems: { matched: number; onlyFirst: number; onlySecond: number };
  seeds: number;
  /** What else differs, in sentences. */
  warnings: string[];
  /** The first is what it is all about. */
  measures: MeasureComparison[];
  parts: Decomposition;
  families: FamilyComparison[];
  flow: OutcomeFlow;
  /** `null` where a side does not record kinds. */
  kinds: KindChange[] | null;
  /** By the first measure, the largest change first. */
  flips: { gained: FlippedProblem[]; lost: FlippedProblem[] };
}

export interface ArmsComparison {
  arms: { name: string; runs: string[] }[];
  comparisons: ArmComparison[];
  intervals: { resamples: number; confidence: number };
}

/** The same problem of two sides: a row of each pair of runs. */
export interface MatchedProblem {
  problemId: string;
  family: string;
  pairs: [first: EvaluationRow, second: EvaluationRow][];
}
