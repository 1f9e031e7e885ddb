/** Tests of «no difference» on matched problems that need no large sample. */
import type { Random } from '../../algorithms/index.js';

export interface ExactTest {
  name: 'McNemar, exact' | 'sign flips, exact' | 'sign flips, drawn';
  /** Two-sided. */
  p: number;
  /** What was counted, for people. */
  detail: string;
}

/**
 * McNemar's test in its exact form, for one answer of each side to every problem.
 *   n = gained + lost, X ~ Binomial(n, 1/2), p = min(1, 2 · P(X ≤ min(gained, lost)))
 * Problems on which both sides agree say nothing about a difference and do not enter (McNemar,
 * Psychometrika 12, 1947; the exact form: Fagerland, Lydersen and Laake, BMC Medical Research
 * Methodology 13:91, 2013). Without a discordant problem p is 1.
 * @param gained problems only the second side solves
 * @param lost   problems only the first side solves
 */
export function mcnemarExact(gained: number, lost: number): ExactTest {
  const n = gained + lost;
  const few = Math.min(gained, lost);
  // In logarithms: 2^-n is no float64 from 1075 on.
  let logTerm = -n * Math.LN2;
  let tail = Math.exp(logTerm);
  for (let k = 1; k <= few; k++) {
    logTerm += Math.log((n - k + 1) / k);
    tail += Math.exp(logTerm);
  }
  return {
    name: 'McNemar, exact',
    p: Math.min(1, 2 * tail),
    detail: `${gained} gained, ${lost} lost`,
  };
}

export interface SignFlipOptions {
  /** For the draws, where the exact distribution would be too large. */
  random: Random;
  /** @default 99999 */
  draws?: number;
  /** Steps of arithmetic up to which the distribution is exact. @default 2e8 */
  most?: number;
}

/**
 * Permutation test of paired differences: were the two sides alike, each problem's difference d_i could
 * as well have had the other sign (Fisher, The Design of Experiments, 1935, section 21).
 *   T = Σ s_i d_i over all signs s, p = P(|T| ≥ |Σ d_i|)
 * The distribution is exact, by adding one problem after the other (Pagano and Tritchler, Journal of the
 * American Statistical Association 78, 1983), where the differences are multiples of a common fraction;
 * else signs are drawn and p = (1 + hits) / (1 + draws), which is never 0 (Phipson and Smyth,
 * Statistical Applications in Genetics and Molecular Biology 9(1), 2010). With one sample each it is
 * McNemar's test. It speaks of these runs on other problems, not of other seeds.
 * @param numerators the differences, as whole numbers over one denominator; or any numbers, for draws
 */
export function signFlipTest(
  numerators: readonly number[],
  { random, draws = 99999, most = 2e8 }: SignFlipOptions,
): ExactTest {
  const sizes = numerators.map(Math.abs).filter((size) => size > 0);
  const observed = Math.abs(numerators.reduce((sum, value) => sum + value, 0));
  const detail = `${sizes.length} differ`;
  if (sizes.every(Number.isInteger)) {
    const unit = sizes.reduce(greatestDivisor, 0) || 1;
    const steps = sizes.map((size) => size / unit);
    const total = steps.reduce((sum, size) => sum + size, 0);
    if (total * sizes.length <= most) {
      return { name: 'sign flips, exact', p: exactTail(steps, total, observed / unit), detail };
    }
  }
  let hits = 0;
  // Sums in another order differ in their last bits.
  const reach = observed * (1 - 1e-12);
  for (let draw = 0; draw < draws; draw++) {
    let sum = 0;
    for (const size of sizes) sum += random.next() < 0.5 ? size : -size;
    if (Math.abs(sum) >= reach) hits++;
  }
  return {
    name: 'sign flips, drawn',
    p: (1 + hits) / (1 + draws),
    detail: `${detail}, ${draws} draws`,
  };
}

/** P(|2W − total| ≥ observed), W the sum of those that keep their sign. */
function exactTail(steps: readonly number[], total: number, observed: number): number {
  const chances = new Float64Array(total + 1);
  chances[0] = 1;
  let reached = 0;
  for (const step of steps) {
    reached += step;
    for (let at = reached; at >= 0; at--) {
      chances[at] = 0.5 * (chances[at] + (at >= step ? chances[at - step] : 0));
    }
  }
  let tail = 0;
  chances.forEach((chance, at) => {
    if (Math.abs(2 * at - total) >= observed) tail += chance;
  });
  return Math.min(1, tail);
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

/**
 * p-values of several tests of which not one should be believed by chance (Holm, Scandinavian Journal of
 * Statistics 6, 1979): in rising order, p_(i) times the number of those not smaller, never falling.
 *   adjusted_(i) = max over j ≤ i of min(1, (m − j + 1) · p_(j))
 */
export function holmAdjusted(values: readonly number[]): number[] {
  const order = values.map((_, at) => at).sort((a, b) => values[a] - values[b]);
  const adjusted = new Array<number>(values.length).fill(NaN);
  let highest = 0;
  order.forEach((at, rank) => {
    highest = Math.max(highest, Math.min(1, (values.length - rank) * values[at]));
    adjusted[at] = highest;
  });
  return adjusted;
}
