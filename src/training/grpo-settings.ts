import type { GrpoLossOptions, ImportanceSamplingMode } from '../algorithms/index.js';
import type { Policy } from '../policy/index.js';
import type { RolloutUpdate } from '../records.js';
import type { AdvantageSettings } from './advantages.js';
import type { OldLogprobs } from './grpo-batch.js';

/** What the step itself knows about the whole batch. */
type WholeBatch =
  'tokensInBatch' | 'sequencesInBatch' | 'entropyThreshold' | 'entropyTokensInBatch';

/**
 * TRL's GRPOConfig in camelCase, with its meaning and, unless it says so, its default; the loss's options
 * are those of `grpoLoss`.
 */
export interface GrpoStepSettings extends AdvantageSettings, Omit<GrpoLossOptions, WholeBatch> {
  /** @default the optimizer's */
  readonly learningRate?: number;
  /** Weight of the KL term against the reference model; 0 never computes one. @default 0 */
  readonly beta?: number;
  /** The constant of `dr_grpo`. @default the rollouts' maxNewTokens */
  readonly maxCompletionLength?: number;
  /** Updates on the same rollouts: mu. @default 1 */
  readonly numIterations?: number;
  /** Updates per iteration: the rollouts are cut into so many mini-batches, in order. @default 1 */
  readonly stepsPerGeneration?: number;
  /** Leave completions that hit the length limit out of the loss. @default false */
  readonly maskTruncatedCompletions?: boolean;
  /** Completions of one forward and backward pass: memory, not the result. @default 16 (TRL: 8) */
  readonly perDeviceTrainBatchSize?: number;
  /** Compute each layer again in the backward pass: less memory, the same update. @default false */
  readonly gradientCheckpointing?: boolean;
  /** Divides the logits of old, new and reference alike. @default the rollouts' (1 if greedy) */
  readonly temperature?: number;
  /**
   * Where the ratio's denominator comes from. `current`: the policy's own values, detached: ratio 1,
   * the loss's value says little, its gradient is alive. `recorded`: as sampled. `recomputed`: by
   * this policy before its first update here. `auto` is `current` for a single update, as in TRL;
   * for several it is `recorded` where the sampling distribution was exactly the tempered model
   * (no top_k, top_p, min_p, repetition_penalty; the same temperature), else `recomputed`, as it is
   * with vllmImportanceSamplingCorrection. @default 'auto'
   */
  readonly oldLogprobs?: 'auto' | OldLogprobs;
  /**
   * Weigh the policy term by how far the recorded logprobs are from this policy's before its first
   * update here (`importanceSamplingRatio`): for rollouts of vLLM or another engine. @default false
   * (TRL: true with vLLM)
   */
  readonly vllmImportanceSamplingCorrection?: boolean;
  /** @default 'sequence_mask' */
  readonly vllmImportanceSamplingMode?: ImportanceSamplingMode;
  /** @default 3 */
  readonly vllmImportanceSamplingClipMax?: number | null;
  /** @default null */
  readonly vllmImportanceSamplingClipMin?: number | null;
  /** Frozen policy for the KL term. @default this policy with its adapter off */
  readonly reference?: Policy;
  /** Another adapter of this policy for the KL term (TRL's `ref_adapter_name`). @default none: the base */
  readonly refAdapterName?: string;
  /** Told at the end what the updates could take from each rollout, in their order. */
  readonly onUpdated?: (updates: RolloutUpdate[]) => void;
  /** Of the adapter's dropout, whose draws follow from it and the optimizer's step. @default 0 */
  readonly dropoutSeed?: number | string;
  /**
   * Leave out completions whose every advantage is 0 when beta and entropyCoef are 0: they have no
   * gradient, so the update is the same, sooner. `entropy` and the clip ratios then speak of the
   * others, and a mini-batch with nothing else makes no update (TRL's would: AdamW's momentum moves
   * the weights on a gradient of 0). @default true
   */
  readonly skipZeroAdvantages?: boolean;
  /**
   * Ends the step between two passes. Before the first update nothing has changed; a step of several
   * updates may end between two of them.
   */
  readonly signal?: AbortSignal;
}
