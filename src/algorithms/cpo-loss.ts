import * as tf from '@tensorflow/tfjs';
import { inputError } from '../errors.js';
import { requireNumber, requireOneOf } from './one-of.js';
import { requireSameShape } from './shapes.js';
import { logSigmoid } from './sigmoid.js';

/** TRL's `loss_type` of CPO. `alphapo` is `simpo` without likelihood term (cpoAlpha 0). */
export const cpoLossTypes = ['sigmoid', 'hinge', 'ipo', 'simpo', 'alphapo'] as const;
export type CpoLossType = (typeof cpoLossTypes)[number];

export interface CpoLossInputs {
  /** [B] sums of the completions' (weighted) token log-probabilities; carry the gradient. */
  readonly chosenLogps: tf.Tensor1D;
  readonly rejectedLogps: tf.Tensor1D;
  /** [B] completion tokens (sums of their weights); constant. */
  readonly chosenLengths: tf.Tensor1D;
  readonly rejectedLengths: tf.Tensor1D;
}

/** TRL's CPOConfig in camelCase, with its defaults. */
export interface CpoLossOptions {
  /** @default 0.1; SimPO's paper takes 2 to 10 */
  readonly beta?: number;
  /** @default 'sigmoid' */
  readonly lossType?: CpoLossType;
  /** Weight of the chosen side's negative log-likelihood; 0 for SimPO as in its paper. @default 1 */
  readonly cpoAlpha?: number;
  /** gamma of `simpo` and `alphapo`. @default 0.5 */
  readonly simpoGamma?: number;
  /** AlphaPO's alpha, of every loss type; 0 is the log-probability itself. @default 0 */
  readonly alpha?: number;
  /** Share of pairs that are the wrong way round: of `sigmoid`, `simpo`, `alphapo`. @default 0 */
  readonly labelSmoothing?: number;
  /** Pairs of the whole batch, when these are only a part of it (`pairsWithBothSides`). */
  readonly pairsInBatch?: number;
  /** Chosen tokens of the whole batch: the denominator of the likelihood term. */
  readonly chosenTokensInBatch?: number;
}

export interface CpoLossResult {
  /** To minimise: preference + cpoAlpha · nll. */
  loss: tf.Scalar;
  /** The negative log-likelihood per chosen token: TRL's `nll_loss`. */
  nllLoss: tf.Scalar;
  /** [B] what the loss compared: sums, or means per token under `ipo`, `simpo`, `alphapo`. */
  chosenLogps: tf.Tensor1D;
  rejectedLogps: tf.Tensor1D;
  /** [B] beta · x: `rewards/chosen`. */
  chosenRewards: tf.Tensor1D;
  rejectedRewards: tf.Tensor1D;
  /** [B] */
  margins: tf.Tensor1D;
  /** [B] 1 where the chosen reward is the larger. */
  accuracies: tf.Tensor1D;
}

/**
 * Contrastive preference optimisation without a reference model (Xu et al., arXiv 2401.08417), as
 * TRL's CPO trainer has it. B pairs; l the logps: sums for `sigmoid` and `hinge`, means per token for
 * `ipo`, `simpo` and `alphapo`; x = l, or (1 - e^(-alpha l)) / alpha where alpha is not 0 (AlphaPO,
 * arXiv 2501.03884); d = x_c - x_r, e = labelSmoothing, s = sigmoid:
 *   sigmoid        : -(1 - e) log s(beta d) - e log s(-beta d)
 *   simpo, alphapo : the same with beta d - simpoGamma       (Meng et al., arXiv 2405.14734)
 *   hinge          : max(0, 1 - beta d)
 *   ipo            : (d - 1 / (2 beta))²
 *   loss = mean of these over the pairs + cpoAlpha · (-sum of chosen logps / chosen tokens)
 * With `pairsInBatch` and `chosenTokensInBatch` of the whole batch the losses of its parts add up to
 * the whole's. A pair with a side without tokens has no mean and is left out where one is needed
 * (TRL: NaN).
 */
export function cpoLoss(inputs: CpoLossInputs, options: CpoLossOptions = {}): CpoLossResult {
  checkCpoOptions(options);
  const { chosenLogps, rejectedLogps, chosenLengths, rejectedLengths } = inputs;
  checkPairShapes('cpoLoss', inputs);
  return tf.tidy(() => {
    const { beta = 0.1, lossType = 'sigmoid', alpha = 0 } = options;
    const { cpoAlpha = 1 } = options;
    const averages = comparesMeans(lossType);
    const chosen = averages ? meanLogps(chosenLogps, chosenLengths) : chosenLogps;
    const rejected = averages ? meanLogps(rejectedLogps, rejectedLengths) : rejectedLogps;
    const [chosenValue, rejectedValue] = [chosen, rejected].map((l) => alphaReward(l, alpha));
    const losses = pairLosses(tf.sub<tf.Tensor1D>(chosenValue, rejectedValue), options);
    const counts = averages
      ? bothSides(chosenLengths, rejectedLengths)
      : tf.onesLike(chosenLengths);
    const pairs = options.pairsInBatch ?? tf.sum(counts).dataSync()[0];
    const counted = tf.where(tf.greater(counts, 0), losses, tf.zerosLike(losses));
    const preference: tf.Scalar = tf.div(tf.sum(counted), Math.max(pairs, 1));
    const nllLoss = nllOf(chosenLogps, chosenLengths, options.chosenTokensInBatch);
    const weight = lossType === 'alphapo' ? 0 : cpoAlpha;
    const chosenRewards = tf.mul<tf.Tensor1D>(chosenValue, beta);
    const rejectedRewards = tf.mul<tf.Tensor1D>(rejectedValue, beta);
    return {
      loss: weight === 0 ? preference : tf.add<tf.Scalar>(preference, tf.mul(nllLoss, weight)),
      nllLoss,
      chosenLogps: tf.clone(chosen),
      rejectedLogps: tf.clone(rejected),
      chosenRewards,
      rejectedRewards,
      margins: tf.sub<tf.Tensor1D>(chosenRewards, rejectedRewards),
      accuracies: tf.cast(tf.greater(chosenRewards, rejectedRewards), 'float32') as tf.Tensor1D,
    };
  });
}

