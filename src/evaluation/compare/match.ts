/** Which runs and problems of two arms belong together, and what should make a reader careful. */
import { inputError } from '../../errors.js';
import type { EvaluationRow } from '../records.js';
import type { ComparedArm, ComparedRun, MatchedProblem } from './records.js';

export interface Matched {
  pairs: [ComparedRun, ComparedRun][];
  problems: MatchedProblem[];
  onlyFirst: number;
  onlySecond: number;
  warnings: string[];
}

/**
 * Pairs the runs of two arms (those of the same seed, else in the order given; a single run with each of
 * the others), and the problems that all of them have, by id.
 * @throws where nothing can be paired
 */
export function matchArms(first: ComparedArm, second: ComparedArm): Matched {
  const pairs = pairRuns(first, second);
  const firstRows = pairs.map(([run]) => rowsById(run));
  const secondRows = pairs.map(([, run]) => rowsById(run));
  const problems = [...firstRows[0].values()].flatMap(({ problemId, family }): MatchedProblem[] => {
    const found = firstRows.flatMap((rows, at): MatchedProblem['pairs'] => {
      const [one, other] = [rows.get(problemId), secondRows[at].get(problemId)];
      return one && other ? [[one, other]] : [];
    });
    return found.length === pairs.length ? [{ problemId, family, pairs: found }] : [];
  });
  const ids = (sides: Map<string, EvaluationRow>[]): Set<string> =>
    new Set(sides.flatMap((rows) => [...rows.keys()]));
  const [onFirst, onSecond] = [ids(firstRows).size, ids(secondRows).size];
  if (problems.length === 0) {
    throw inputError(
      `${first.name} and ${second.name}: expected problems in common, got none: ${onFirst} problems such as ${firstId(first)} here, ${onSecond} such as ${firstId(second)} there. Compare measurements on the same task and split.`,
    );
  }
  const onlyFirst = onFirst - problems.length;
  const onlySecond = onSecond - problems.length;
  return { pairs, problems, onlyFirst, onlySecond, warnings: warningsOf(first, second, pairs) };
}

function pairRuns(first: ComparedArm, second: ComparedArm): [ComparedRun, ComparedRun][] {
  const [one, other] = [first.runs, second.runs];
  if (one.length === 1) return other.map((run) => [one[0], run]);
  if (other.length === 1) return one.map((run) => [run, other[0]]);
  const bySeed = one.flatMap((run): [ComparedRun, ComparedRun][] => {
    const { runSeed } = run.facts;
    const same = other.filter(({ facts }) => runSeed !== undefined && facts.runSeed === runSeed);
    return same.length === 1 ? [[run, same[0]]] : [];
  });
  if (bySeed.length === one.length && new Set(bySeed.map(([, run]) => run)).size === other.length)
    return bySeed;
  if (one.length === other.length) return one.map((run, at) => [run, other[at]]);
  throw inputError(
    `${first.name} and ${second.name}: expected as many runs on both sides, or one on one of them, got ${one.length} and ${other.length}. Name the runs of the same seeds.`,
  );
}

function rowsById({ evaluation, kinds }: ComparedRun): Map<string, EvaluationRow> {
  return new Map(
    evaluation.rows.map((row) => {
      const { problemId } = row;
      const own = kinds?.[problemId];
      return [problemId, own ? { ...row, findingKinds: own } : row];
    }),
  );
}

function firstId({ runs }: ComparedArm): string {
  return runs[0].evaluation.rows[0]?.problemId ?? 'none';
}

function warningsOf(
  first: ComparedArm,
  second: ComparedArm,
  pairs: readonly [ComparedRun, ComparedRun][],
): string[] {
  const differs = (what: string, why: string, of: (run: ComparedRun) => unknown): string[] => {
    const values = [first, second].map(({ runs }) => [
      ...new Set(runs.map(of).flatMap((value) => (value === undefined ? [] : [shown(value)]))),
    ]);
    if (values.some((known) => known.length === 0)) return [];
    const [one, other] = values.map((known) => known.sort().join(', '));
    if (one === other && values[0].length === 1) return [];
    const told = one === other ? one : `${one} in ${first.name}, ${other} in ${second.name}`;
    return [`The ${what} differ${what.endsWith('s') ? '' : 's'} (${told}): ${why}`];
  };
  const names = new Set(
    [...first.runs, ...second.runs].flatMap(({ facts }) => Object.keys(facts.sampling ?? {})),
  );
  return [
    ...differs('task', 'the same id may be another problem.', ({ facts }) => facts.task),
    ...differs(
      'split',
      'only problems of the same id are compared.',
      ({ evaluation }) => evaluation.split,
    ),
    ...differs(
      'decoding seed',
      'the sides did not have the same luck, and chance flips more problems.',
      ({ evaluation }) => evaluation.seed,
    ),
    ...differs(
      'number of samples',
      'means are compared; in the outcome table sample i meets sample i.',
      ({ evaluation }) => evaluation.numSamples,
    ),
    ...[...names].flatMap((name) =>
      differs(
        `sampling setting ${name}`,
        'the difference is not of the policies alone.',
        ({ facts }) => facts.sampling?.[name],
      ),
    ),
    ...(first.runs.length > 1 && second.runs.length > 1 && !sameSeeds(pairs)
      ? ['The runs do not have the same training seeds: they are paired in the order given.']
      : []),
  ];
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function sameSeeds(pairs: readonly [ComparedRun, ComparedRun][]): boolean {
  return pairs.every(
    ([one, other]) => one.facts.runSeed !== undefined && one.facts.runSeed === other.facts.runSeed,
  );
}
