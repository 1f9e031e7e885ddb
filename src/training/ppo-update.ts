import { maskedMean, ppoPolicyLoss, ppoValueLoss } from '../algorithms/index.js';
import { inputError } from '../errors.js';
import {
  completionLogprobsAndValues,
  trainableVariables,
  valueHeadVariables,
  type Policy,
  type TrainableVariable,
  type ValueHead,
} from '../policy/index.js';
import { tf } from '../tensor/index.js';
import { accumulateGradients } from './gradients.js';
import type { StepMetrics } from './metrics.js';
import type { Optimizer } from './optimizer.js';
import { inPasses, padded } from './passes.js';
import { cutInto, requireCount, tokensOf, type PpoRow } from './ppo-batch.js';
import type { PpoUpdateSettings } from './ppo-settings.js';

/** What PPO trains: the policy's trainable variables and the value head's. Give it to `createOptimizer`. */
export function ppoVariables(policy: Policy, valueHead: ValueHead): TrainableVariable[] {
  return [...trainableVariables(policy), ...valueHeadVariables(valueHead)];
}

/**
 * The second half of a PPO step: numPpoEpochs * numMiniBatches updates of policy and value head on the
 * rows of `ppoExperience`.
 *   loss = `ppoPolicyLoss` + vfCoef * `ppoValueLoss` - entropyCoef * mean entropy
 * each a mean over the mini-batch's counted tokens, so that passes over its parts add up to one big
 * pass. TRL takes the mean of each pass instead, and averages those. No rows: no update.
 *
 * Metrics, means over the updates: `loss`, `grad_norm`, `loss/policy_avg`, `loss/value_avg`,
 * `policy/approxkl_avg`, `policy/clipfrac_avg`, `policy/entropy_avg`, `val/clipfrac_avg`, `val/ratio`;
 * `val/ratio_var`, the variance of the mini-batches' mean ratios (from two on); `learning_rate`,
 * `num_tokens`. A loss or gradient that is not finite throws before that update.
 */
export async function ppoUpdate(
  policy: Policy,
  valueHead: ValueHead,
  optimizer: Optimizer,
  rows: readonly PpoRow[],
  settings: PpoUpdateSettings = {},
): Promise<StepMetrics> {
  const { numPpoEpochs = 4, numMiniBatches = 1, random, signal } = settings;
  const { learningRate = optimizer.settings.learningRate, perDeviceTrainBatchSize = 16 } = settings;
  requireCount(numPpoEpochs, 'numPpoEpochs');
  const variables = ppoVariables(policy, valueHead);
  checkOptimizer(optimizer, variables);
  const updates: StepMetrics[] = [];
  for (let epoch = 0; epoch < numPpoEpochs; epoch++) {
    const ordered = random ? random.shuffle(rows) : rows;
    for (const minibatch of cutInto(ordered, numMiniBatches, 'numMiniBatches')) {
      const tokensInBatch = tokensOf(minibatch);
      const figures: StepMetrics = {};
      const { loss, gradients } = await accumulateGradients(
        variables,
        'ppoStep',
        inPasses('ppoStep', minibatch, perDeviceTrainBatchSize),
        (part) => {
          const options = { ...settings, tokensInBatch, update: optimizer.step };
          const { total, shares } = partLoss(policy, valueHead, part, options);
          for (const [name, share] of Object.entries(shares)) {
            figures[name] = (figures[name] ?? 0) + share.dataSync()[0];
          }
          return total;
        },
        signal,
      );
      const gradNorm = optimizer.update(gradients, { learningRate });
      updates.push({ loss, grad_norm: gradNorm, ...figures });
    }
  }
  return { ...averages(updates), learning_rate: learningRate, num_tokens: tokensOf(rows) };
}

/** The loss of a part of a mini-batch, and its share of what the update reports. */
function partLoss(
  policy: Policy,
  valueHead: ValueHead,
  part: readonly PpoRow[],
  options: PpoUpdateSettings & { readonly tokensInBatch: number; readonly update: number },
): { total: tf.Scalar; shares: Record<string, tf.Scalar> } {
  const { vfCoef = 0.1, entropyCoef = 0, tokensInBatch } = options;
  const {
    logprobs,
    values,
    entropy: entropies,
  } = completionLogprobsAndValues(policy, valueHead, part, {
    temperature: options.temperature,
    gradientCheckpointing: options.gradientCheckpointing,
    dropout: {
      seed: `${options.dropoutSeed ?? 0}/${options.update}`,
      rows: part.map(({ place }) => place),
    },
  });
  const completionMask = padded(part, (row) => row.mask);
  const ofPolicy = ppoPolicyLoss(
    {
      logprobs,
      oldLogprobs: padded(part, (row) => row.oldLogprobs),
      advantages: padded(part, (row) => row.advantages),
      completionMask,
    },
    options,
  );
  const ofValues = ppoValueLoss(
    {
      values,
      oldValues: padded(part, (row) => row.oldValues),
      returns: padded(part, (row) => row.returns),
      completionMask,
    },
    options,
  );
  const entropy = maskedMean(entropies, completionMask, tokensInBatch);
  const both = tf.add<tf.Scalar>(ofPolicy.loss, tf.mul(ofValues.loss, vfCoef));
  return {
    total: entropyCoef === 0 ? both : tf.sub(both, tf.mul(entropy, entropyCoef)),
    shares: {
      'loss/policy_avg': ofPolicy.loss,
      'loss/value_avg': ofValues.loss,
      'policy/approxkl_avg': ofPolicy.approxKl,
      'policy/clipfrac_avg': ofPolicy.clipFraction,
      'policy/entropy_avg': entropy,
      'val/clipfrac_avg': ofValues.clipFraction,
      'val/ratio': ofPolicy.ratio,
    },
  };
}

function averages(updates: readonly StepMetrics[]): StepMetrics {
  if (updates.length === 0) return {};
  const mean = (name: string): number =>
    updates.reduce((sum, figures) => sum + figures[name], 0) / updates.length;
  const metrics = Object.fromEntries(Object.keys(updates[0]).map((name) => [name, mean(name)]));
  const ratio = 'val/ratio';
  const squares = updates.reduce((sum, figures) => sum + (figures[ratio] - metrics[ratio]) ** 2, 0);
  if (updates.length > 1) metrics['val/ratio_var'] = squares / (updates.length - 1);
  return metrics;
}

/** An optimizer of the policy alone would leave the value head as it is, and say nothing. */
function checkOptimizer(optimizer: Optimizer, variables: readonly TrainableVariable[]): void {
  const missing = variables.find(({ name }) => !optimizer.names.includes(name));
  if (!missing) return;
  throw inputError(
    `ppoStep: expected an optimizer of the policy and its value head, got one without ${missing.name}. Make it by createOptimizer(ppoVariables(policy, valueHead), …), after attaching the adapter.`,
  );
}
