import type { GaeOptions, PpoKlEstimator, Random } from '../algorithms/index.js';
import type { Policy } from '../policy/index.js';

/** What single tokens earn beside the score; see `tokenRewardsOf`. */
export interface PpoTokenRewards {
  /** Each token under a located finding loses this times the finding's weight. @default 0 */
  readonly lambda?: number;
  /**
   * Spans with values above 0 say where in the completion its score was earned: each is paid weight *
   * value at its last token, and the last token of the completion is left with the rest of the score.
   * A completion earns its score as before, so nothing is paid for length. @default false
   */
  readonly creditSpans?: boolean;
}

/** How rollouts become what the losses take: TRL's PPOConfig in camelCase, with its meaning and, unless it says so, its default. */
export interface PpoExperienceSettings extends GaeOptions {
  /** Of the KL in the rewards; 0 never computes the reference. See `adaptiveKlCoef`. @default 0.05 */
  readonly klCoef?: number;
  /** @default 'k1' */
  readonly klEstimator?: PpoKlEstimator;
  /** Divide rewards by their deviation over the batch, their mean kept. @default false */
  readonly whitenRewards?: boolean;
  /** Not an option in TRL, which always does. @default true */
  readonly whitenAdvantages?: boolean;
  /**
   * Taken off the score of a completion that the length limit ended. Departs from TRL, which looks for
   * the end token: a stop string is an end too. @default none
   */
  readonly missingEosPenalty?: number;
  /** @default none: the scalar algorithm */
  readonly tokenRewards?: PpoTokenRewards;
  /** Leave completions that hit the length limit out. GRPO's option; TRL's PPO has none. @default false */
  readonly maskTruncatedCompletions?: boolean;
  /** Completions of one pass: memory, not the result. @default 16 (TRL: 8) */
  readonly perDeviceTrainBatchSize?: number;
  /** Divides the logits of old, new and reference alike. @default the rollouts' (1 if greedy; TRL: 0.7) */
  readonly temperature?: number;
  /**
   * Where the ratio's denominator comes from. `recomputed`: by this policy before its first update here,
   * in the pass that gives the values. `recorded`: as sampled, for rollouts of an earlier policy; only
   * where the sampling distribution was the tempered model itself. @default 'recomputed'
   */
  readonly oldLogprobs?: 'recomputed' | 'recorded';
  /** Frozen policy for the KL. @default this policy with its adapter off */
  readonly reference?: Policy;
  /** Another adapter of this policy for the KL. @default none: the base */
  readonly refAdapterName?: string;
  /** Ends the step between two passes, with nothing updated. */
  readonly signal?: AbortSignal;
}

/** The updates on one batch: TRL's PPOConfig in camelCase, with its meaning and, unless it says so, its default. */
export interface PpoUpdateSettings {
  /** @default the optimizer's */
  readonly learningRate?: number;
  /** @default 0.2 */
  readonly cliprange?: number;
  /** Upper clip range; not in TRL. @default cliprange */
  readonly cliprangeHigh?: number;
  /** See `PpoPolicyLossOptions.dualClip`; not in TRL. @default none */
  readonly dualClip?: number;
  /** Weight of the value loss. @default 0.1 */
  readonly vfCoef?: number;
  /** @default 0.2 */
  readonly cliprangeValue?: number;
  /** Weight of the mean entropy, taken off the loss; not in TRL. @default 0 */
  readonly entropyCoef?: number;
  /** Passes over the batch. @default 4 */
  readonly numPpoEpochs?: number;
  /** Updates of each pass. @default 1 */
  readonly numMiniBatches?: number;
  /**
   * Draws the order of the rollouts in each epoch, which says who shares a mini-batch. TRL always
   * shuffles. @default none: as they come
   */
  readonly random?: Random;
  /** Completions of one forward and backward pass: memory, not the result. @default 16 (TRL: 8) */
  readonly perDeviceTrainBatchSize?: number;
  /** Compute each layer again in the backward pass: less memory, the same update. @default false */
  readonly gradientCheckpointing?: boolean;
  /** @default 1 */
  readonly temperature?: number;
  /** Of the adapter's dropout, whose draws follow from it and the optimizer's step. @default 0 */
  readonly dropoutSeed?: number | string;
  /** Ends between two passes; updates made before stay. */
  readonly signal?: AbortSignal;
}

export interface PpoStepSettings extends PpoExperienceSettings, PpoUpdateSettings {}
