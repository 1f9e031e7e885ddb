/** Arms against the first of them: what differs, by how much, and how sure that is. Pure. */
import { createRandom } from '../../algorithms/index.js';
import { inputError } from '../../errors.js';
import type { IntervalOptions } from '../rates.js';
import type { EvaluationRow } from '../records.js';
import type { Cells } from './crossed-bootstrap.js';
import { crossedStatistics } from './crossed-bootstrap.js';
import { decompose, factorsOf } from './decomposition.js';
import type { ExactTest } from './exact-tests.js';
import { holmAdjusted, mcnemarExact, signFlipTest } from './exact-tests.js';
import { matchArms } from './match.js';
import type { MeasureName } from './measures.js';
import { knownFacts, measuresOf, rowMeasure } from './measures.js';
import type {
  ArmComparison,
  ArmsComparison,
  ComparedArm,
  MatchedProblem,
  MeasureComparison,
} from './records.js';
import { familyComparisons, flippedProblems, kindChanges, outcomeFlow } from './tables.js';

/**
 * Every arm against the first, on the problems that both have. Intervals are of the crossed bootstrap
 * over seeds and problems; the test is McNemar's for one sample and one run each, else that of sign
 * flips over problems; p-values of several arms are adjusted by Holm, for each rate apart.
 */
export function compareArms(
  arms: readonly ComparedArm[],
  { resamples = 10000, confidence = 0.95 }: IntervalOptions = {},
): ArmsComparison {
  if (arms.length < 2) {
    throw inputError(
      `compareArms: expected at least two sides to compare, got ${arms.length}. Name another run, or a run that was measured before and after.`,
    );
  }
  const [first, ...others] = arms;
  const comparisons = others.map((second) => compareTwo(first, second, { resamples, confidence }));
  return {
    arms: arms.map(({ name, runs }) => ({ name, runs: runs.map(({ label }) => label) })),
    comparisons: withHolm(comparisons),
    intervals: { resamples, confidence },
  };
}

function compareTwo(
  first: ComparedArm,
  second: ComparedArm,
  options: Required<IntervalOptions>,
): ArmComparison {
  const { pairs, problems, onlyFirst, onlySecond, warnings } = matchArms(first, second);
  const rows = problems.flatMap((problem) => problem.pairs.flat());
  const answered = rows.filter(({ answers }) => answers !== undefined).length;
  if (answered > 0 && answered < rows.length) {
    throw inputError(
      `${first.name} and ${second.name}: expected answers on both sides or programs on both, got ${answered} measurements of answers among ${rows.length}. Compare measurements of the same task.`,
    );
  }
  const hasAnswers = answered > 0;
  const [main, ...rest] = measuresOf(hasAnswers);
  const factors = factorsOf(hasAnswers);
  return {
    first: first.name,
    second: second.name,
    split: first.runs[0].evaluation.split,
    problems: { matched: problems.length, onlyFirst, onlySecond },
    seeds: pairs.length,
    warnings,
    measures: [main, ...rest].map((measure) => compareMeasure(problems, measure, options)),
    parts: decompose(
      factors,
      bothCells(problems, factors.gate),
      bothCells(problems, factors.whole),
      options,
    ),
    families: familyComparisons(problems, main),
    flow: outcomeFlow(problems),
    kinds: kindChanges(problems),
    flips: flippedProblems(problems, main),
  };
}

function compareMeasure(
  problems: readonly MatchedProblem[],
  measure: MeasureName,
  options: Required<IntervalOptions>,
): MeasureComparison {
  const [firsts, seconds] = bothCells(problems, measure);
  const [first, second, difference] = crossedStatistics(
    [firsts, seconds],
    ([one, other]) => [one, other, other - one],
    { random: createRandom(`compare/${measure}`), ...options },
  );
  const isKnown = (at: number): boolean =>
    firsts.some((row, seed) => row[at] !== null && seconds[seed][at] !== null);
  const test = testOf(problems, measure);
  return {
    measure,
    problems: problems.filter((_, at) => isKnown(at)).length,
    first,
    second,
    difference,
    bySeed: firsts.map((row, seed) => meanDifference(row, seconds[seed])),
    test: { ...test, adjusted: test.p },
  };
}

/** [S, P] of both sides; what one side could not score counts on neither. */
function bothCells(problems: readonly MatchedProblem[], measure: MeasureName): [Cells, Cells] {
  const cells = (side: 0 | 1): (number | null)[][] =>
    problems[0].pairs.map((_, seed) =>
      problems.map(({ pairs }) => rowMeasure(pairs[seed][side], measure)),
    );
  return [cells(0), cells(1)];
}

function meanDifference(
  first: readonly (number | null)[],
  second: readonly (number | null)[],
): number {
  const known = first.flatMap((one, at) => {
    const other = second[at];
    return one === null || other === null ? [] : [other - one];
  });
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

function testOf(problems: readonly MatchedProblem[], measure: MeasureName): ExactTest {
  const counts = problems.map(({ pairs }) =>
    pairs
      .map(([one, other]) => [hits(one, measure), hits(other, measure)])
      .filter(([one, other]) => one.of > 0 && other.of > 0),
  );
  const isSingle = counts.every(
    (pairs) => pairs.length <= 1 && pairs.every((sides) => sides.every(({ of }) => of === 1)),
  );
  if (isSingle) {
    const moves = counts.flat().map(([one, other]) => other.hits - one.hits);
    return mcnemarExact(
      moves.filter((move) => move > 0).length,
      moves.filter((move) => move < 0).length,
    );
  }
  // Over one denominator the differences are whole numbers, and the test is exact.
  const scale = counts
    .map((pairs) => pairs.length * pairs.flat().reduce((all, { of }) => leastMultiple(all, of), 1))
    .reduce((all, own) => (own === 0 ? all : leastMultiple(all, own)), 1);
  const differences = counts.map((pairs) =>
    pairs.length === 0
      ? 0
      : pairs.reduce((sum, [one, other]) => sum + other.hits / other.of - one.hits / one.of, 0) /
        pairs.length,
  );
  return signFlipTest(
    scale <= 1e9 ? differences.map((value) => Math.round(value * scale)) : differences,
    { random: createRandom(`compare/flips/${measure}`) },
  );
}

function hits(row: EvaluationRow, measure: MeasureName): { hits: number; of: number } {
  const known = knownFacts(row, measure);
  return { hits: known.filter(Boolean).length, of: known.length };
}

function leastMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return (a / x) * b;
}

function withHolm(comparisons: readonly ArmComparison[]): ArmComparison[] {
  const adjusted = new Map<MeasureName, number[]>();
  for (const { measure } of comparisons[0].measures) {
    const values = comparisons.map(
      ({ measures }) => measures.find((own) => own.measure === measure)?.test.p ?? 1,
    );
    adjusted.set(measure, holmAdjusted(values));
  }
  return comparisons.map((comparison, at) => ({
    ...comparison,
    measures: comparison.measures.map((own) => ({
      ...own,
      test: { ...own.test, adjusted: adjusted.get(own.measure)?.[at] ?? own.test.p },
    })),
  }));
}
