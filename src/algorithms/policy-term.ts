import * as tf from '@tensorflow/tfjs';
import { inputError } from '../errors.js';
import { grpoLossTypes, type GrpoLossOptions } from './grpo-options.js';
import { detach, importanceRatio } from './importance-ratio.js';

/** What the policy term is made of; all [B, T], masked positions 0 (`samplingCorrection`: 1). */
export interface PolicyTermInputs {
  /** Carries the gradient. */
  readonly current: tf.Tensor2D;
  readonly old: tf.Tensor2D;
  /** `importanceRatio` of the two. */
  readonly ratio: tf.Tensor2D;
  readonly advantages: tf.Tensor2D;
  readonly mask: tf.Tensor2D;
  readonly samplingCorrection: tf.Tensor2D | null;
}

export interface PolicyTerm {
  /** [B, T] to minimise. */
  tokenLoss: tf.Tensor2D;
  /** [B, T] bool. */
  isLowClipped: tf.Tensor2D;
  /** [B, T] bool. */
  isHighClipped: tf.Tensor2D;
}

/** The policy term of each token by loss type; formulas at `grpoLoss`. */
export function policyTerm(inputs: PolicyTermInputs, options: GrpoLossOptions): PolicyTerm {
  const { lossType = 'dapo', importanceSamplingLevel: level = 'token' } = options;
  const { epsilon = 0.2, epsilonHigh = epsilon } = options;
  const { current, old, ratio, advantages, mask } = inputs;
  switch (lossType) {
    case 'grpo':
    case 'bnpo':
    case 'dr_grpo':
    case 'dapo':
    case 'luspo':
      return clippedTerm(ratio, advantages, options);
    case 'cispo':
    case 'verl_cispo': {
      const [least, most] =
        lossType === 'cispo' ? [0, epsilonHigh] : [1 - epsilon, 1 + epsilonHigh];
      const weight = importanceRatio(detach(current), old, mask, level);
      const isLow = tf.logicalAnd(tf.less(weight, least), tf.less(advantages, 0));
      const isHigh = tf.logicalAnd(tf.greater(weight, most), tf.greater(advantages, 0));
      return {
        tokenLoss: weighted(tf.clipByValue(weight, least, most), advantages, current),
        isLowClipped: isLow as tf.Tensor2D,
        isHighClipped: isHigh as tf.Tensor2D,
      };
    }
    case 'sapo': {
      const { sapoTemperaturePos = 1, sapoTemperatureNeg = 1.05 } = options;
      const temperature = bySign(tf.greater(advantages, 0), sapoTemperaturePos, sapoTemperatureNeg);
      const gate = tf.sigmoid(tf.mul(temperature, tf.sub(ratio, 1)));
      const soft = tf.div(tf.mul(gate, 4), temperature);
      return unclipped(tf.neg(tf.mul(soft, advantages)));
    }
    case 'vespo':
      return unclipped(weighted(gammaWeights(inputs, options), advantages, current));
    default:
      throw inputError(
        `grpoLoss: expected lossType ${grpoLossTypes.join(', ')}, got ${JSON.stringify(lossType)}.`,
      );
  }
}

function clippedTerm(
  ratio: tf.Tensor2D,
  advantages: tf.Tensor2D,
  options: GrpoLossOptions,
): PolicyTerm {
  const { epsilon = 0.2, epsilonHigh = epsilon, delta, clipRatioC } = options;
  const clipped = tf.clipByValue(ratio, 1 - epsilon, 1 + epsilonHigh);
  const capped = delta === undefined ? ratio : tf.minimum<tf.Tensor2D>(ratio, delta);
  let tokenLoss = tf.neg<tf.Tensor2D>(
    tf.minimum<tf.Tensor2D>(tf.mul(capped, advantages), tf.mul(clipped, advantages)),
  );
  if (clipRatioC !== undefined) {
    const held = tf.minimum<tf.Tensor2D>(tokenLoss, tf.mul(advantages, -clipRatioC));
    tokenLoss = tf.where(tf.less(advantages, 0), held, tokenLoss);
  }
  const isLow = tf.logicalAnd(tf.less(capped, 1 - epsilon), tf.less(advantages, 0));
  const isHigh = tf.logicalAnd(tf.greater(capped, 1 + epsilonHigh), tf.greater(advantages, 0));
  return {
    tokenLoss,
    isLowClipped: isLow as tf.Tensor2D,
    isHighClipped: isHigh as tf.Tensor2D,
  };
}

/**
 * VESPO's phi = exp(lambda + k log w - lambda w) of the whole completion, constant; w = exp(sum of the log
 * ratios, and of the logs of the sampling correction), log w within [log 1e-8, 20].
 */
function gammaWeights(inputs: PolicyTermInputs, options: GrpoLossOptions): tf.Tensor2D {
  const { current, old, advantages, mask, samplingCorrection } = inputs;
  const { vespoKPos = 2, vespoLambdaPos = 3, vespoKNeg = 3, vespoLambdaNeg = 2 } = options;
  const least = Math.log(1e-8);
  const logRatio = tf.clipByValue(tf.sub(detach(current), old), -20, 20);
  let logWeight: tf.Tensor = tf.sum(tf.mul(logRatio, mask), 1, true);
  if (samplingCorrection) {
    const logCorrection = tf.clipByValue(tf.log(samplingCorrection), least, 20);
    logWeight = tf.add(logWeight, tf.sum(logCorrection, 1, true));
  }
  logWeight = tf.add(tf.clipByValue(logWeight, least, 20), tf.zerosLike(advantages));
  const isPositive = tf.greaterEqual(advantages, 0);
  const k = bySign(isPositive, vespoKPos, vespoKNeg);
  const lambda = bySign(isPositive, Math.max(vespoLambdaPos, 1e-4), Math.max(vespoLambdaNeg, 1e-4));
  return tf.exp(
    tf.sub(tf.add(lambda, tf.mul(k, logWeight)), tf.mul(lambda, tf.exp(logWeight))),
  ) as tf.Tensor2D;
}

/** -weight * A * logprob. */
function weighted(weight: tf.Tensor2D, advantages: tf.Tensor2D, current: tf.Tensor2D): tf.Tensor2D {
  return tf.mul(tf.neg(tf.mul(weight, advantages)), current);
}

function bySign(isPositive: tf.Tensor, positive: number, negative: number): tf.Tensor {
  return tf.where(
    isPositive,
    tf.fill(isPositive.shape, positive),
    tf.fill(isPositive.shape, negative),
  );
}

function unclipped(tokenLoss: tf.Tensor): PolicyTerm {
  const none = tf.cast(tf.zerosLike(tokenLoss), 'bool') as tf.Tensor2D;
  return { tokenLoss: tokenLoss as tf.Tensor2D, isLowClipped: none, isHighClipped: none };
}
