import { inputError } from '../errors.js';
import type { Rollout, Verdict } from '../records.js';
import { curriculumScores, requireVerdict } from '../rewards/sanitizer.js';

/**
 * What samples of one problem are ordered by, each a number where more is better:
 * `reward`, the weighted sum of the rewards; `outcome`, the rank of the verdict (`curriculumScores`:
 * clean 1 … compile error 0); `tests`, the share of tests passed; `clean`, 1 where the program ran
 * without a finding, a crash or a limit (a wrong answer may be clean), else 0.
 */
export const rankings = ['outcome', 'reward', 'tests', 'clean'] as const;

export type RankBy = (typeof rankings)[number];

/** The rank of a sample; `null` where it has none: unscorable, or no tests to count. */
export function rankOf(rollout: Rollout, rankBy: RankBy, where: string): number | null {
  if (rankBy === 'reward') {
    if (rollout.reward === undefined)
      throw inputError(
        `${where}: expected scored rollouts to rank by reward, got ${rollout.id} without one. Score it first (scoreRollouts), or rank by outcome.`,
      );
    return rollout.reward;
  }
  return rankOfVerdict(requireVerdict(where, rollout), rankBy);
}

/** The rank that a verdict gives; `null` for `reward`, which is none of its facts. */
export function rankOfVerdict(verdict: Verdict, rankBy: RankBy): number | null {
  const { outcome, testsPassed, testsTotal, groundTruth, correct } = verdict;
  if (outcome === 'sandbox_error') return null;
  switch (rankBy) {
    case 'reward':
      return null;
    case 'outcome':
      return curriculumScores[outcome];
    case 'tests':
      if (outcome === 'compile_error' || outcome === 'no_answer') return 0;
      if (testsTotal > 0) return testsPassed / testsTotal;
      return groundTruth === null ? null : Number(correct);
    case 'clean':
      return Number(outcome === 'clean' || outcome === 'warning' || outcome === 'wrong_answer');
  }
}

export function checkRankBy(rankBy: RankBy, where: string): void {
  if (rankings.includes(rankBy)) return;
  throw inputError(
    `${where}: expected rankBy to be one of ${rankings.join(', ')}, got ${JSON.stringify(rankBy)}.`,
  );
}
