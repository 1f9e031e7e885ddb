import {
  checkKtoOptions,
  ktoLoss,
  ktoReferencePoint,
  type KtoLossOptions,
} from '../algorithms/index.js';
import type { UnpairedExample } from '../datasets/index.js';
import { inputError } from '../errors.js';
import { completionLogprobs, type Policy } from '../policy/index.js';
import { tf } from '../tensor/index.js';
import { mismatchedIndices, type KlPairing, type KtoExample } from './kto-pairing.js';
import type { StepMetrics } from './metrics.js';
import type { Optimizer } from './optimizer.js';
import {
  evaluateLogprobs,
  forwardSequences,
  referenceSums,
  weightedSequence,
  type PreferenceStepSettings,
  type WeightedSequence,
} from './preference-batch.js';
import { runningSums } from './preference-metrics.js';
import { measureBatch, updateOnBatch, type PreferenceBatch } from './preference-step.js';
import { fillReference, type ReferenceSettings } from './reference-logprobs.js';

/** TRL's KTOConfig in camelCase, with its meaning and, unless it says so, its default. */
export interface KtoStepSettings
  extends PreferenceStepSettings, ReferenceSettings, Omit<KtoLossOptions, 'examplesInBatch'> {
  /**
   * Which completion stands beside which prompt for z0, where the examples do not say
   * (`withMismatched`). TRL's is `rotation`. @default 'distinct_prompts'
   */
  readonly klPairing?: KlPairing;
}

/**
 * One KTO update on a batch of wanted and unwanted completions (`ktoLoss`). Sums of log-probabilities
 * are weighted by the completions' token weights, under policy and reference alike; weights of 1, the
 * default, are plain KTO to the bit. z0 is of the whole batch: it is estimated first, without gradient
 * and dropout, so passes over parts equal one big pass (TRL: of each pass). A batch with one side only
 * is learned from.
 * @returns TRL's `loss`, `kl` (z0), `rewards/{chosen,rejected,margins}`, `logps/{chosen,rejected}`
 * (those of a side that is there), `entropy`, `grad_norm`, `learning_rate`; `rewards/accuracies`, the
 * share of completions on their side of z0; `num_tokens` of the completions in this batch. A loss or
 * gradient that is not finite throws before the update.
 */
export async function ktoStep(
  policy: Policy,
  optimizer: Optimizer,
  examples: readonly KtoExample[],
  settings: KtoStepSettings = {},
): Promise<StepMetrics> {
  const batch = await ktoBatch('ktoStep', policy, examples, settings);
  return updateOnBatch('ktoStep', policy, optimizer, batch, settings);
}

/** The loss and metrics of `ktoStep` without an update: for held-out examples. */
export async function ktoMetrics(
  policy: Policy,
  examples: readonly KtoExample[],
  settings: KtoStepSettings = {},
): Promise<StepMetrics> {
  const batch = await ktoBatch('ktoMetrics', policy, examples, settings);
  return measureBatch('ktoMetrics', batch, settings);
}

interface KtoRow extends WeightedSequence {
  label: boolean;
}

