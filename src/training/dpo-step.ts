import { needsWholeBatch } from '../algorithms/index.js';
import type { PreferencePair } from '../datasets/index.js';
import type { Policy } from '../policy/index.js';
import { dpoBatch, type DpoStepSettings } from './dpo-batch.js';
import { withWholeBatchLoss } from './dpo-whole-batch.js';
import type { StepMetrics } from './metrics.js';
import type { Optimizer } from './optimizer.js';
import { measureBatch, updateOnBatch } from './preference-step.js';

/**
 * One DPO update on a batch of preference pairs (`dpoLoss`). Each side's log-probability is the sum of
 * weight · logprob over its tokens, with the same weights under the reference; weights of 1, the
 * default, are plain DPO to the bit. The reference's are those of the rows, else the live reference's.
 * Passes over parts of the batch are normalised by the whole, so they equal one big pass; TRL takes
 * the mean of the passes' own means.
 * @returns TRL's `loss`, `rewards/{chosen,rejected,accuracies,margins}`, `logps/{chosen,rejected}`,
 * `entropy` (over the tokens of both sides), `grad_norm`, `learning_rate`; `num_tokens` of both sides'
 * completions in this batch. A loss or gradient that is not finite throws before the update.
 */
export async function dpoStep(
  policy: Policy,
  optimizer: Optimizer,
  pairs: readonly PreferencePair[],
  settings: DpoStepSettings = {},
): Promise<StepMetrics> {
  const batch = await dpoBatch('dpoStep', policy, pairs, settings);
  if (!needsWholeBatch(settings.lossType ?? 'sigmoid')) {
    return updateOnBatch('dpoStep', policy, optimizer, batch, settings);
  }
  const whole = await withWholeBatchLoss('dpoStep', batch, settings, optimizer.step);
  const metrics = await updateOnBatch('dpoStep', policy, optimizer, whole, settings);
  return { ...metrics, loss: whole.loss };
}

/** The loss and metrics of `dpoStep` without an update: for held-out pairs. */
export async function dpoMetrics(
  policy: Policy,
  pairs: readonly PreferencePair[],
  settings: DpoStepSettings = {},
): Promise<StepMetrics> {
  const batch = await dpoBatch('dpoMetrics', policy, pairs, settings);
  if (!needsWholeBatch(settings.lossType ?? 'sigmoid')) {
    return measureBatch('dpoMetrics', batch, settings);
  }
  const whole = await withWholeBatchLoss('dpoMetrics', batch, settings);
  return { loss: whole.loss, ...whole.metrics() };
}
