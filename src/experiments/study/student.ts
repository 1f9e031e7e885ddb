/** Intervals of a mean over few seeds. */
import type { Interval } from '../../evaluation/index.js';

/**
 * Mean with Student's interval: mean ± t · s / √n, with s the sample deviation and t the quantile for
 * n − 1 degrees of freedom. One value has no interval: its ends are NaN.
 */
export function studentInterval(values: readonly number[], confidence = 0.95): Interval {
  const n = values.length;
  const value = values.reduce((sum, one) => sum + one, 0) / n;
  if (n < 2) return { value, low: NaN, high: NaN };
  const variance = values.reduce((sum, one) => sum + (one - value) ** 2, 0) / (n - 1);
  const half = studentQuantile((1 + confidence) / 2, n - 1) * Math.sqrt(variance / n);
  return { value, low: value - half, high: value + half };
}

/**
 * Quantile of Student's distribution by bisection of its distribution function.
 * @param share in [0.5, 1)
 * @param degrees whole, at least 1
 */
export function studentQuantile(share: number, degrees: number): number {
  let low = 0;
  let high = 1;
  while (studentShare(high, degrees) < share) high *= 2;
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (studentShare(middle, degrees) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(T ≤ t) for t ≥ 0 in closed form (Abramowitz and Stegun, 26.7.3 and 26.7.4). */
function studentShare(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees));
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  const isOdd = degrees % 2 === 1;
  let term = isOdd ? cos : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = isOdd ? 3 : 2; k <= degrees - 2; k += 2) {
    term *= ((k - 1) / k) * cos * cos;
    sum += term;
  }
  const between = isOdd ? (2 / Math.PI) * (angle + sin * sum) : sin * sum;
  return (1 + between) / 2;
}