async function ktoBatch(
  where: string,
  policy: Policy,
  examples: readonly KtoExample[],
  settings: KtoStepSettings,
): Promise<PreferenceBatch<KtoRow>> {
  checkKtoOptions(settings);
  if (examples.length === 0) {
    throw inputError(`${where}: expected at least one example, got none.`);
  }
  const { perDeviceTrainBatchSize: size, signal } = settings;
  const rows = examples.map((example, row): KtoRow => ({
    ...weightedSequence(`${where}: example ${example.id ?? row}`, { ...example, row }),
    label: example.label,
  }));
  await fillReference(where, policy, rows, { ...settings, size, signal });
  const kl =
    (settings.lossType ?? 'kto') === 'kto'
      ? await referencePoint(where, policy, examples, settings)
      : 0;
  const options: KtoLossOptions = { ...settings, examplesInBatch: rows.length };
  const sums = runningSums();
  const counts = { chosen: 0, rejected: 0 };
  for (const { label } of rows) counts[label ? 'chosen' : 'rejected']++;
  return {
    rows,
    metrics: () => sideMetrics(sums.means(1), counts, kl),
    lossOf(part, update) {
      const forward = forwardSequences(policy, part, update);
      const { logps } = forward;
      const labels = part.map(({ label }) => label);
      const { loss, rewards } = ktoLoss(
        { logps, refLogps: referenceSums(part), labels, kl },
        options,
      );
      const wanted = tf.tensor1d(labels.map(Number));
      const unwanted = tf.sub(1, wanted);
      const sides = tf.sub(tf.mul(wanted, 2), 1); // 1 and -1
      const beyond = tf.mul(tf.sub(rewards, kl * (settings.beta ?? 0.1)), sides);
      sums.addEntropy(forward);
      sums.add({
        'rewards/chosen': tf.mul(rewards, wanted),
        'rewards/rejected': tf.mul(rewards, unwanted),
        'rewards/accuracies': tf.cast(tf.greater(beyond, 0), 'float32'),
        'logps/chosen': tf.mul(logps, wanted),
        'logps/rejected': tf.mul(logps, unwanted),
      });
      return loss;
    },
  };
}

/** z0 of the batch, from the examples' own mismatched completions or those paired here. */
async function referencePoint(
  where: string,
  policy: Policy,
  examples: readonly KtoExample[],
  settings: KtoStepSettings,
): Promise<number> {
  const { perDeviceTrainBatchSize: size, signal, klPairing = 'distinct_prompts' } = settings;
  const bring = examples.some(({ mismatchedIds }) => mismatchedIds !== undefined);
  const partners = bring ? [] : mismatchedIndices(examples, klPairing);
  const mismatched = examples.flatMap((example, row): WeightedSequence[] => {
    const { promptIds, mismatchedIds, mismatchedWeights, refMismatchedLogps } = example;
    const partner: UnpairedExample | null = bring ? null : partnerOf(examples, partners[row]);
    const completionIds = partner?.completionIds ?? mismatchedIds;
    if (!completionIds) return [];
    const weights = partner ? partner.weights : mismatchedWeights;
    const refLogps = partner ? undefined : refMismatchedLogps;
    const name = `${where}: mismatched completion of example ${example.id ?? row}`;
    return [weightedSequence(name, { promptIds, completionIds, weights, refLogps, row })];
  });
  if (mismatched.length === 0) return 0;
  await fillReference(where, policy, mismatched, { ...settings, size, signal });
  const logps = await evaluateLogprobs(
    where,
    mismatched,
    size,
    (part) => completionLogprobs(policy, part),
    signal,
  );
  const weighted = (values: readonly number[], weights: readonly number[]): number =>
    values.reduce((sum, value, t) => sum + value * weights[t], 0);
  return ktoReferencePoint(
    mismatched.map(({ weights }, i) => weighted(logps[i], weights)),
    mismatched.map(({ weights, refLogps = [] }) => weighted(refLogps, weights)),
  );
}

function partnerOf(examples: readonly KtoExample[], index: number | null): KtoExample | null {
  return index === null ? null : examples[index];
}

/** Sums to means, each side over its own completions; a side that is not there has no metrics. */
function sideMetrics(
  sums: StepMetrics,
  counts: { readonly chosen: number; readonly rejected: number },
  kl: number,
): StepMetrics {
  const metrics: StepMetrics = { kl, entropy: sums.entropy, num_tokens: sums.num_tokens };
  for (const side of ['chosen', 'rejected'] as const) {
    if (counts[side] === 0) continue;
    metrics[`rewards/${side}`] = sums[`rewards/${side}`] / counts[side];
    metrics[`logps/${side}`] = sums[`logps/${side}`] / counts[side];
  }
  if (counts.chosen > 0 && counts.rejected > 0) {
    metrics['rewards/margins'] = metrics['rewards/chosen'] - metrics['rewards/rejected'];
  }
  metrics['rewards/accuracies'] = sums['rewards/accuracies'] / (counts.chosen + counts.rejected);
  return metrics;
}
