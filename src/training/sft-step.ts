import { inputError } from '../errors.js';
import { completionLogprobs, type Policy, type TokenSequence } from '../policy/index.js';
import { tf } from '../tensor/index.js';
import { accumulateGradients } from './gradients.js';
import type { StepMetrics } from './metrics.js';
import type { Optimizer } from './optimizer.js';

export interface SftStepSettings {
  /** @default the optimizer's */
  readonly learningRate?: number;
  /** Sequences of one forward and backward pass; changes memory, not the result. @default all */
  readonly perDeviceTrainBatchSize?: number;
  /** Compute each layer again in the backward pass: less memory, the same update. @default false */
  readonly gradientCheckpointing?: boolean;
  /** Of the adapter's dropout, whose draws follow from it and the optimizer's step. @default 0 */
  readonly dropoutSeed?: number | string;
  /** Ends the step between two passes, with nothing updated. */
  readonly signal?: AbortSignal;
}

/**
 * One supervised update: minus the mean log-probability of the completion tokens, prompts excluded.
 *   loss = -sum over completion tokens of logprob / completion tokens of the whole batch
 * so that passes over parts of the batch add up to the big batch.
 * @returns `loss` (per token, before the update), `grad_norm`, `learning_rate`, `entropy`, `num_tokens`
 */
export async function sftStep(
  policy: Policy,
  optimizer: Optimizer,
  sequences: readonly TokenSequence[],
  settings: SftStepSettings = {},
): Promise<StepMetrics> {
  const { learningRate = optimizer.settings.learningRate, gradientCheckpointing } = settings;
  const size = settings.perDeviceTrainBatchSize ?? sequences.length;
  const tokens = completionTokens(sequences);
  if (tokens === 0) {
    throw inputError('sftStep: expected at least one completion token to learn from, got none.');
  }
  const parts: { start: number; part: TokenSequence[] }[] = [];
  for (let start = 0; start < sequences.length; start += size) {
    const part = sequences.slice(start, start + size);
    if (completionTokens(part) > 0) parts.push({ start, part });
  }
  let entropySum = 0;
  const { loss, gradients } = await accumulateGradients(
    policy,
    'sftStep',
    parts,
    ({ start, part }) => {
      const { logprobs, entropy, mask } = completionLogprobs(policy, part, {
        gradientCheckpointing,
        dropout: {
          seed: `${settings.dropoutSeed ?? 0}/${optimizer.step}`,
          rows: part.map((_, i) => start + i),
        },
      });
      entropySum += tf.sum(tf.mul(entropy, mask)).dataSync()[0];
      return tf.div(tf.neg(tf.sum(tf.mul(logprobs, mask))), tokens);
    },
    settings.signal,
  );
  const gradNorm = optimizer.update(gradients, { learningRate });
  return {
    loss,
    grad_norm: gradNorm,
    learning_rate: learningRate,
    entropy: entropySum / tokens,
    num_tokens: tokens,
  };
}

/**
 * The loss of `sftStep` without an update: for held-out data.
 * @param size sequences of one forward pass: memory, not the result
 */
export function sftLoss(
  policy: Policy,
  sequences: readonly TokenSequence[],
  size = sequences.length,
): number {
  const tokens = completionTokens(sequences);
  if (tokens === 0) {
    throw inputError('sftLoss: expected at least one completion token, got none.');
  }
  let sum = 0;
  for (let start = 0; start < sequences.length; start += size) {
    sum += tf.tidy(() => {
      const { logprobs, mask } = completionLogprobs(policy, sequences.slice(start, start + size));
      return tf.sum(tf.mul(logprobs, mask)).dataSync()[0];
    });
  }
  return -sum / tokens;
}

function completionTokens(sequences: readonly TokenSequence[]): number {
  return sequences.reduce((sum, { completionIds }) => sum + completionIds.length, 0);
}
