import * as tf from '@tensorflow/tfjs';
import { trainedTokens } from './entropy.js';
import { aggregateTokenLoss } from './grpo-aggregate.js';
import { checkGrpoLoss } from './grpo-checks.js';
import type { GrpoLossInputs, GrpoLossOptions } from './grpo-options.js';
import { detach, importanceRatio } from './importance-ratio.js';
import { klEstimate } from './kl.js';
import { offPolicyMask } from './off-policy.js';
import { policyTerm } from './policy-term.js';

export interface GrpoLossResult {
  /** To minimise. */
  loss: tf.Scalar;
  /** Share of counted tokens whose ratio is below the clip range with A < 0. */
  clipLow: tf.Scalar;
  /** Share of counted tokens whose ratio is above the clip range with A > 0. */
  clipHigh: tf.Scalar;
  /** [B] counted tokens of each completion that the clip keeps from teaching. */
  clippedTokens: tf.Tensor1D;
  /** Mean KL estimate over counted tokens; 0 without reference. */
  kl: tf.Scalar;
}

/**
 * GRPO's clipped policy-gradient loss with TRL's loss types. B completions, T tokens after padding.
 *   rho    = exp(logprobs - oldLogprobs)            see `importanceRatio` for the sequence levels
 *   l      = p * trained + beta * KL                see `klEstimate`, `GrpoLossOptions`
 * with the policy term p
 *   grpo, bnpo, dr_grpo, dapo, luspo : -min(min(rho, delta) * A, clip(rho, 1 - epsilon, 1 + epsilonHigh) * A)
 *   cispo      : -sg(min(rho, epsilonHigh)) * A * logprobs                (MiniMax, arXiv 2506.13585; TRL)
 *   verl_cispo : -sg(clip(rho, 1 - epsilon, 1 + epsilonHigh)) * A * logprobs                       (verl)
 *   sapo       : -4 / tau * sigmoid(tau * (rho - 1)) * A, tau by the sign of A        (arXiv 2511.20347)
 *   vespo      : -sg(phi) * A * logprobs, phi = exp(lambda) w^k exp(-lambda w), w the ratio of the
 *                whole completion, k and lambda by the sign of A                      (arXiv 2602.10693)
 * and the sum
 *   grpo, sapo : sum_b(sum_t(mask * l) / max(sum_t(mask), 1)) / B        (Shao et al., arXiv 2402.03300)
 *   bnpo       : sum(mask * l) / max(sum(mask), 1)
 *   dapo, cispo, verl_cispo, vespo : the same over the whole batch        (Yu et al., arXiv 2503.14476)
 *   dr_grpo    : sum(mask * l) / (B * maxCompletionLength)               (Liu et al., arXiv 2503.20783)
 *   luspo      : sum(mask * l) / B, meant with a sequence ratio                       (arXiv 2602.05261)
 * less entropyCoef times the mean entropy of the trained tokens.
 *
 * With `tokensInBatch` and `sequencesInBatch` (and the two of the entropy) of the whole batch, the
 * losses of its parts add up to the loss of the whole, so gradient accumulation equals the big batch.
 * Everything masked gives 0, never NaN, and values at masked positions have no effect whatever they are.
 */
export function grpoLoss(inputs: GrpoLossInputs, options: GrpoLossOptions = {}): GrpoLossResult {
  return tf.tidy(() => {
    const { completionMask: mask } = inputs;
    const tokens = grpoTokenLoss(inputs, options);
    const counted = tf.maximum(tf.sum(mask), 1);
    const share = (values: tf.Tensor): tf.Scalar => tf.div(tf.sum(tf.mul(values, mask)), counted);
    const loss = aggregateTokenLoss(tokens.tokenLoss, mask, options);
    return {
      loss: subtractEntropy(loss, inputs, tokens.trained, options),
      clipLow: share(tokens.isLowClipped),
      clipHigh: share(tokens.isHighClipped),
      clippedTokens: tf.sum<tf.Tensor1D>(
        tf.mul(tf.add(tokens.isLowClipped, tokens.isHighClipped), mask),
        1,
      ),
      kl: share(tokens.kl),
    };
  });
}

