import {
  grpoLoss,
  importanceSamplingRatio,
  type GrpoLossInputs,
  type GrpoLossOptions,
  type ImportanceSamplingOptions,
} from '../algorithms/index.js';
import { inputError } from '../errors.js';
import { completionLogprobs, type CompletionLogprobs, type Policy } from '../policy/index.js';
import type { Rollout } from '../records.js';
import { tf } from '../tensor/index.js';
import { accumulateGradients } from './gradients.js';
import {
  chooseOldLogprobs,
  countedTokens,
  fillRows,
  minibatches,
  topEntropyOf,
  type GrpoRow,
  type OldLogprobs,
} from './grpo-batch.js';
import { grpoMetrics, noSums, type GrpoSums } from './grpo-metrics.js';
import type { GrpoStepSettings } from './grpo-settings.js';
import type { StepMetrics } from './metrics.js';
import type { Optimizer } from './optimizer.js';
import { padded } from './passes.js';
import { samplingGap } from './sampling-gap.js';

/**
 * The updates of `grpoStep` on rows whose advantages may still be coming.
 * @param arrived waited for before a row's advantages are read; rows are asked for in order
 */
export async function grpoUpdates(
  policy: Policy,
  optimizer: Optimizer,
  batch: { readonly rollouts: readonly Rollout[]; readonly rows: readonly GrpoRow[] },
  settings: GrpoStepSettings,
  arrived: (row: GrpoRow) => Promise<unknown>,
): Promise<StepMetrics> {
  const { rollouts, rows } = batch;
  const { numIterations = 1, stepsPerGeneration = 1, beta = 0, entropyCoef = 0 } = settings;
  const { learningRate = optimizer.settings.learningRate } = settings;
  const { signal, lossType = 'dapo', topEntropyQuantile = 1 } = settings;
  const size = settings.perDeviceTrainBatchSize ?? 16;
  const temperature = settings.temperature ?? (rollouts[0].sampling.temperature || 1);
  const oldLogprobs = chooseOldLogprobs(rollouts, {
    choice: settings.oldLogprobs ?? 'auto',
    updates: numIterations * stepsPerGeneration,
    temperature,
    corrected: settings.vllmImportanceSamplingCorrection ?? false,
  });
  const skips = beta === 0 && entropyCoef === 0 && (settings.skipZeroAdvantages ?? true);
  const isTrained = (row: GrpoRow): boolean =>
    row.mask.some((counts, t) => counts === 1 && (!skips || row.advantages?.[t] !== 0));
  // Who is trained decides which rows share a pass: with skipping, that is known once all have arrived.
  if (skips && oldLogprobs === 'recomputed') for (const row of rows) await arrived(row);
  const trained = rows.filter(isTrained);
  if (beta !== 0) {
    const reference = referenceOf(policy, settings, temperature);
    await fillRows(trained, size, { logprobs: 'refLogprobs' }, reference, signal);
  }
  const corrected = settings.vllmImportanceSamplingCorrection ?? false;
  // The gap to the engine that sampled is of all its tokens, also of those that teach nothing.
  const recomputed = corrected ? rows.filter(({ mask }) => mask.includes(1)) : trained;
  if (oldLogprobs === 'recomputed') {
    const evaluate = (part: readonly GrpoRow[]): CompletionLogprobs =>
      completionLogprobs(policy, part, { temperature });
    await fillRows(recomputed, size, { logprobs: 'oldLogprobs' }, evaluate, signal);
  }

  const batchTokens = countedTokens(rows);
  const places = new Map(rows.map((row, place) => [row, place]));
  const evaluate = (part: readonly GrpoRow[]): CompletionLogprobs =>
    completionLogprobs(policy, part, {
      temperature,
      gradientCheckpointing: settings.gradientCheckpointing,
      dropout: {
        seed: `${settings.dropoutSeed ?? 0}/${optimizer.step}`,
        rows: part.map((row) => places.get(row) ?? 0),
      },
    });
  const sums = noSums();
  for (let iteration = 0; iteration < numIterations; iteration++) {
    for (const minibatch of minibatches(rows, stepsPerGeneration)) {
      sums.updates++;
      let topEntropy: { threshold?: number; tokens: number } = { tokens: countedTokens(minibatch) };
      if (topEntropyQuantile < 1) {
        const counted = minibatch.filter(({ mask }) => mask.includes(1));
        await fillRows(counted, size, { entropy: 'entropies' }, evaluate, signal);
        topEntropy = topEntropyOf(counted, topEntropyQuantile);
      }
      const lossOptions: GrpoLossOptions = {
        ...settings,
        lossType,
        maxCompletionLength: settings.maxCompletionLength ?? rollouts[0].sampling.maxNewTokens,
        tokensInBatch: ['dapo', 'cispo', 'vespo'].includes(lossType)
          ? batchTokens / stepsPerGeneration
          : countedTokens(minibatch),
        sequencesInBatch: minibatch.length,
        entropyThreshold: topEntropy.threshold,
        entropyTokensInBatch: topEntropy.tokens,
      };
      const lossOf = (part: readonly GrpoRow[]): tf.Scalar => {
        const evaluated = evaluate(part);
        const inputs = lossInputs(part, evaluated, oldLogprobs, settings);
        const result = grpoLoss(inputs, lossOptions);
        addSums(sums, result, evaluated, inputs, countedTokens(part));
        if (oldLogprobs !== 'current') addClipped(part, result.clippedTokens);
        return result.loss;
      };
      const { loss, gradients } = await accumulateGradients(
        policy,
        'grpoStep',
        arrivedPasses(minibatch, size, isTrained, arrived),
        lossOf,
        signal,
      );
      // Nothing in it to learn from: no update, rather than one by AdamW's momentum alone.
      if (gradients.size === 0) continue;
      sums.loss += loss;
      sums.gradNorm += optimizer.update(gradients, { learningRate });
    }
  }
  settings.onUpdated?.(
    rows.map((row) => ({
      countedTokens: numIterations * countedTokens([row]),
      clippedTokens: row.clippedTokens,
    })),
  );
  return {
    ...grpoMetrics(sums, rows, { lossType, beta }),
    ...(corrected ? samplingGap(recomputed, correctionOptions(settings)) : {}),
    learning_rate: learningRate,
    num_tokens: batchTokens,
  };
}

