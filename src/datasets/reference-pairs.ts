import { createRandom } from '../algorithms/index.js';
import type { Problem, Rollout } from '../records.js';
import { builtSet, referenceColumns, sampleColumns, type BuiltSet } from './built-set.js';
import { countDrop, type Drops } from './drops.js';
import { pairRow, type PairRow } from './pair-row.js';
import type { RankBy } from './ranking.js';
import { samplesByProblem } from './samples.js';

export interface ReferencePairsOptions {
  /** @default 'outcome' */
  readonly rankBy?: RankBy;
  /** Samples under this rank fail. @default 1 */
  readonly failsBelow?: number;
  /** @default 4 */
  readonly maxPairsPerProblem?: number;
  /** Of the choice among failing samples. @default 0 */
  readonly seed?: number | string;
}

/** Pairs of a problem's reference, chosen, and a failing sample of the policy, rejected. */
export function referencePairs(
  rollouts: readonly Rollout[],
  problems: readonly Problem[],
  options: ReferencePairsOptions = {},
): BuiltSet<PairRow> {
  const { rankBy = 'outcome', failsBelow = 1, maxPairsPerProblem = 4, seed = 0 } = options;
  const dropped: Drops = {};
  const without: Record<string, number> = {};
  const random = createRandom(`reference-pairs/${seed}`);
  const references = new Map(problems.map(({ id, reference }) => [id, reference]));
  const sampled = samplesByProblem(rollouts, rankBy, dropped, 'referencePairs');
  const rows = sampled.flatMap((problem) => {
    const reference = references.get(problem.problemId);
    if (reference === undefined) {
      countDrop(without, 'no reference');
      return [];
    }
    const failing = problem.samples.filter(
      ({ score, rollout }) => score < failsBelow && rollout.completion !== reference,
    );
    countDrop(dropped, 'does not fail', problem.samples.length - failing.length);
    if (failing.length === 0)
      countDrop(without, problem.samples.length === 0 ? 'no scorable sample' : 'no failing sample');
    const taken = random.fork(problem.problemId).shuffle(failing).slice(0, maxPairsPerProblem);
    countDrop(dropped, 'over maxPairsPerProblem', failing.length - taken.length);
    return taken.map(({ rollout, score }) =>
      pairRow({
        problem,
        rankBy,
        modelRevision: rollout.modelRevision,
        chosen: { text: reference, ...referenceColumns() },
        rejected: { text: rollout.completion, ...sampleColumns(rollout, score) },
      }),
    );
  });
  return builtSet({
    rows,
    total: sampled.length,
    without,
    dropped,
    what: 'pair',
    settings: {
      kind: 'reference-pairs',
      rank_by: rankBy,
      fails_below: failsBelow,
      max_pairs_per_problem: maxPairsPerProblem,
      seed,
    },
  });
}
