import * as tf from '@tensorflow/tfjs';
import { bothSides, checkPairShapes, meanLogps, nllOf, type CpoLossInputs } from './cpo-loss.js';
import { requireNumber } from './one-of.js';
import { requireSameShape } from './shapes.js';
import { log1mexp, logSigmoid } from './sigmoid.js';

export interface OrpoLossInputs extends CpoLossInputs {
  /** [B] sums over the chosen side's prompt and completion together, for the likelihood term. */
  readonly chosenSequenceLogps: tf.Tensor1D;
  /** [B] tokens of those sums; constant. */
  readonly chosenSequenceLengths: tf.Tensor1D;
}

export interface OrpoLossOptions {
  /** lambda of the paper: the weight of the odds ratio. @default 0.1 */
  readonly beta?: number;
  /** Pairs of the whole batch that have tokens on both sides, when these are only a part of it. */
  readonly pairsInBatch?: number;
  /** sum(chosenSequenceLengths) of the whole batch. */
  readonly sequenceTokensInBatch?: number;
}

export interface OrpoLossResult {
  /** To minimise: nll - beta · mean(log sigmoid(log odds ratio)). */
  loss: tf.Scalar;
  nllLoss: tf.Scalar;
  /** [B] mean log-probability per token. */
  chosenLogps: tf.Tensor1D;
  rejectedLogps: tf.Tensor1D;
  /** [B] beta · mean log-probability: `rewards/chosen`. */
  chosenRewards: tf.Tensor1D;
  rejectedRewards: tf.Tensor1D;
  /** [B] */
  margins: tf.Tensor1D;
  /** [B] */
  accuracies: tf.Tensor1D;
  /** [B] log odds of the chosen over the rejected side: TRL's `log_odds_chosen`; 0 for a pair left out. */
  logOddsChosen: tf.Tensor1D;
  /** [B] log sigmoid of it: TRL's `log_odds_ratio`; 0 for a pair left out. */
  logOddsRatio: tf.Tensor1D;
}

/**
 * Odds ratio preference optimisation (Hong et al., arXiv 2403.07691), as TRL's ORPO trainer has it. B
 * pairs, l the mean log-probability per completion token:
 *   log odds = (l_c - l_r) - (log(1 - e^l_c) - log(1 - e^l_r))
 *   loss     = -sum of chosen logps / tokens, over prompt and completion
 *              - beta · mean over the pairs of log sigmoid(log odds)
 * With `pairsInBatch` and `sequenceTokensInBatch` of the whole batch the losses of its parts add up to
 * the whole's. A pair with a side without tokens has no odds and is left out of that mean (TRL: NaN).
 */
export function orpoLoss(inputs: OrpoLossInputs, options: OrpoLossOptions = {}): OrpoLossResult {
  const { beta = 0.1 } = options;
  requireNumber('orpoLoss', 'beta', beta, { atLeast: 0 });
  checkPairShapes('orpoLoss', inputs);
  const { chosenLogps, chosenLengths, rejectedLengths } = inputs;
  for (const name of ['chosenSequenceLogps', 'chosenSequenceLengths'] as const) {
    requireSameShape('orpoLoss', 'chosenLogps', chosenLogps, name, inputs[name]);
  }
  return tf.tidy(() => {
    const counts = bothSides(chosenLengths, rejectedLengths);
    const isCounted = tf.greater(counts, 0);
    const chosen = meanLogps(chosenLogps, chosenLengths);
    const rejected = meanLogps(inputs.rejectedLogps, rejectedLengths);
    // Any mean will do where there is none: that pair's odds are left out.
    const safe = (logps: tf.Tensor1D): tf.Tensor1D =>
      tf.where(isCounted, logps, tf.fill([logps.shape[0]], -1));
    const [c, r] = [safe(chosen), safe(rejected)];
    const logOddsChosen = tf.sub<tf.Tensor1D>(tf.sub(c, r), tf.sub(log1mexp(c), log1mexp(r)));
    const zeros = tf.zerosLike(logOddsChosen);
    const logOddsRatio = tf.where(isCounted, logSigmoid(logOddsChosen), zeros);
    const pairs = options.pairsInBatch ?? tf.sum(counts).dataSync()[0];
    const odds = tf.div(tf.sum(logOddsRatio), Math.max(pairs, 1));
    const { chosenSequenceLogps, chosenSequenceLengths } = inputs;
    const nllLoss = nllOf(
      chosenSequenceLogps,
      chosenSequenceLengths,
      options.sequenceTokensInBatch,
    );
    const chosenRewards = tf.mul<tf.Tensor1D>(chosen, beta);
    const rejectedRewards = tf.mul<tf.Tensor1D>(rejected, beta);
    return {
      loss: tf.sub<tf.Scalar>(nllLoss, tf.mul(odds, beta)),
      nllLoss,
      chosenLogps: chosen,
      rejectedLogps: rejected,
      chosenRewards,
      rejectedRewards,
      margins: tf.sub<tf.Tensor1D>(chosenRewards, rejectedRewards),
      accuracies: tf.cast(tf.greater(chosenRewards, rejectedRewards), 'float32') as tf.Tensor1D,
      logOddsChosen,
      logOddsRatio,
    };
  });
}
