import {
  grpoLoss,
  type GrpoLossInputs,
  type GrpoLossOptions,
  type GrpoLossType,
} from '../algorithms/index.js';
import { inputError } from '../errors.js';
import { completionLogprobs, type Policy } from '../policy/index.js';
import type { Rollout } from '../records.js';
import { tf } from '../tensor/index.js';
import { assignAdvantages, type AdvantageSettings } from './advantages.js';
import { accumulateGradients } from './gradients.js';
import {
  chooseOldLogprobs,
  countedTokens,
  fillLogprobs,
  makeRows,
  minibatches,
  padded,
  passes,
  type GrpoRow,
  type OldLogprobs,
} from './grpo-batch.js';
import { rolloutMetrics, type StepMetrics } from './metrics.js';
import type { Optimizer } from './optimizer.js';

/** TRL's GRPOConfig in camelCase, with its meaning and, unless it says so, its default. */
export interface GrpoStepSettings extends AdvantageSettings {
  /** @default the optimizer's */
  readonly learningRate?: number;
  /** Weight of the KL term against the reference model; 0 never computes one. @default 0 */
  readonly beta?: number;
  /** @default 0.2 */
  readonly epsilon?: number;
  /** @default epsilon */
  readonly epsilonHigh?: number;
  /** @default 'dapo' */
  readonly lossType?: GrpoLossType;
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
   * (no top_k, top_p, min_p, repetition_penalty; the same temperature), else `recomputed`. @default 'auto'
   */
  readonly oldLogprobs?: 'auto' | OldLogprobs;
  /** Frozen policy for the KL term. @default this policy with its adapter off */
  readonly reference?: Policy;
  /** Another adapter of this policy for the KL term (TRL's `ref_adapter_name`). @default none: the base */
  readonly refAdapterName?: string;
  /** Of the adapter's dropout, whose draws follow from it and the optimizer's step. @default 0 */
  readonly dropoutSeed?: number | string;
  /**
   * Leave out completions whose every advantage is 0 when beta is 0: they have no gradient, so the
   * update is the same, sooner. `entropy` and the clip ratios then speak of the others, and a
   * mini-batch with nothing else makes no update (TRL's would: AdamW's momentum moves the weights on
   * a gradient of 0). @default true
   */
  readonly skipZeroAdvantages?: boolean;
  /**
   * Ends the step between two passes. Before the first update nothing has changed; a step of several
   * updates may end between two of them.
   */
  readonly signal?: AbortSignal;
}

/**
 * One GRPO step on a batch of scored rollouts: advantages (kept where every rollout has some), then
 * numIterations * stepsPerGeneration clipped updates of the policy's trainable variables. Passes over
 * parts of a mini-batch are normalised by the whole, so they equal one big pass.
 *
 * `bnpo` divides by the mini-batch's tokens, `dapo` by the batch's over stepsPerGeneration. Metrics:
 * those of `rolloutMetrics`; `loss`, `grad_norm` (means over the updates); `kl` (when beta is not 0),
 * `entropy`, `clip_ratio/{low,high,region}_mean` (means over the tokens of all updates);
 * `learning_rate`, `num_tokens`. A loss or gradient that is not finite throws before that update.
 */
