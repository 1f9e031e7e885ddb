/** What became of single problems, families, outcomes and findings. */
import { outcomeOrder } from '../../records.js';
import { mean } from '../bootstrap.js';
import type { EvaluationRow } from '../records.js';
import type { MeasureName } from './measures.js';
import { rowMeasure } from './measures.js';
import type {
  ArmComparison,
  FamilyComparison,
  FlippedProblem,
  KindChange,
  MatchedProblem,
  OutcomeFlow,
} from './records.js';

/** Means of a problem over the pairs that both sides could score; `null` where there is none. */
export function problemMeans(
  { pairs }: MatchedProblem,
  measure: MeasureName,
): { first: number; second: number } | null {
  const known = pairs.flatMap(([one, other]) => {
    const values = [rowMeasure(one, measure), rowMeasure(other, measure)];
    return values[0] === null || values[1] === null ? [] : [[values[0], values[1]]];
  });
  if (known.length === 0) return null;
  return { first: mean(known.map(([one]) => one)), second: mean(known.map(([, two]) => two)) };
}

export function familyComparisons(
  problems: readonly MatchedProblem[],
  measure: MeasureName,
): FamilyComparison[] {
  const families = [...new Set(problems.map(({ family }) => family))].sort();
  return families.flatMap((family) => {
    const known = problems
      .filter((problem) => problem.family === family)
      .map((problem) => problemMeans(problem, measure))
      .filter((means) => means !== null);
    if (known.length === 0) return [];
    const first = mean(known.map((means) => means.first));
    const second = mean(known.map((means) => means.second));
    return [
      {
        family,
        problems: known.length,
        first,
        second,
        difference: second - first,
        gained: known.filter((means) => means.second > means.first).length,
        lost: known.filter((means) => means.second < means.first).length,
      },
    ];
  });
}

/** Sample i of a problem meets sample i of the same problem. */
export function outcomeFlow(problems: readonly MatchedProblem[]): OutcomeFlow {
  const counts = new Map<string, number>();
  let unpaired = 0;
  for (const [one, other] of problems.flatMap(({ pairs }) => pairs)) {
    const both = Math.min(one.outcomes.length, other.outcomes.length);
    unpaired += one.outcomes.length + other.outcomes.length - 2 * both;
    for (let i = 0; i < both; i++) {
      const key = `${one.outcomes[i]}>${other.outcomes[i]}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  const seen = new Set([...counts.keys()].flatMap((key) => key.split('>')));
  const outcomes = outcomeOrder.filter((outcome) => seen.has(outcome));
  return {
    outcomes,
    counts: outcomes.map((from) => outcomes.map((to) => counts.get(`${from}>${to}`) ?? 0)),
    unpaired,
  };
}

/** Samples with a finding of each kind, those most changed first; `null` where a side records none. */
export function kindChanges(problems: readonly MatchedProblem[]): KindChange[] | null {
  const pairs = problems.flatMap((problem) => problem.pairs);
  const rows = pairs.flat();
  if (rows.some(({ findingKinds }) => findingKinds === undefined)) return null;
  const count = (side: EvaluationRow[]): Map<string, number> => {
    const found = new Map<string, number>();
    for (const kinds of side.flatMap(({ findingKinds = [] }) => findingKinds))
      for (const kind of new Set(kinds ?? [])) found.set(kind, (found.get(kind) ?? 0) + 1);
    return found;
  };
  const [first, second] = [count(pairs.map(([one]) => one)), count(pairs.map(([, two]) => two))];
  return [...new Set([...first.keys(), ...second.keys()])]
    .map((kind) => ({ kind, first: first.get(kind) ?? 0, second: second.get(kind) ?? 0 }))
    .sort(
      (a, b) =>
        Math.abs(b.second - b.first) - Math.abs(a.second - a.first) ||
        b.first + b.second - a.first - a.second ||
        (a.kind < b.kind ? -1 : 1),
    );
}

/** Problems whose rate is another one, the largest change first, then by id. */
export function flippedProblems(
  problems: readonly MatchedProblem[],
  measure: MeasureName,
): ArmComparison['flips'] {
  const changed = problems.flatMap((problem): FlippedProblem[] => {
    const means = problemMeans(problem, measure);
    if (!means || means.first === means.second) return [];
    const { problemId, family, pairs } = problem;
    return [
      {
        problemId,
        family,
        ...means,
        firstOutcomes: pairs.flatMap(([one]) => one.outcomes),
        secondOutcomes: pairs.flatMap(([, other]) => other.outcomes),
      },
    ];
  });
  changed.sort(
    (a, b) =>
      Math.abs(b.second - b.first) - Math.abs(a.second - a.first) ||
      (a.problemId < b.problemId ? -1 : 1),
  );
  return {
    gained: changed.filter(({ first, second }) => second > first),
    lost: changed.filter(({ first, second }) => second < first),
  };
}
