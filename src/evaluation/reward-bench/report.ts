import type { Outcome } from '../../records.js';
import type { SpecimenKind } from './specimens/specimen.js';

/** What the reward bench checks, in the order of its report. */
export const benchChecks = [
  'references',
  'mutants',
  'hacks',
  'length',
  'tiers',
  'spans',
  'clean_tokens',
  'contract',
  'variance',
  'time',
] as const;

export type BenchCheckName = (typeof benchChecks)[number];

/**
 * `warn`: something to know that the reward cannot help, or that may be meant so. `skip`: it could not
 * be checked, and the summary says why.
 */
export type BenchStatus = 'pass' | 'fail' | 'warn' | 'skip';

export interface BenchCheck {
  name: BenchCheckName;
  status: BenchStatus;
  /** What was found, in a sentence. */
  summary: string;
  /** Further lines, the important ones first. */
  details: string[];
  numbers: Record<string, number | null>;
  /** Specimens to look at. */
  examples: BenchExample[];
}

export interface BenchExample {
  problemId: string;
  specimen: string;
  outcome: Outcome;
  score: number | null;
  /** That of the problem's reference, or of what a padded specimen was made from. */
  against: number | null;
  completion: string;
}

/** One specimen as it was judged and scored. */
export interface BenchRow {
  problemId: string;
  kind: SpecimenKind;
  name: string;
  outcome: Outcome;
  score: number | null;
  tokens: number;
}

export interface RewardBenchReport {
  rewards: { name: string; weight: number }[];
  task: string;
  language: string;
  problems: string[];
  seed: number | string;
  toolchain: string;
  isolation: string;
  checks: BenchCheck[];
  specimens: BenchRow[];
  /** No check failed. */
  passed: boolean;
}
