import { errorSpans, type ErrorSpan } from './built-set.js';
import type { CorruptedSample } from './corrupt.js';
import type { PairSide } from './pair-row.js';
import { rankOfVerdict, type RankBy } from './ranking.js';

/**
 * A corrupted completion as the side of a pair. Where the judge could locate nothing (a wrong answer),
 * what was put in is the error: of corrupted programs its place is known.
 */
export function corruptedColumns(
  { text, verdict, span, operator }: CorruptedSample,
  rankBy: RankBy,
): PairSide {
  const located = errorSpans(verdict.outcome, verdict.diagnostics);
  const own: ErrorSpan = { ...span, kind: operator, severity: 'error' };
  return {
    text,
    completion_ids: null,
    outcome: verdict.outcome,
    reward: null,
    score: rankOfVerdict(verdict, rankBy),
    tests_passed: verdict.testsPassed,
    tests_total: verdict.testsTotal,
    spans: located.length > 0 ? located : [own],
    finish_reason: 'stop',
    source: 'corruption',
    rollout: null,
  };
}
