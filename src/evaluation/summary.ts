import type { Outcome } from '../records.js';
import { answerRates } from './answers.js';
import { mean } from './bootstrap.js';
import { findingRates } from './findings.js';
import type { IntervalOptions } from './rates.js';
import { accuracyOf, cleanAtK, correctAtK, ratesOf, usualKs } from './rates.js';
import type { Evaluation, EvaluationRow } from './records.js';

export interface SummaryOptions extends IntervalOptions {
  /** Values of k for pass@k, none above the number of samples. @default 1, 2, 4, … and that number */
  k?: readonly number[];
}

/** What of an evaluation follows from its rows alone. */
export type Summary = Omit<
  Evaluation,
  | 'split'
  | 'numSamples'
  | 'seed'
  | 'modelRevision'
  | 'rows'
  | 'durationMs'
  | 'settings'
  | 'notAttempted'
>;

/** Everything about an evaluation that follows from its rows. */
export function summarise(
  rows: readonly EvaluationRow[],
  numSamples: number,
  { k: ks = usualKs(numSamples), ...intervals }: SummaryOptions = {},
): Summary {
  const outcomes: Partial<Record<Outcome, number>> = {};
  for (const outcome of rows.flatMap((row) => row.outcomes)) {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  const answers = answerRates(rows, intervals);
  const isJudged = rows.some(({ correct }) => correct !== undefined);
  return {
    rates: ratesOf(rows, intervals),
    outcomes,
    passAtK: Object.fromEntries(ks.map((k) => [`pass@${k}`, cleanAtK(rows, k, intervals)])),
    ...(isJudged && {
      correctAtK: Object.fromEntries(ks.map((k) => [`pass@${k}`, correctAtK(rows, k, intervals)])),
      accuracy: accuracyOf(rows, intervals),
      findingKinds: findingRates(rows, intervals),
    }),
    meanCompletionTokens: mean(rows.flatMap((row) => row.completionTokens)),
    truncatedShare: mean(rows.flatMap((row) => row.truncated.map(Number))),
    ...(answers ? { answers } : {}),
  };
}
