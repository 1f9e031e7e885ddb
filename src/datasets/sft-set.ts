import { inputError } from '../errors.js';
import type { Problem, Rollout } from '../records.js';
import type { BuiltSet } from './built-set.js';
import { builtSet } from './built-set.js';
import { countDrop, type Drops } from './drops.js';
import { bestFirst } from './n-best.js';
import type { RankBy } from './ranking.js';
import { referenceRow, sampleRow, type SampleRow } from './sample-row.js';
import { samplesByProblem } from './samples.js';

export interface BuildSftInput {
  /** @default none: references only */
  readonly rollouts?: readonly Rollout[];
  /** Those with a `reference` give it. @default none: clean samples only */
  readonly problems?: readonly Problem[];
}

export interface BuildSftOptions {
  /** `missing`: references where a problem has no clean sample. @default 'missing' */
  readonly references?: 'missing' | 'always';
  /** @default 'outcome' */
  readonly rankBy?: RankBy;
  /** Least rank of a sample. @default 1 */
  readonly minScore?: number;
  /** Samples per problem, the best first. @default all */
  readonly maxPerProblem?: number;
}

/**
 * Completions to imitate: clean samples of the policy (rejection sampling), references, or both. A
 * sample that was cut off is left out: its end is not one. With rollouts, references are taken for
 * the problems that have some.
 */
export function buildSft(input: BuildSftInput, options: BuildSftOptions = {}): BuiltSet<SampleRow> {
  const { rollouts = [], problems = [] } = input;
  const { references = 'missing', rankBy = 'outcome', minScore = 1 } = options;
  const { maxPerProblem = Infinity } = options;
  if (rollouts.length === 0 && problems.length === 0)
    throw inputError('buildSft: expected rollouts, problems or both, got neither.');
  const dropped: Drops = {};
  const without: Record<string, number> = {};
  const sampled =
    rollouts.length > 0 ? samplesByProblem(rollouts, rankBy, dropped, 'buildSft') : [];
  const byId = new Map(sampled.map((problem) => [problem.problemId, problem]));
  const problemById = new Map(problems.map((problem) => [problem.id, problem]));
  const ids = rollouts.length > 0 ? [...byId.keys()] : [...problemById.keys()];
  const rows = ids.flatMap((id) => {
    const problem = byId.get(id);
    const whole = (problem?.samples ?? []).filter(({ rollout }) => rollout.finishReason === 'stop');
    countDrop(dropped, 'cut off', (problem?.samples.length ?? 0) - whole.length);
    const good = bestFirst(whole).filter(({ score }) => score >= minScore);
    countDrop(dropped, 'under minScore', whole.length - good.length);
    const best = good.slice(0, maxPerProblem);
    countDrop(dropped, 'over maxPerProblem', good.length - best.length);
    const of = problem ? best.map((sample) => sampleRow(problem, sample)) : [];
    const known = problemById.get(id);
    if (known?.reference !== undefined && (references === 'always' || of.length === 0)) {
      const row = referenceRow(known, known.reference, problem);
      if (of.some(({ completion }) => completion === row.completion))
        countDrop(dropped, 'same text as the reference');
      else of.push(row);
    }
    if (of.length === 0) countDrop(without, problem ? 'no clean sample' : 'no reference');
    return of;
  });
  return builtSet({
    rows,
    total: ids.length,
    without,
    dropped,
    what: 'completion',
    settings: {
      kind: 'sft',
      references,
      rank_by: rankBy,
      min_score: minScore,
      max_per_problem: Number.isFinite(maxPerProblem) ? maxPerProblem : null,
    },
  });
}
