/** Counts of values in bins of one width. */
export interface Bins {
  /** Lower edge of the first bin. */
  from: number;
  width: number;
  counts: number[];
}

/**
 * Bins whose edges are multiples of a round width (1, 2 or 5 times a power of ten), at most `most` of
 * them, from the smallest to the largest finite value. A value on an edge belongs to the bin above it.
 * @param options.most @default 30
 */
export function histogram(values: Iterable<number>, options: { most?: number } = {}): Bins {
  const { most = 30 } = options;
  const finite = [...values].filter(Number.isFinite);
  if (finite.length === 0) return { from: 0, width: 1, counts: [] };
  let low = Infinity;
  let high = -Infinity;
  for (const value of finite) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const width = roundWidth((high - low || Math.abs(high) || 1) / most, (step) => {
    return binOf(high, step) - binOf(low, step) + 1 <= most;
  });
  const first = binOf(low, width);
  const counts = new Array<number>(binOf(high, width) - first + 1).fill(0);
  for (const value of finite) counts[binOf(value, width) - first]++;
  return { from: round(first * width), width, counts };
}

/** Middles of the bins. */
export function binMiddles({ from, width, counts }: Bins): number[] {
  return counts.map((_, bin) => round(from + (bin + 0.5) * width));
}

/** `0.2 to 0.4` of each bin. */
export function binNames({ from, width, counts }: Bins): string[] {
  return counts.map(
    (_, bin) => `${round(from + bin * width)} to ${round(from + (bin + 1) * width)}`,
  );
}

/** A millionth of a bin forgives what binary fractions do to 0.3 / 0.1. */
function binOf(value: number, width: number): number {
  return Math.floor(value / width + 1e-6);
}

function roundWidth(least: number, fits: (width: number) => boolean): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const found = [1, 2, 5, 10, 20, 50].map((digit) => digit * power).find((width) => fits(width));
  return round(found ?? 100 * power);
}

function round(value: number): number {
  return Number(value.toPrecision(12));
}
