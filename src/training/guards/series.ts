/** Statistics of short series, robust where one odd value must not count. */

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1
    ? sorted[Math.floor(middle)]
    : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** 1.4826 × the median absolute deviation: the standard deviation, were the values normal. */
export function robustSpread(values: readonly number[]): number {
  const centre = median(values);
  return 1.4826 * median(values.map((value) => Math.abs(value - centre)));
}

/** The deviation of single values about a slow trend, from the differences of neighbours. */
export function stepNoise(values: readonly number[]): number {
  const squares = values.slice(1).map((value, i) => (value - values[i]) ** 2);
  return Math.sqrt(mean(squares) / 2);
}