/** Whether the loss compares means per token, which a side without tokens does not have. */
export function comparesMeans(lossType: CpoLossType): boolean {
  return lossType === 'ipo' || lossType === 'simpo' || lossType === 'alphapo';
}

/** Throws where options are out of range or would have no effect. */
export function checkCpoOptions(options: CpoLossOptions): void {
  const { beta = 0.1, lossType = 'sigmoid', cpoAlpha = 1, simpoGamma = 0.5 } = options;
  const { alpha = 0, labelSmoothing = 0 } = options;
  requireOneOf('cpoLoss', 'lossType', lossType, cpoLossTypes);
  requireNumber('cpoLoss', 'beta', beta, { above: 0 });
  requireNumber('cpoLoss', 'cpoAlpha', cpoAlpha, { atLeast: 0 });
  requireNumber('cpoLoss', 'simpoGamma', simpoGamma, {});
  requireNumber('cpoLoss', 'alpha', alpha, {});
  requireNumber('cpoLoss', 'labelSmoothing', labelSmoothing, { atLeast: 0, below: 1 });
  if (labelSmoothing > 0 && (lossType === 'hinge' || lossType === 'ipo')) {
    throw inputError(
      `cpoLoss: expected a lossType that labelSmoothing acts on (sigmoid, simpo, alphapo), got ${lossType}, which would leave it without effect.`,
    );
  }
}

/** [B] means per token; 0 without tokens. */
export function meanLogps(logps: tf.Tensor1D, lengths: tf.Tensor1D): tf.Tensor1D {
  return tf.div(logps, tf.where(tf.greater(lengths, 0), lengths, tf.onesLike(lengths)));
}

/** [B] 1 where both sides have tokens. */
export function bothSides(chosenLengths: tf.Tensor1D, rejectedLengths: tf.Tensor1D): tf.Tensor1D {
  const shorter = tf.minimum<tf.Tensor1D>(chosenLengths, rejectedLengths);
  const hasTokens: tf.Tensor1D = tf.greater(shorter, 0);
  return tf.cast(hasTokens, 'float32');
}

/** -sum(logps) / tokens; 0 where there are none. */
export function nllOf(logps: tf.Tensor1D, lengths: tf.Tensor1D, tokensInBatch?: number): tf.Scalar {
  const tokens = tokensInBatch ?? tf.sum(lengths).dataSync()[0];
  return tf.div(tf.neg(tf.sum(logps)), tokens > 0 ? tokens : 1);
}

/** Throws where the four [B] of a pair loss do not match. */
export function checkPairShapes(where: string, inputs: CpoLossInputs): void {
  const { chosenLogps } = inputs;
  if (chosenLogps.rank !== 1) {
    throw inputError(
      `${where}: expected chosenLogps [B], got [${chosenLogps.shape.join(', ')}]. Sum over the tokens first (sequenceLogps).`,
    );
  }
  for (const name of ['rejectedLogps', 'chosenLengths', 'rejectedLengths'] as const) {
    requireSameShape(where, 'chosenLogps', chosenLogps, name, inputs[name]);
  }
}

/** (1 - e^(-alpha l)) / alpha, l itself where alpha is 0. */
function alphaReward(logps: tf.Tensor1D, alpha: number): tf.Tensor1D {
  if (alpha === 0) return logps;
  const exponent: tf.Tensor1D = tf.mul(logps, -alpha);
  return tf.div<tf.Tensor1D>(tf.expm1(exponent), -alpha);
}

function pairLosses(difference: tf.Tensor1D, options: CpoLossOptions): tf.Tensor1D {
  const { beta = 0.1, lossType = 'sigmoid', simpoGamma = 0.5, labelSmoothing = 0 } = options;
  const scaled = tf.mul<tf.Tensor1D>(difference, beta);
  switch (lossType) {
    case 'hinge':
      return tf.relu(tf.sub<tf.Tensor1D>(1, scaled));
    case 'ipo':
      return tf.square(tf.sub<tf.Tensor1D>(difference, 1 / (2 * beta)));
    default: {
      const gamma = lossType === 'sigmoid' ? 0 : simpoGamma;
      const margin = tf.sub<tf.Tensor1D>(scaled, gamma);
      const loss = tf.neg(logSigmoid(margin));
      if (labelSmoothing === 0) return loss;
      const flipped = tf.neg(logSigmoid(tf.neg(margin)));
      return tf.add(tf.mul(loss, 1 - labelSmoothing), tf.mul(flipped, labelSmoothing));
    }
  }
}
