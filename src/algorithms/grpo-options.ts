import type * as tf from '@tensorflow/tfjs';
import type { KlEstimator } from './kl.js';

/**
 * TRL's `loss_type`, and verl's CISPO where it differs: what a token's loss is and how the losses
 * become one number (see `grpoLoss`).
 */
export const grpoLossTypes = [
  'grpo',
  'bnpo',
  'dr_grpo',
  'dapo',
  'cispo',
  'verl_cispo',
  'sapo',
  'luspo',
  'vespo',
] as const;

export type GrpoLossType = (typeof grpoLossTypes)[number];

/** What the importance ratio is taken over (see `importanceRatio`). */
export const importanceSamplingLevels = [
  'token',
  'sequence',
  'sequence_token',
  'sequence_sum',
] as const;

export type ImportanceSamplingLevel = (typeof importanceSamplingLevels)[number];

export interface GrpoLossInputs {
  /** [B, T] under the policy; carries the gradient. */
  readonly logprobs: tf.Tensor2D;
  /** [B, T] at sampling time, constant. Absent: the current ones, detached (ratio 1, gradient alive). */
  readonly oldLogprobs?: tf.Tensor2D;
  /** [B, T] under the reference model, constant. Needed when beta is not 0. */
  readonly refLogprobs?: tf.Tensor2D;
  /** [B, T], or [B, 1] for one per completion. */
  readonly advantages: tf.Tensor2D;
  /** [B, T] 1 where the loss counts. */
  readonly completionMask: tf.Tensor2D;
  /** [B, T] entropy of each token's distribution. Needed for entropyCoef (gradient) and topEntropyQuantile. */
  readonly entropies?: tf.Tensor2D;
  /** [B, T] under the engine that sampled, constant: what `offPolicyMaskThreshold` compares with. @default oldLogprobs */
  readonly samplingLogprobs?: tf.Tensor2D;
  /** [B, T] or [B, 1] weights for rollouts of another engine, constant (see `importanceSamplingRatio`). */
  readonly importanceSamplingRatio?: tf.Tensor2D;
}

/** TRL's GRPOConfig in camelCase, with its meaning and default; what is verl's or ours says so. */
export interface GrpoLossOptions {
  /** Lower clip range. @default 0.2 */
  readonly epsilon?: number;
  /**
   * Upper clip range (DAPO: 0.28). For `cispo` it is the largest ratio itself (ScaleRL: 5), and must
   * be given: TRL's default of 0.2 there would only shrink every gradient. @default epsilon
   */
  readonly epsilonHigh?: number;
  /** Weight of the KL term. @default 0 */
  readonly beta?: number;
  /** Estimator of the KL term; TRL has k3 alone. @default 'k3' */
  readonly klEstimator?: KlEstimator;
  /** Multiply the KL term by the importance ratio, with its gradient (DeepSeek-V3.2). @default false (TRL 1.13: true) */
  readonly useBiasCorrectionKl?: boolean;
  /** @default 'dapo', as TRL */
  readonly lossType?: GrpoLossType;
  /** @default 'token' */
  readonly importanceSamplingLevel?: ImportanceSamplingLevel;
  /** Largest unclipped ratio: the two-sided clip of INTELLECT-2. @default none */
  readonly delta?: number;
  /** verl's dual clip: where A < 0 the loss is at most -clipRatioC * A; above 1 (verl: 3). @default none */
  readonly clipRatioC?: number;
  /** Temperature of `sapo` where A > 0. @default 1 */
  readonly sapoTemperaturePos?: number;
  /** Temperature of `sapo` elsewhere. @default 1.05 */
  readonly sapoTemperatureNeg?: number;
  /** `vespo`: exponent k where A >= 0. @default 2 */
  readonly vespoKPos?: number;
  /** `vespo`: decay lambda where A >= 0. @default 3 */
  readonly vespoLambdaPos?: number;
  /** `vespo`: exponent k where A < 0. @default 3 */
  readonly vespoKNeg?: number;
  /** `vespo`: decay lambda where A < 0. @default 2 */
  readonly vespoLambdaNeg?: number;
  /**
   * Completions with A < 0 whose mean log(sampling / current) exceeds it are left out (DeepSeek-V3.2,
   * equation 9). @default none
   */
  readonly offPolicyMaskThreshold?: number;
  /** Only this share of the tokens, those of highest entropy, trains the policy term. @default 1 */
  readonly topEntropyQuantile?: number;
  /**
   * The entropy from which a token belongs to that share, when these rows are only a part of the
   * batch. @default that of these rows
   */
  readonly entropyThreshold?: number;
  /** Weight of the bonus for the mean entropy of the trained tokens. @default 0 */
  readonly entropyCoef?: number;
  /** Trained tokens of the whole batch: the bonus's denominator. @default those of these rows */
  readonly entropyTokensInBatch?: number;
  /** The constant L of `dr_grpo`. @default T */
  readonly maxCompletionLength?: number;
  /**
   * Counted tokens of the whole batch, when these rows are only a part of it: the denominator of
   * `bnpo`, `dapo`, `cispo`, `verl_cispo` and `vespo`. @default sum(completionMask)
   */
  readonly tokensInBatch?: number;
  /**
   * Completions of the whole batch: the denominator of `grpo`, `sapo`, `luspo` and `dr_grpo`.
   * @default B
   */
  readonly sequencesInBatch?: number;
}
