/** What a study found: pure, results in, numbers with intervals out. */
import { createRandom } from '../../algorithms/index.js';
import type { EvaluationRow, Interval, IntervalOptions } from '../../evaluation/index.js';
import { crossedBootstrap } from '../../evaluation/index.js';
import type { Method } from '../config/index.js';
import type { SampleSource } from './arms.js';
import type { CurvePoint } from './curve-points.js';
import { curvePoints } from './curve-points.js';
import type { StudyRate } from './rates.js';
import { ratesIn, studyRate } from './rates.js';
import type { ArmResult, SeedResult, StudyResults } from './results.js';

/** A mean over seeds and problems with its interval, and the means of the single seeds. */
export interface Measured extends Interval {
  bySeed: number[];
}

/** By split, then by rate. */
type BySplit<T> = Record<string, Partial<Record<StudyRate, T>>>;

export interface ArmSummary {
  name: string;
  method: Method;
  seeds: number[];
  source: SampleSource;
  /** Judged completions that it learned from, of the seed with the fewest and that with the most. */
  samples: [number, number];
  /** Of one seed, the candidates left out; `null` where it is unknown. */
  minutes: number | null;
  rates: BySplit<Measured>;
  /** From the untrained policy, problem by problem. */
  differences: BySplit<Measured>;
}

export interface PairSummary {
  pair: [string, string];
  /** Seeds that both have. */
  seeds: number[];
  /** First minus second, of the same seed and problem. */
  differences: BySplit<Measured>;
}

export interface StudySummary {
  study: string;
  splits: { split: string; problems: number; numSamples: number }[];
  rates: StudyRate[];
  /** The first of `rates` is what the study is about. */
  base: BySplit<Interval>;
  arms: ArmSummary[];
  pairs: PairSummary[];
  curves: { arm: string; points: CurvePoint[] }[];
  /** Runs that are not finished. */
  missing: string[];
  minutes: { base: number; candidates: number; arms: number; all: number };
  machines: string[];
  backends: string[];
  versions: string[];
  intervals: { resamples: number; confidence: number };
}

/** @param compare pairs of arms; those with an arm that has no finished run are left out */
export function summariseStudy(
  results: StudyResults,
  compare: readonly (readonly string[])[],
  { resamples = 10000, confidence = 0.95 }: IntervalOptions = {},
): StudySummary {
  const { base, arms: all } = results;
  const arms = all.filter(({ runs }) => runs.length > 0);
  const splits = Object.keys(base.before);
  const rates = ratesIn(base.before[splits[0]]);
  const measured = (what: string, cells: (number | null)[][]): Measured => ({
    ...crossedBootstrap(cells, {
      random: createRandom(`study/${what}`),
      resamples,
      confidence,
    }),
    bySeed: cells.map(knownMean),
  });
  const bySplit = <T>(of: (split: string, rate: StudyRate) => T): BySplit<T> =>
    Object.fromEntries(
      splits.map((split) => [
        split,
        Object.fromEntries(rates.map((rate) => [rate, of(split, rate)])),
      ]),
    );
  const untrained = (split: string): EvaluationRow[] => base.before[split].rows;

  const summaries = arms.map(({ arm, runs }): ArmSummary => {
    const { name, method, source } = arm;
    const counts = runs.map(({ samples }) => samples);
    return {
      name,
      method,
      seeds: runs.map(({ seed }) => seed),
      source,
      samples: [Math.min(...counts), Math.max(...counts)],
      minutes: minutesOf(runs),
      rates: bySplit((split, rate) =>
        measured(
          `rate/${name}/${split}/${rate}`,
          runs.map(({ after }) => after[split].rows.map((row) => studyRate(row, rate))),
        ),
      ),
      differences: bySplit((split, rate) =>
        measured(
          `base/${name}/${split}/${rate}`,
          runs.map(({ after }) => rowDifferences(after[split].rows, untrained(split), rate)),
        ),
      ),
    };
  });
  const pairs = compare.flatMap((pair): PairSummary[] => {
    const [a, b] = pair.map((name) => arms.find(({ arm }) => arm.name === name));
    const matched = a && b ? matchedRuns(a, b) : [];
    if (matched.length === 0) return [];
    return [
      {
        pair: [pair[0], pair[1]],
        seeds: matched.map(([{ seed }]) => seed),
        differences: bySplit((split, rate) =>
          measured(
            `pair/${pair.join('/')}/${split}/${rate}`,
            matched.map(([first, second]) =>
              rowDifferences(first.after[split].rows, second.after[split].rows, rate),
            ),
          ),
        ),
      },
    ];
  });
  const worked = arms.flatMap(({ runs }) => runs.map(({ seconds }) => seconds ?? 0));
  const inArms = worked.reduce((sum, seconds) => sum + seconds, 0);
  const inBase = base.seconds ?? 0;
  return {
    study: results.name,
    splits: splits.map((split) => ({
      split,
      problems: untrained(split).length,
      numSamples: base.before[split].numSamples,
    })),
    rates,
    base: bySplit((split, rate) => {
      const { bySeed: _same, ...interval } = measured(`base/${split}/${rate}`, [
        untrained(split).map((row) => studyRate(row, rate)),
      ]);
      return interval;
    }),
    arms: summaries,
    pairs,
    curves: arms.map(({ arm, runs }) => ({
      arm: arm.name,
      points: curvePoints(
        base.metrics,
        runs.map(({ metrics }) => metrics),
        { metric: `eval_${rates[0]}`, confidence },
      ),
    })),
    missing: results.missing,
    minutes: {
      base: inBase / 60,
      candidates: results.candidateSeconds / 60,
      arms: inArms / 60,
      all: (inBase + results.candidateSeconds + inArms) / 60,
    },
    machines: results.machines,
    backends: results.backends,
    versions: results.versions,
    intervals: { resamples, confidence },
  };
}

/** The runs of two arms with the same seed. */
function matchedRuns(a: ArmResult, b: ArmResult): [SeedResult, SeedResult][] {
  return a.runs.flatMap((run): [SeedResult, SeedResult][] => {
    const other = b.runs.find(({ seed }) => seed === run.seed);
    return other ? [[run, other]] : [];
  });
}

/** Problem by problem; both hold the same problems in the same order. */
function rowDifferences(
  rows: readonly EvaluationRow[],
  others: readonly EvaluationRow[],
  rate: StudyRate,
): (number | null)[] {
  return rows.map((row, index) => {
    const [first, second] = [studyRate(row, rate), studyRate(others[index], rate)];
    return first === null || second === null ? null : first - second;
  });
}

function knownMean(values: readonly (number | null)[]): number {
  const known = values.filter((value) => value !== null);
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

function minutesOf(runs: readonly SeedResult[]): number | null {
  const known = runs.map(({ seconds }) => seconds).filter((seconds) => seconds !== null);
  if (known.length === 0) return null;
  return known.reduce((sum, seconds) => sum + seconds, 0) / known.length / 60;
}
