/** Intervals over seeds and problems at once. */
import type { Random } from '../../algorithms/index.js';
import type { Interval } from '../../evaluation/index.js';

export interface CrossedBootstrapOptions {
  random: Random;
  /** @default 10000 */
  resamples?: number;
  /** @default 0.95 */
  confidence?: number;
}

/**
 * Mean of a table with its percentile interval where both rows and columns are draws from something
 * larger: a resample draws seeds with replacement and, apart from them, problems with replacement, and
 * takes the mean of the cells where they meet (the pigeonhole bootstrap: Owen, Annals of Applied
 * Statistics 1(2), 2007, who shows that its variance is, if anything, somewhat too large). For a paired
 * difference the cells are differences. With one seed it is the bootstrap over problems. Few seeds make
 * the part that is theirs too small, by (S − 1)/S in the variance.
 * @param cells [S, P] by seed and problem; `null` where nothing is known
 * @returns NaN throughout where no cell is known
 */
export function crossedBootstrap(
  cells: readonly (readonly (number | null)[])[],
  { random, resamples = 10000, confidence = 0.95 }: CrossedBootstrapOptions,
): Interval {
  const seeds = cells.length;
  const problems = cells[0]?.length ?? 0;
  const ragged = cells.find((row) => row.length !== problems);
  if (ragged) {
    throw new RangeError(
      `crossedBootstrap: expected ${problems} problems for every seed, got ${ragged.length}. Match the problems first.`,
    );
  }
  // Per problem, so that a drawn problem brings all its seeds along.
  const values = Float64Array.from({ length: problems * seeds }, (_, at) => {
    return cells[at % seeds][Math.floor(at / seeds)] ?? NaN;
  });
  const meanOf = (times: (seed: number) => number, problem: (draw: number) => number): number => {
    let sum = 0;
    let count = 0;
    for (let draw = 0; draw < problems; draw++) {
      const at = problem(draw) * seeds;
      for (let seed = 0; seed < seeds; seed++) {
        const value = values[at + seed];
        if (Number.isNaN(value)) continue;
        sum += times(seed) * value;
        count += times(seed);
      }
    }
    return sum / count;
  };
  const value = meanOf(
    () => 1,
    (draw) => draw,
  );
  const means: number[] = [];
  const times = new Float64Array(seeds);
  for (let b = 0; b < resamples; b++) {
    times.fill(0);
    for (let seed = 0; seed < seeds; seed++) times[random.int(seeds)]++;
    const mean = meanOf(
      (seed) => times[seed],
      () => random.int(problems),
    );
    // Where every cell drawn is unknown there is no mean.
    if (!Number.isNaN(mean)) means.push(mean);
  }
  const sorted = Float64Array.from(means).sort();
  return {
    value,
    low: quantile(sorted, (1 - confidence) / 2),
    high: quantile(sorted, (1 + confidence) / 2),
  };
}

/** Linear interpolation between order statistics, as numpy's default. */
function quantile(sorted: Float64Array, share: number): number {
  if (sorted.length === 0) return NaN;
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (at - below);
}
