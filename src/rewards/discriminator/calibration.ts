import { sigmoid, softplus } from './logistic.js';

/** P(reference | f) = 1 / (1 + exp(a f + b)); a is below 0 where a higher f means «reference». */
export interface Platt {
  a: number;
  b: number;
}

/** Leaves 1 / (1 + exp(-f)) as it is. */
export const uncalibrated: Platt = { a: -1, b: 0 };

export function plattProbability({ a, b }: Platt, decision: number): number {
  return sigmoid(-(a * decision + b));
}

/**
 * Platt scaling (Platt 1999) with the targets and the Newton steps of Lin, Lin and Weng (2007):
 *   min over a, b of -sum_i c_i (t_i log p_i + (1 - t_i) log(1 - p_i)),  p_i = 1 / (1 + exp(a f_i + b))
 *   t_i = (N+ + 1) / (N+ + 2) for references, 1 / (N- + 2) for others
 * N+ and N- are sums of the weights, as in scikit-learn.
 * @param decisions [N] f, of texts that the classifier was not trained on
 * @param labels    [N]
 * @param weights   [N]
 */
export function fitPlatt(
  decisions: readonly number[],
  labels: readonly boolean[],
  weights: readonly number[] = labels.map(() => 1),
): Platt {
  const total = (wanted: boolean): number =>
    weights.reduce((sum, weight, i) => sum + (labels[i] === wanted ? weight : 0), 0);
  const [positives, negatives] = [total(true), total(false)];
  const targets = labels.map((label) =>
    label ? (positives + 1) / (positives + 2) : 1 / (negatives + 2),
  );
  // Each term is t log(1 + e^z) + (1 - t) log(1 + e^-z), z = a f + b.
  const loss = (a: number, b: number): number =>
    decisions.reduce((sum, decision, i) => {
      const z = a * decision + b;
      return sum + weights[i] * (targets[i] * softplus(z) + (1 - targets[i]) * softplus(-z));
    }, 0);
  let a = 0;
  let b = Math.log((negatives + 1) / (positives + 1));
  let value = loss(a, b);
  for (let step = 0; step < 100; step++) {
    // The ridge of Lin, Lin and Weng keeps the Hessian invertible.
    let [h11, h22, h21, g1, g2] = [1e-12, 1e-12, 0, 0, 0];
    decisions.forEach((decision, i) => {
      const p = sigmoid(-(a * decision + b));
      const curvature = weights[i] * p * (1 - p);
      const slope = weights[i] * (targets[i] - p);
      h11 += decision * decision * curvature;
      h22 += curvature;
      h21 += decision * curvature;
      g1 += decision * slope;
      g2 += slope;
    });
    if (Math.abs(g1) < 1e-10 && Math.abs(g2) < 1e-10) break;
    const determinant = h11 * h22 - h21 * h21;
    const da = -(h22 * g1 - h21 * g2) / determinant;
    const db = -(h11 * g2 - h21 * g1) / determinant;
    const slope = g1 * da + g2 * db;
    let size = 1;
    let next = loss(a + da, b + db);
    while (next > value + 1e-4 * size * slope && size > 1e-10) {
      size /= 2;
      next = loss(a + size * da, b + size * db);
    }
    if (!(next < value)) break;
    [a, b, value] = [a + size * da, b + size * db, next];
  }
  return { a, b };
}

/** One bin of a reliability table: what was said, and what came. */
export interface ReliabilityBin {
  from: number;
  to: number;
  texts: number;
  /** Share of all weight. */
  weight: number;
  /** Mean probability; `null` where the bin is empty. */
  probability: number | null;
  /** Share of references, by weight. */
  references: number | null;
}

export interface CalibrationErrors {
  /** Expected calibration error: sum over bins of weight · |probability - references|. */
  ece: number;
  /** Brier score: mean of (p - y)², y = 1 for references. */
  brier: number;
  bins: ReliabilityBin[];
}

/**
 * How far probabilities are from frequencies: expected calibration error (Naeini et al. 2015) over bins
 * of equal width, Brier score, and the bins. All means are weighted.
 * @param bins how many @default 10
 */
export function calibrationErrors(
  probabilities: readonly number[],
  labels: readonly boolean[],
  weights: readonly number[] = labels.map(() => 1),
  bins = 10,
): CalibrationErrors {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const sums = Array.from({ length: bins }, () => ({ texts: 0, weight: 0, said: 0, came: 0 }));
  let brier = 0;
  probabilities.forEach((probability, i) => {
    const share = weights[i] / total;
    const bin = sums[Math.min(bins - 1, Math.floor(probability * bins))];
    bin.texts++;
    bin.weight += share;
    bin.said += share * probability;
    if (labels[i]) bin.came += share;
    brier += share * (probability - (labels[i] ? 1 : 0)) ** 2;
  });
  return {
    ece: sums.reduce((sum, { said, came }) => sum + Math.abs(said - came), 0),
    brier,
    bins: sums.map(({ texts, weight, said, came }, i) => ({
      from: i / bins,
      to: (i + 1) / bins,
      texts,
      weight,
      probability: texts > 0 ? said / weight : null,
      references: texts > 0 ? came / weight : null,
    })),
  };
}
