import type { TextFeatures } from './features.js';

/** N texts as sparse rows over D features, with a label and a weight each. */
export interface LogisticData {
  /** [N] their buckets are below D. */
  rows: readonly TextFeatures[];
  /** [N] true: reference. */
  labels: readonly boolean[];
  /** [N] above 0. */
  weights: readonly number[];
}

/**
 * The loss of logistic regression and its gradient, in float64.
 *   z_i  = w · x_i + b
 *   loss = sum_i c_i log(1 + exp(-y_i z_i)) / sum_i c_i + (l2 / 2) |w|²,  y_i = ±1
 * The bias b is not penalised. scikit-learn's C is 1 / (l2 · sum c).
 * @param parameters [D + 1] w, then b
 * @param gradient   [D + 1] filled in
 */
export function logisticLoss(
  { rows, labels, weights }: LogisticData,
  l2: number,
  parameters: Float64Array,
  gradient: Float64Array,
): number {
  const size = parameters.length - 1;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let loss = 0;
  for (let j = 0; j < size; j++) {
    gradient[j] = l2 * parameters[j];
    loss += (l2 / 2) * parameters[j] ** 2;
  }
  gradient[size] = 0;
  rows.forEach(({ buckets, values }, i) => {
    let z = parameters[size];
    for (let k = 0; k < buckets.length; k++) z += parameters[buckets[k]] * values[k];
    const sign = labels[i] ? 1 : -1;
    const share = weights[i] / total;
    loss += share * softplus(-sign * z);
    const slope = -sign * share * sigmoid(-sign * z);
    for (let k = 0; k < buckets.length; k++) gradient[buckets[k]] += slope * values[k];
    gradient[size] += slope;
  });
  return loss;
}

/** 1 / (1 + exp(-z)). */
export function sigmoid(z: number): number {
  if (z >= 0) return 1 / (1 + Math.exp(-z));
  const power = Math.exp(z);
  return power / (1 + power);
}

/** log(1 + exp(z)) without overflow. */
export function softplus(z: number): number {
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
}

/** Weights with which both classes weigh N / 2 in all, whatever their counts. */
export function balancedWeights(labels: readonly boolean[]): number[] {
  const positives = labels.filter((label) => label).length;
  const negatives = labels.length - positives;
  return labels.map((label) => labels.length / (2 * (label ? positives : negatives)));
}
