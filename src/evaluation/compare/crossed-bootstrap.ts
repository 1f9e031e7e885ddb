/** Intervals over seeds and problems at once. */
import type { Random } from '../../algorithms/index.js';
import { quantile } from '../bootstrap.js';
import type { Interval } from '../records.js';

export interface CrossedBootstrapOptions {
  random: Random;
  /** @default 10000 */
  resamples?: number;
  /** @default 0.95 */
  confidence?: number;
}

/** [S, P] by seed and problem; `null` where nothing is known. */
export type Cells = readonly (readonly (number | null)[])[];

/**
 * Mean of a table with its percentile interval where both rows and columns are draws from something
 * larger: a resample draws seeds with replacement and, apart from them, problems with replacement, and
 * takes the mean of the cells where they meet (the pigeonhole bootstrap: Owen, Annals of Applied
 * Statistics 1(2), 2007, who shows that its variance is, if anything, somewhat too large). For a paired
 * difference the cells are differences. With one seed it is the bootstrap over problems. Few seeds make
 * the part that is theirs too small, by (S − 1)/S in the variance.
 * @returns NaN throughout where no cell is known
 */
export function crossedBootstrap(cells: Cells, options: CrossedBootstrapOptions): Interval {
  return crossedStatistics([cells], (means) => means, options)[0];
}

/**
 * The same for numbers that follow from the means of several tables, such as a ratio: a resample draws
 * the same seeds and problems in all of them.
 * @param tables    K tables [S, P]; a cell that is unknown in one counts in none
 * @param statistic from K means to M numbers
 * @returns M numbers with their intervals; resamples that give no number are left out of its interval
 */
export function crossedStatistics(
  tables: readonly Cells[],
  statistic: (means: number[]) => number[],
  { random, resamples = 10000, confidence = 0.95 }: CrossedBootstrapOptions,
): Interval[] {
  const seeds = tables[0].length;
  const problems = tables[0][0]?.length ?? 0;
  checkShapes(tables, seeds, problems);
  const meansOf = cellMeans(tables, seeds, problems);
  const values = statistic(
    meansOf(
      () => 1,
      (draw) => draw,
    ),
  );
  const draws: number[][] = values.map(() => []);
  const times = new Float64Array(seeds);
  for (let b = 0; b < resamples; b++) {
    times.fill(0);
    for (let seed = 0; seed < seeds; seed++) times[random.int(seeds)]++;
    const means = meansOf(
      (seed) => times[seed],
      () => random.int(problems),
    );
    statistic(means).forEach((value, at) => {
      // Where every cell drawn is unknown there is no mean.
      if (!Number.isNaN(value)) draws[at].push(value);
    });
  }
  return values.map((value, at) => {
    const sorted = Float64Array.from(draws[at]).sort();
    const share = (of: number): number => (sorted.length === 0 ? NaN : quantile(sorted, of));
    return { value, low: share((1 - confidence) / 2), high: share((1 + confidence) / 2) };
  });
}

function checkShapes(tables: readonly Cells[], seeds: number, problems: number): void {
  for (const cells of tables) {
    const ragged = cells.find((row) => row.length !== problems);
    if (ragged) {
      throw new RangeError(
        `crossedBootstrap: expected ${problems} problems for every seed, got ${ragged.length}. Match the problems first.`,
      );
    }
    if (cells.length !== seeds) {
      throw new RangeError(
        `crossedBootstrap: expected ${seeds} seeds in every table, got ${cells.length}. Match the seeds first.`,
      );
    }
  }
}

/** The K means where a seed counts `times` and the problems are those drawn. */
function cellMeans(
  tables: readonly Cells[],
  seeds: number,
  problems: number,
): (times: (seed: number) => number, problem: (draw: number) => number) => number[] {
  const width = tables.length;
  // Per problem, so that a drawn problem brings all its seeds along.
  const values = new Float64Array(problems * seeds * width);
  for (let problem = 0; problem < problems; problem++) {
    for (let seed = 0; seed < seeds; seed++) {
      const cell = tables.map((cells) => cells[seed][problem] ?? NaN);
      const isKnown = !cell.some(Number.isNaN);
      values.set(isKnown ? cell : cell.fill(NaN), (problem * seeds + seed) * width);
    }
  }
  return (times, problem) => {
    const sums = new Array<number>(width).fill(0);
    let count = 0;
    for (let draw = 0; draw < problems; draw++) {
      const at = problem(draw) * seeds;
      for (let seed = 0; seed < seeds; seed++) {
        const start = (at + seed) * width;
        if (Number.isNaN(values[start])) continue;
        const weight = times(seed);
        for (let k = 0; k < width; k++) sums[k] += weight * values[start + k];
        count += weight;
      }
    }
    return sums.map((sum) => sum / count);
  };
}
