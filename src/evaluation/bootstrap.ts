/** Percentile bootstrap over problems: the problem, not the sample, is the unit that varies. */
import type { Random } from '../algorithms/random.js';
import type { Interval } from './records.js';

export interface BootstrapOptions {
  random: Random;
  /** @default 10000 */
  resamples?: number;
  /** @default 0.95 */
  confidence?: number;
}

/**
 * Mean of `values` (one per problem) with its percentile interval: the quantiles
 * (1 ∓ confidence) / 2 of the means of resamples drawn with replacement (Efron, 1979).
 * Without values all three numbers are NaN.
 */
export function bootstrapInterval(
  values: readonly number[],
  { random, resamples = 10000, confidence = 0.95 }: BootstrapOptions,
): Interval {
  const n = values.length;
  const data = Float64Array.from(values);
  const means = new Float64Array(resamples);
  for (let b = 0; b < resamples; b++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += data[random.int(n)];
    means[b] = sum / n;
  }
  means.sort();
  return {
    value: mean(values),
    low: quantile(means, (1 - confidence) / 2),
    high: quantile(means, (1 + confidence) / 2),
  };
}

/**
 * Interval of the mean difference after − before; a resample draws problems, and both sides of a
 * problem with it.
 */
export function pairedBootstrap(
  before: readonly number[],
  after: readonly number[],
  options: BootstrapOptions,
): Interval {
  if (before.length !== after.length) {
    throw new RangeError(
      `pairedBootstrap: expected as many values after as before (${before.length}), got ${after.length}. Match the problems first.`,
    );
  }
  return bootstrapInterval(
    before.map((value, index) => after[index] - value),
    options,
  );
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Linear interpolation between order statistics, as numpy's default. */
export function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (at - below);
}
