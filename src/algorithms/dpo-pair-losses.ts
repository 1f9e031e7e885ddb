import * as tf from '@tensorflow/tfjs';
import { logSigmoid, sigmoid } from './sigmoid.js';

/**
 * TRL's `loss_type` of DPO, and two that TRL does not have under a name of their own: `cdpo` (label
 * smoothing on `sigmoid`), `ipo_sum` (IPO on sums, not on means per token).
 */
export const dpoLossTypes = [
  'sigmoid',
  'hinge',
  'ipo',
  'exo_pair',
  'nca_pair',
  'robust',
  'bco_pair',
  'sppo_hard',
  'aot',
  'aot_unpaired',
  'apo_zero',
  'apo_down',
  'discopop',
  'sft',
  'sigmoid_norm',
  'cdpo',
  'ipo_sum',
] as const;
export type DpoLossType = (typeof dpoLossTypes)[number];

/** What the losses are made of; all [B]. */
export interface DpoTerms {
  /** Log-probabilities of the sides under the policy and the reference: weighted sums. */
  readonly chosenLogps: tf.Tensor1D;
  readonly rejectedLogps: tf.Tensor1D;
  readonly refChosenLogps: tf.Tensor1D;
  readonly refRejectedLogps: tf.Tensor1D;
  /** r_c, r_r: log policy - log reference. */
  readonly chosenLogRatios: tf.Tensor1D;
  readonly rejectedLogRatios: tf.Tensor1D;
  /** f'(r): the same under `reverse_kl`. */
  readonly chosenScores: tf.Tensor1D;
  readonly rejectedScores: tf.Tensor1D;
  /** Tokens of each side (the sum of its weights), 1 where there are none. */
  readonly chosenLengths: tf.Tensor1D;
  readonly rejectedLengths: tf.Tensor1D;
  readonly beta: number;
  readonly labelSmoothing: number;
  readonly discopopTau: number;
}

/**
 * One loss per pair (formulas: `dpoLoss`); of `aot` and `aot_unpaired` one per rank, of `sft` the
 * chosen side's negative log-likelihood, not yet divided by tokens.
 */
export function dpoPairLosses(type: DpoLossType, terms: DpoTerms): tf.Tensor1D {
  const { beta, labelSmoothing, chosenLogRatios, rejectedLogRatios } = terms;
  const { chosenScores, rejectedScores, chosenLengths, rejectedLengths } = terms;
  const times = (x: tf.Tensor1D, factor: number): tf.Tensor1D => tf.mul(x, factor);
  const difference = (x: tf.Tensor1D, y: tf.Tensor1D): tf.Tensor1D => tf.sub(x, y);
  const sum = (x: tf.Tensor1D, y: tf.Tensor1D): tf.Tensor1D => tf.add(x, y);
  const loss = (x: tf.Tensor1D): tf.Tensor1D => tf.neg(logSigmoid(x)); // -log sigmoid(x)
  const flipped = (x: tf.Tensor1D): tf.Tensor1D => loss(tf.neg(x));
  const margin = (): tf.Tensor1D => times(difference(chosenScores, rejectedScores), beta);
  const perToken = (): tf.Tensor1D =>
    difference(tf.div(chosenScores, chosenLengths), tf.div(rejectedScores, rejectedLengths));
  switch (type) {
    case 'sigmoid':
      return loss(margin());
    case 'cdpo':
      return smoothed(margin(), labelSmoothing);
    case 'robust':
      return times(
        difference(
          times(loss(margin()), 1 - labelSmoothing),
          times(flipped(margin()), labelSmoothing),
        ),
        1 / (1 - 2 * labelSmoothing),
      );
    case 'hinge':
      return tf.relu(tf.sub<tf.Tensor1D>(1, margin()));
    case 'ipo':
      return tf.square(tf.sub<tf.Tensor1D>(perToken(), 1 / (2 * beta)));
    case 'ipo_sum':
      return tf.square(
        tf.sub<tf.Tensor1D>(difference(chosenScores, rejectedScores), 1 / (2 * beta)),
      );
    case 'sigmoid_norm':
      return loss(times(perToken(), beta));
    case 'exo_pair': {
      const x = margin();
      const towards = (y: tf.Tensor1D, target: number): tf.Tensor1D =>
        tf.mul(sigmoid(y), tf.sub(logSigmoid(y), target));
      return sum(
        towards(x, Math.log1p(-labelSmoothing)),
        towards(tf.neg(x), Math.log(labelSmoothing)),
      );
    }
    case 'nca_pair': {
      const [chosen, rejected] = [times(chosenLogRatios, beta), times(rejectedLogRatios, beta)];
      return sum(loss(chosen), times(sum(flipped(chosen), flipped(rejected)), 0.5));
    }
    case 'bco_pair':
      return sum(loss(times(chosenLogRatios, beta)), flipped(times(rejectedLogRatios, beta)));
    case 'sppo_hard':
      return sum(
        tf.square(tf.sub<tf.Tensor1D>(chosenLogRatios, 0.5 / beta)),
        tf.square(tf.add<tf.Tensor1D>(rejectedLogRatios, 0.5 / beta)),
      );
    case 'aot': {
      const ratios = difference(terms.chosenLogps, terms.rejectedLogps);
      const refRatios = difference(terms.refChosenLogps, terms.refRejectedLogps);
      return smoothed(times(difference(sorted(ratios), sorted(refRatios)), beta), labelSmoothing);
    }
    case 'aot_unpaired':
      return smoothed(
        times(difference(sorted(chosenLogRatios), sorted(rejectedLogRatios)), beta),
        labelSmoothing,
      );
    case 'apo_zero': // 1 - sigmoid(x) is sigmoid(-x), which keeps its digits
      return sum(sigmoid(times(chosenLogRatios, -beta)), sigmoid(times(rejectedLogRatios, beta)));
    case 'apo_down':
      return sum(
        sigmoid(times(chosenLogRatios, beta)),
        sigmoid(times(difference(chosenLogRatios, rejectedLogRatios), -beta)),
      );
    case 'discopop': {
      const x = margin();
      const gate = times(x, 1 / terms.discopopTau);
      // e^-x · sigmoid(x / tau) in one exponent: neither factor overflows where the product does not.
      const exponential = tf.exp(difference(logSigmoid(gate), x));
      return sum(tf.mul(loss(x), sigmoid(tf.neg(gate))), exponential);
    }
    case 'sft':
      return tf.neg(terms.chosenLogps);
  }
}

/** -(1 - e) log sigmoid(x) - e log sigmoid(-x). */
function smoothed(x: tf.Tensor1D, smoothing: number): tf.Tensor1D {
  return tf.add<tf.Tensor1D>(
    tf.mul(tf.neg(logSigmoid(x)), 1 - smoothing),
    tf.mul(tf.neg(logSigmoid(tf.neg(x))), smoothing),
  );
}

/** Ascending; a gather, so that the gradient finds its way back. */
function sorted(values: tf.Tensor1D): tf.Tensor1D {
  const numbers = values.dataSync();
  const order = Array.from(numbers.keys()).sort((i, j) => numbers[i] - numbers[j]);
  return tf.gather(values, tf.tensor1d(order, 'int32'));
}
