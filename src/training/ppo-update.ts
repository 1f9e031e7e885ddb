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
  const { vfCoef = 0.1, entropyCoef = 0, perDeviceTrainBatchSize: size = 16 } = settings;
  const { learningRate = optimizer.settings.learningRate } = settings;
  requireCount(numPpoEpochs, 'numPpoEpochs');
  const variables = ppoVariables(policy, valueHead);
  checkOptimizer(optimizer, variables);
  const updates: UpdateFigures[] = [];
  for (let epoch = 0; epoch < numPpoEpochs; epoch++) {
    const ordered = random ? random.shuffle(rows) : rows;
    for (const minibatch of cutInto(ordered, numMiniBatches, 'numMiniBatches')) {
      const tokensInBatch = tokensOf(minibatch);
      const figures = noFigures();
      const lossOf = (part: readonly PpoRow[]): tf.Scalar => {
        const outputs = completionLogprobsAndValues(policy, valueHead, part, {
          temperature: settings.temperature,
          gradientCheckpointing: settings.gradientCheckpointing,
          dropout: {
            seed: `${settings.dropoutSeed ?? 0}/${optimizer.step}`,
            rows: part.map(({ place }) => place),
          },
        });
        const { logprobs, values, entropy: entropies } = outputs;
        const completionMask = padded(part, (row) => row.mask);
        const ofPolicy = ppoPolicyLoss(
          {
            logprobs,
            oldLogprobs: padded(part, (row) => row.oldLogprobs),
            advantages: padded(part, (row) => row.advantages),
            completionMask,
          },
          { ...settings, tokensInBatch },
        );
        const ofValues = ppoValueLoss(
          {
            values,
            oldValues: padded(part, (row) => row.oldValues),
            returns: padded(part, (row) => row.returns),
            completionMask,
          },
          { ...settings, tokensInBatch },
        );
        const entropy = maskedMean(entropies, completionMask, tokensInBatch);
        figures.policyLoss += valueOf(ofPolicy.loss);
        figures.approxKl += valueOf(ofPolicy.approxKl);
        figures.clipFraction += valueOf(ofPolicy.clipFraction);
        figures.ratio += valueOf(ofPolicy.ratio);
        figures.valueLoss += valueOf(ofValues.loss);
        figures.valueClipFraction += valueOf(ofValues.clipFraction);
        figures.entropy += valueOf(entropy);
        const both = tf.add<tf.Scalar>(ofPolicy.loss, tf.mul(ofValues.loss, vfCoef));
        return entropyCoef === 0 ? both : tf.sub(both, tf.mul(entropy, entropyCoef));
      };
      const { loss, gradients } = await accumulateGradients(
        variables,
        'ppoStep',
        inPasses('ppoStep', minibatch, size),
        lossOf,
        signal,
      );
      figures.loss = loss;
      figures.gradNorm = optimizer.update(gradients, { learningRate });
      updates.push(figures);
    }
  }
  return {
    ...averages(updates),
    learning_rate: learningRate,
    num_tokens: tokensOf(rows),
  };
}

/** What one update reports; sums over its passes. */
interface UpdateFigures {
  loss: number;
  gradNorm: number;
  policyLoss: number;
  valueLoss: number;
  approxKl: number;
  clipFraction: number;
  valueClipFraction: number;
  entropy: number;
  ratio: number;
}

function noFigures(): UpdateFigures {
  return {
    loss: 0,
    gradNorm: 0,
    policyLoss: 0,
    valueLoss: 0,
    approxKl: 0,
    clipFraction: 0,
    valueClipFraction: 0,
    entropy: 0,
    ratio: 0,
  };
}

function averages(updates: readonly UpdateFigures[]): StepMetrics {
  if (updates.length === 0) return {};
  const mean = (figure: keyof UpdateFigures): number =>
    updates.reduce((sum, figures) => sum + figures[figure], 0) / updates.length;
  const ratio = mean('ratio');
  const squares = updates.reduce((sum, figures) => sum + (figures.ratio - ratio) ** 2, 0);
  return {
    loss: mean('loss'),
    grad_norm: mean('gradNorm'),
    'loss/policy_avg': mean('policyLoss'),
    'loss/value_avg': mean('valueLoss'),
    'policy/approxkl_avg': mean('approxKl'),
    'policy/clipfrac_avg': mean('clipFraction'),
    'policy/entropy_avg': mean('entropy'),
    'val/clipfrac_avg': mean('valueClipFraction'),
    'val/ratio': ratio,
    ...(updates.length > 1 ? { 'val/ratio_var': squares / (updates.length - 1) } : {}),
  };
}

/** An optimizer of the policy alone would leave the value head as it is, and say nothing. */
function checkOptimizer(optimizer: Optimizer, variables: readonly TrainableVariable[]): void {
  const missing = variables.find(({ name }) => !optimizer.names.includes(name));
  if (!missing) return;
  throw inputError(
    `ppoStep: expected an optimizer of the policy and its value head, got one without ${missing.name}. Make it by createOptimizer(ppoVariables(policy, valueHead), …), after attaching the adapter.`,
  );
}

function valueOf(scalar: tf.Tensor): number {
  return scalar.dataSync()[0];
}