/** The rows that are trained, in order and in runs of at most `size`, each as soon as it is complete. */
async function* arrivedPasses(
  rows: readonly GrpoRow[],
  size: number,
  isTrained: (row: GrpoRow) => boolean,
  arrived: (row: GrpoRow) => Promise<unknown>,
): AsyncGenerator<GrpoRow[]> {
  if (!Number.isInteger(size) || size < 1) {
    throw inputError(
      `grpoStep: expected perDeviceTrainBatchSize to be a whole number of at least 1, got ${size}.`,
    );
  }
  let part: GrpoRow[] = [];
  for (const row of rows) {
    await arrived(row);
    if (!isTrained(row)) continue;
    part.push(row);
    if (part.length < size) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}

function lossInputs(
  part: readonly GrpoRow[],
  { logprobs, entropy }: CompletionLogprobs,
  choice: OldLogprobs,
  settings: GrpoStepSettings,
): GrpoLossInputs {
  const { beta = 0, entropyCoef = 0, topEntropyQuantile = 1 } = settings;
  const completionMask = padded(part, (row) => row.mask);
  const oldLogprobs = choice === 'current' ? undefined : padded(part, (row) => row.oldLogprobs);
  const inputs: GrpoLossInputs = {
    logprobs,
    oldLogprobs,
    refLogprobs: beta === 0 ? undefined : padded(part, (row) => row.refLogprobs),
    advantages: padded(part, (row) => row.advantages ?? []),
    completionMask,
    entropies: entropyCoef === 0 && topEntropyQuantile >= 1 ? undefined : entropy,
  };
  if (!settings.vllmImportanceSamplingCorrection || !oldLogprobs) return inputs;
  const samplingLogprobs = padded(part, (row) => row.samplingLogprobs);
  return {
    ...inputs,
    samplingLogprobs,
    importanceSamplingRatio: importanceSamplingRatio(
      oldLogprobs,
      samplingLogprobs,
      completionMask,
      correctionOptions(settings),
    ),
  };
}

function correctionOptions(settings: GrpoStepSettings): ImportanceSamplingOptions {
  return {
    mode: settings.vllmImportanceSamplingMode,
    clipMax: settings.vllmImportanceSamplingClipMax,
    clipMin: settings.vllmImportanceSamplingClipMin,
  };
}

function addSums(
  sums: GrpoSums,
  result: ReturnType<typeof grpoLoss>,
  { entropy }: CompletionLogprobs,
  { completionMask }: GrpoLossInputs,
  tokens: number,
): void {
  sums.tokens += tokens;
  sums.entropy += valueOf(tf.sum(tf.mul(entropy, completionMask)));
  sums.kl += valueOf(result.kl) * tokens;
  sums.clipLow += valueOf(result.clipLow) * tokens;
  sums.clipHigh += valueOf(result.clipHigh) * tokens;
}

function addClipped(part: readonly GrpoRow[], clipped: tf.Tensor1D): void {
  const counts = clipped.dataSync<'float32'>();
  part.forEach((row, index) => (row.clippedTokens += counts[index]));
}

/** The frozen model of the KL term: the one given, else the policy with its adapter off. */
function referenceOf(
  policy: Policy,
  { reference = policy, refAdapterName: adapter }: GrpoStepSettings,
  temperature: number,
): (part: readonly GrpoRow[]) => CompletionLogprobs {
  if (reference === policy && !policy.adapter) {
    throw inputError(
      'grpoStep: expected a reference model because beta is not 0, but all weights are trained and there is no adapter to switch off. Pass a frozen copy as reference, attach an adapter, or set beta to 0.',
    );
  }
  const base = adapter === undefined ? { useAdapter: false } : { adapter };
  return (part) =>
    completionLogprobs(reference, part, {
      temperature,
      ...(reference === policy ? base : {}),
    });
}

function valueOf(scalar: tf.Tensor): number {
  return scalar.dataSync()[0];
}
