import { inputError } from '../errors.js';

/**
 * Unbiased pass@k of one problem (Chen et al. 2021, arXiv 2107.03374; openai/human-eval):
 *   1 - C(n - c, k) / C(n, k) = 1 - prod_{i = n-c+1..n} (1 - k / i)
 * and 1 when n - c < k. The plug-in 1 - (1 - c/n)^k is biased low. Average over problems, never over
 * samples.
 * @param n samples drawn for the problem, at least k
 * @param c how many of them are correct
 */
export function passAtK(n: number, c: number, k: number): number {
  const whole = [n, c, k].every((value) => Number.isInteger(value));
  if (!whole || k < 1 || k > n || c < 0 || c > n) {
    throw inputError(
      `passAtK: expected whole numbers with 1 <= k <= n and 0 <= c <= n, got n = ${n}, c = ${c}, k = ${k}. Draw at least k samples of each problem.`,
    );
  }
  if (n - c < k) return 1;
  let allWrong = 1;
  for (let i = n - c + 1; i <= n; i++) allWrong *= 1 - k / i;
  return 1 - allWrong;
}
