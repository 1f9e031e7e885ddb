import type { Outcome } from '../records.js';
import { answerRates } from './answers.js';
import { mean } from './bootstrap.js';
import type { IntervalOptions } from './rates.js';
import { cleanAtK, ratesOf } from './rates.js';
import type { Evaluation, EvaluationRow } from './records.js';

/** Everything about an evaluation that follows from its rows. */
export function summarise(
  rows: readonly EvaluationRow[],
  numSamples: number,
  intervals?: IntervalOptions,
): Omit<Evaluation, 'split' | 'numSamples' | 'seed' | 'modelRevision' | 'rows' | 'durationMs'> {
  const outcomes: Partial<Record<Outcome, number>> = {};
  for (const outcome of rows.flatMap((row) => row.outcomes)) {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  const answers = answerRates(rows, intervals);
  const ks = [...new Set([1, numSamples])];
  return {
    rates: ratesOf(rows, intervals),
    outcomes,
    passAtK: Object.fromEntries(ks.map((k) => [`pass@${k}`, cleanAtK(rows, k, intervals)])),
    meanCompletionTokens: mean(rows.flatMap((row) => row.completionTokens)),
    truncatedShare: mean(rows.flatMap((row) => row.truncated.map(Number))),
    ...(answers ? { answers } : {}),
  };
}