export interface GrpoTokenLoss {
  /** [B, T], 0 where masked. */
  tokenLoss: tf.Tensor2D;
  /** [B, T], 1 where masked (`sequence*`: that of the completion). */
  ratio: tf.Tensor2D;
  /** [B, T] 0 or 1. */
  isLowClipped: tf.Tensor2D;
  /** [B, T] 0 or 1. */
  isHighClipped: tf.Tensor2D;
  /** [B, T] KL estimate, 0 without reference. */
  kl: tf.Tensor2D;
  /** [B, T] 1 where the policy term trains: the counted tokens, of `topEntropyQuantile` their share. */
  trained: tf.Tensor2D;
}

/** The per-token terms of `grpoLoss`, before aggregation: to look at, to plot, to aggregate otherwise. */
export function grpoTokenLoss(
  inputs: GrpoLossInputs,
  options: GrpoLossOptions = {},
): GrpoTokenLoss {
  checkGrpoLoss(inputs, options);
  const { logprobs, refLogprobs, completionMask: mask } = inputs;
  const { beta = 0, klEstimator = 'k3', importanceSamplingLevel = 'token' } = options;
  return tf.tidy(() => {
    const counts = tf.cast(mask, 'bool');
    // Not made of the logprobs: nothing that is compared may seem to depend on them.
    const zeros = tf.zeros<tf.Rank.R2>(logprobs.shape);
    // Selecting before exp keeps padding, whatever it holds, out of values and gradients.
    const selected = (values: tf.Tensor, elsewhere: tf.Tensor2D = zeros): tf.Tensor2D =>
      tf.where(counts, tf.add<tf.Tensor2D>(values, zeros), elsewhere);
    const current = tf.where(counts, logprobs, zeros);
    const old = tf.where(counts, inputs.oldLogprobs ?? detach(logprobs), zeros);
    const advantages = selected(inputs.advantages);
    const trained = trainedTokens(inputs.entropies ?? null, mask, options);
    const { importanceSamplingRatio: correction } = inputs;
    const samplingCorrection = correction ? selected(correction, tf.onesLike(zeros)) : null;

    const ratio = importanceRatio(current, old, mask, importanceSamplingLevel);
    const term = policyTerm({ current, old, ratio, advantages, mask, samplingCorrection }, options);
    let { tokenLoss } = term;
    if (options.offPolicyMaskThreshold !== undefined) {
      const sampling = inputs.samplingLogprobs ? selected(inputs.samplingLogprobs) : old;
      const kept = offPolicyMask(
        current,
        sampling,
        advantages,
        mask,
        options.offPolicyMaskThreshold,
      );
      tokenLoss = tf.mul(tokenLoss, kept);
    }
    if (trained !== mask) tokenLoss = tf.mul(tokenLoss, trained);
    if (samplingCorrection && options.lossType !== 'vespo') {
      tokenLoss = tf.mul(tokenLoss, samplingCorrection);
    }
    let kl = zeros;
    if (refLogprobs) {
      kl = klEstimate(current, tf.where(counts, refLogprobs, zeros), klEstimator);
      if (options.useBiasCorrectionKl) kl = tf.mul(kl, ratio);
      if (beta !== 0) tokenLoss = tf.add(tokenLoss, tf.mul(kl, beta));
    }
    return {
      tokenLoss,
      ratio,
      isLowClipped: tf.cast(term.isLowClipped, 'float32'),
      isHighClipped: tf.cast(term.isHighClipped, 'float32'),
      kl,
      trained: tf.clone(trained),
    };
  });
}

/** loss - entropyCoef * sum(entropy) / max(tokens, 1), over the trained tokens. */
function subtractEntropy(
  loss: tf.Scalar,
  { entropies, completionMask }: GrpoLossInputs,
  trained: tf.Tensor2D,
  { entropyCoef = 0, entropyTokensInBatch }: GrpoLossOptions,
): tf.Scalar {
  if (!entropies || entropyCoef === 0) return loss;
  const counts = tf.cast(completionMask, 'bool');
  const counted = tf.mul(tf.where(counts, entropies, tf.zerosLike(entropies)), trained);
  const tokens = tf.maximum(entropyTokensInBatch ?? tf.sum(trained), 1);
  return tf.sub(loss, tf.mul(tf.div(tf.sum(counted), tokens), entropyCoef));
}
