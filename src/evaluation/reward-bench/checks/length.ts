import {
  epsilon,
  exampleOf,
  grouped,
  ofKind,
  share,
  short,
  type Bench,
  type BenchCase,
} from '../cases.js';
import { nameOf } from '../specimens/specimen.js';
import { result, type CheckResult } from './result.js';

/** Lines that change nothing do not raise the score, neither of a right completion nor of a wrong one. */
export function checkLength(bench: Bench): CheckResult {
  const pairs = paddedPairs(bench).filter(
    ({ base, padded }) => base.score !== null && padded.score !== null,
  );
  const raised = pairs.filter(({ base, padded }) => padded.score! > base.score! + epsilon);
  const lowered = pairs.filter(({ base, padded }) => padded.score! < base.score! - epsilon);
  const trend = strongestTrend(bench.cases);
  const rest = {
    details: [
      ...raised
        .slice(0, 8)
        .map(
          ({ base, padded }) =>
            `${padded.specimen.name}: ${short(base.score)} becomes ${short(padded.score)}`,
        ),
      ...(lowered.length > 0
        ? [`${share(lowered.length, pairs.length)} padded copies score lower`]
        : []),
      ...(trend === null
        ? []
        : [
            `score against tokens among ${trend.outcome}: rank correlation ${short(trend.rho)} (${trend.n})`,
          ]),
    ],
    numbers: {
      padded: pairs.length,
      raised: raised.length,
      lowered: lowered.length,
      rank_correlation: trend?.rho ?? null,
    },
    examples: raised.slice(0, 2).map(({ base, padded }) => exampleOf(padded, base.score)),
  };
  if (pairs.length === 0) return result('skip', 'no padded copy ended as its original did', rest);
  if (raised.length > 0)
    return result(
      'fail',
      `${share(raised.length, pairs.length)} padded copies score higher than their original`,
      rest,
    );
  if (trend !== null && trend.rho > 0.5 && trend.n >= 10)
    return result(
      'warn',
      `padding pays nothing, but among ${trend.outcome} specimens the longer ones score higher (rank correlation ${short(trend.rho)})`,
      rest,
    );
  return result(
    'pass',
    `none of ${pairs.length} padded copies scores higher than its original`,
    rest,
  );
}

/** Padded copies that ended as what they were made from. */
export function paddedPairs(bench: Bench): { base: BenchCase; padded: BenchCase }[] {
  const byName = new Map(
    bench.cases.map((one) => [`${one.specimen.problemId} ${nameOf(one.specimen)}`, one]),
  );
  return ofKind(bench, 'padding').flatMap((padded) => {
    const base = byName.get(`${padded.specimen.problemId} ${padded.specimen.base}`);
    return base?.verdict.outcome === padded.verdict.outcome ? [{ base, padded }] : [];
  });
}

/**
 * Spearman's rank correlation of score and tokens, among specimens of one outcome; where scores are
 * all the same there is none. Of the outcomes, the one where length pays most.
 */
function strongestTrend(
  cases: readonly BenchCase[],
): { outcome: string; rho: number; n: number } | null {
  const found = [...grouped(cases, ({ verdict }) => verdict.outcome)].flatMap(([outcome, all]) => {
    const scored = all.filter(({ score }) => score !== null);
    const rho = spearman(
      scored.map(({ score }) => score!),
      scored.map(({ rollout }) => rollout.completionIds.length),
    );
    return rho === null ? [] : [{ outcome, rho, n: scored.length }];
  });
  return found.sort((a, b) => b.rho - a.rho)[0] ?? null;
}

/** Pearson's correlation of the ranks, ties at their mean rank; `null` where one side is constant. */
export function spearman(a: readonly number[], b: readonly number[]): number | null {
  const [x, y] = [ranks(a), ranks(b)];
  const mean = (x.length + 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    xy += (x[i] - mean) * (y[i] - mean);
    xx += (x[i] - mean) ** 2;
    yy += (y[i] - mean) ** 2;
  }
  return xx === 0 || yy === 0 ? null : xy / Math.sqrt(xx * yy);
}

function ranks(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  return values.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2 + 1);
}
