import { inputError } from '../errors.js';
import type { Rollout } from '../records.js';
import type { BuiltSet } from './built-set.js';
import { builtSet } from './built-set.js';
import { countDrop, type Drops } from './drops.js';
import type { RankBy } from './ranking.js';
import { sampleRow, type SampleRow } from './sample-row.js';
import { samplesByProblem, type RankedSample } from './samples.js';

export interface BuildNBestOptions {
  /** Samples per problem. @default 1 */
  readonly n?: number;
  /** @default 'outcome' */
  readonly rankBy?: RankBy;
  /** Least rank of a sample. @default none */
  readonly minScore?: number;
}

export interface NBestRow extends SampleRow {
  /** 1: the best of its problem. */
  rank: number;
}

/** The best samples of each problem, best first; of equal ones the earlier. */
export function buildNBest(
  rollouts: readonly Rollout[],
  options: BuildNBestOptions = {},
): BuiltSet<NBestRow> {
  const { n = 1, rankBy = 'outcome', minScore = -Infinity } = options;
  if (!Number.isInteger(n) || n < 1)
    throw inputError(`buildNBest: expected n to be a whole number above 0, got ${n}.`);
  const dropped: Drops = {};
  const problems = samplesByProblem(rollouts, rankBy, dropped, 'buildNBest');
  const without: Record<string, number> = {};
  const rows = problems.flatMap((problem) => {
    const good = problem.samples.filter(({ score }) => score >= minScore);
    countDrop(dropped, 'under minScore', problem.samples.length - good.length);
    const best = bestFirst(good).slice(0, n);
    countDrop(dropped, 'not among the best', good.length - best.length);
    if (best.length === 0)
      countDrop(without, problem.samples.length === 0 ? 'no scorable sample' : 'no clean sample');
    return best.map((sample, i) => ({ ...sampleRow(problem, sample), rank: i + 1 }));
  });
  return builtSet({
    rows,
    total: problems.length,
    without,
    dropped,
    what: 'sample',
    settings: {
      kind: 'nbest',
      n,
      rank_by: rankBy,
      min_score: Number.isFinite(minScore) ? minScore : null,
    },
  });
}

export function bestFirst(samples: readonly RankedSample[]): RankedSample[] {
  return [...samples].sort((a, b) => b.score - a.score);
}