export async function grpoStep(
  policy: Policy,
  optimizer: Optimizer,
  rollouts: readonly Rollout[],
  settings: GrpoStepSettings = {},
): Promise<StepMetrics> {
  const { signal } = settings;
  if (rollouts.length === 0) {
    throw inputError('grpoStep: expected at least one rollout, got none.');
  }
  const { numIterations = 1, stepsPerGeneration = 1, beta = 0, lossType = 'dapo' } = settings;
  const { learningRate = optimizer.settings.learningRate, scaleRewards = 'group' } = settings;
  const size = settings.perDeviceTrainBatchSize ?? 16;
  const temperature = settings.temperature ?? (rollouts[0].sampling.temperature || 1);
  const oldLogprobs = chooseOldLogprobs(rollouts, {
    choice: settings.oldLogprobs ?? 'auto',
    updates: numIterations * stepsPerGeneration,
    temperature,
  });
  const rows = makeRows(
    rollouts.every((rollout) => rollout.advantages)
      ? rollouts
      : assignAdvantages(rollouts, settings),
    { maskTruncated: settings.maskTruncatedCompletions ?? false },
  );
  const skips = beta === 0 && (settings.skipZeroAdvantages ?? true);
  const isTrained = (row: GrpoRow): boolean =>
    row.mask.some((counts, t) => counts === 1 && (!skips || row.advantages[t] !== 0));
  const trained = rows.filter(isTrained);
  if (beta !== 0) {
    const reference = referenceModel(policy, settings.reference);
    const { refAdapterName: adapter } = settings;
    const base = adapter === undefined ? { useAdapter: false } : { adapter };
    await fillLogprobs(
      trained,
      size,
      'refLogprobs',
      (part) =>
        completionLogprobs(reference, part, {
          temperature,
          ...(reference === policy ? base : {}),
        }),
      signal,
    );
  }
  if (oldLogprobs === 'recomputed') {
    await fillLogprobs(
      trained,
      size,
      'oldLogprobs',
      (part) => completionLogprobs(policy, part, { temperature }),
      signal,
    );
  }

  const batchTokens = countedTokens(rows);
  const places = new Map(rows.map((row, place) => [row, place]));
  const sums = { loss: 0, gradNorm: 0, tokens: 0, entropy: 0, kl: 0, clipLow: 0, clipHigh: 0 };
  let updates = 0;
  for (let iteration = 0; iteration < numIterations; iteration++) {
    for (const minibatch of minibatches(rows, stepsPerGeneration)) {
      updates++;
      const parts = passes(minibatch.filter(isTrained), size);
      if (parts.length === 0) continue;
      const lossOptions: GrpoLossOptions = {
        epsilon: settings.epsilon,
        epsilonHigh: settings.epsilonHigh,
        beta,
        lossType,
        maxCompletionLength: settings.maxCompletionLength ?? rollouts[0].sampling.maxNewTokens,
        tokensInBatch:
          lossType === 'dapo' ? batchTokens / stepsPerGeneration : countedTokens(minibatch),
        sequencesInBatch: minibatch.length,
      };
      const lossOf = (part: readonly GrpoRow[]): tf.Scalar => {
        const { logprobs, entropy } = completionLogprobs(policy, part, {
          temperature,
          gradientCheckpointing: settings.gradientCheckpointing,
          dropout: {
            seed: `${settings.dropoutSeed ?? 0}/${optimizer.step}`,
            rows: part.map((row) => places.get(row) ?? 0),
          },
        });
        const completionMask = padded(part, (row) => row.mask);
        const inputs: GrpoLossInputs = {
          logprobs,
          oldLogprobs:
            oldLogprobs === 'current' ? undefined : padded(part, (row) => row.oldLogprobs),
          refLogprobs: beta === 0 ? undefined : padded(part, (row) => row.refLogprobs),
          advantages: padded(part, (row) => row.advantages),
          completionMask,
        };
        const result = grpoLoss(inputs, lossOptions);
        const tokens = countedTokens(part);
        sums.tokens += tokens;
        sums.entropy += valueOf(tf.sum(tf.mul(entropy, completionMask)));
        sums.kl += valueOf(result.kl) * tokens;
        sums.clipLow += valueOf(result.clipLow) * tokens;
        sums.clipHigh += valueOf(result.clipHigh) * tokens;
        return result.loss;
      };
      const { loss, gradients } = await accumulateGradients(
        policy,
        'grpoStep',
        parts,
        lossOf,
        signal,
      );
      sums.loss += loss;
      sums.gradNorm += optimizer.update(gradients, { learningRate });
    }
  }
  const perToken = (sum: number): number => sum / Math.max(1, sums.tokens);
  return {
    ...rolloutMetrics(rollouts, { scaleRewards }),
    loss: sums.loss / updates,
    grad_norm: sums.gradNorm / updates,
    ...(beta === 0 ? {} : { kl: perToken(sums.kl) }),
    entropy: sums.tokens > 0 ? perToken(sums.entropy) : sampledEntropy(rows),
    'clip_ratio/low_mean': perToken(sums.clipLow),
    'clip_ratio/high_mean': perToken(sums.clipHigh),
    'clip_ratio/region_mean': perToken(sums.clipLow + sums.clipHigh),
    learning_rate: learningRate,
    num_tokens: batchTokens,
  };
}

/** The frozen model of the KL term: the one given, else the policy with its adapter off. */
function referenceModel(policy: Policy, reference: Policy | undefined): Policy {
  if (reference) return reference;
  if (policy.adapter) return policy;
  throw inputError(
    'grpoStep: expected a reference model because beta is not 0, but all weights are trained and there is no adapter to switch off. Pass a frozen copy as reference, attach an adapter, or set beta to 0.',
  );
}

/** Where nothing was evaluated: minus the mean logprob of the sampled tokens, whose expectation is the entropy. */
function sampledEntropy(rows: readonly GrpoRow[]): number {
  const sum = rows.reduce(
    (total, { mask, oldLogprobs }) =>
      total - oldLogprobs.reduce((rowSum, value, t) => rowSum + value * mask[t], 0),
    0,
  );
  return sum / Math.max(1, countedTokens(rows));
}

function valueOf(scalar: tf.Tensor): number {
  return scalar.dataSync()[0];
}
