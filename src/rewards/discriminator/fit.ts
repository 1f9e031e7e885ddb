import { inputError } from '../../errors.js';
import { fitPlatt, uncalibrated } from './calibration.js';
import {
  checkFeatureOptions,
  defaultFeatures,
  textFeatures,
  type FeatureOptions,
  type TextFeatures,
} from './features.js';
import { minimise } from './lbfgs.js';
import { balancedWeights, logisticLoss } from './logistic.js';
import { decisionOf, type Discriminator } from './model.js';

/** A text and whether it is a reference (else it is the policy's). */
export interface LabelledText {
  text: string;
  isReference: boolean;
}

export interface FitOptions extends Partial<FeatureOptions> {
  readonly language: FeatureOptions['language'];
  /** λ of (λ / 2) |w|²; the bias is not penalised. @default 1e-4 */
  readonly l2?: number;
  /** Steps of L-BFGS. @default 500 */
  readonly maxSteps?: number;
}

export const defaultL2 = 1e-4;

export interface FittedDiscriminator {
  /** Not calibrated yet: its probabilities are 1 / (1 + exp(-decision)). */
  model: Discriminator;
  loss: number;
  steps: number;
  converged: boolean;
}

/**
 * Logistic regression with an L2 penalty on the n-grams of the texts, both classes weighing the same
 * (`balancedWeights`), minimised over all texts at once: no draws, so the same texts in the same order
 * give the same bits. Weights are kept as float32, as they are saved.
 */
export function fitDiscriminator(
  texts: readonly LabelledText[],
  options: FitOptions,
): FittedDiscriminator {
  const { l2 = defaultL2, maxSteps = 500, ...given } = options;
  const features: FeatureOptions = { ...defaultFeatures, ...given };
  checkFeatureOptions('fitDiscriminator', features);
  if (!(Number.isFinite(l2) && l2 > 0))
    throw inputError(
      `fitDiscriminator: expected l2 above 0, got ${l2}. Without a penalty the weights of texts that can be told apart grow without end.`,
    );
  const labels = labelsOf('fitDiscriminator', texts);
  // Only buckets that occur are fitted: the others have no part in the loss but their penalty.
  const rows = texts.map(({ text }) => textFeatures(text, features));
  const used = Uint32Array.from(new Set(rows.flatMap(({ buckets }) => [...buckets]))).sort();
  const place = new Map(Array.from(used, (bucket, at) => [bucket, at]));
  const narrow = rows.map(({ buckets, values }): TextFeatures => ({
    buckets: buckets.map((bucket) => place.get(bucket) ?? 0),
    values,
  }));
  const data = { rows: narrow, labels, weights: balancedWeights(labels) };
  const { at, value, steps, converged } = minimise(
    (parameters, gradient) => logisticLoss(data, l2, parameters, gradient),
    new Float64Array(used.length + 1),
    { maxSteps },
  );
  const weights = new Float32Array(2 ** features.hashBits);
  used.forEach((bucket, i) => (weights[bucket] = at[i]));
  return {
    model: { features, weights, bias: at[used.length], calibration: uncalibrated },
    loss: value,
    steps,
    converged,
  };
}

/** The model with Platt scaling fitted on texts that it was not trained on, both classes weighing the same. */
export function calibrateDiscriminator(
  model: Discriminator,
  texts: readonly LabelledText[],
): Discriminator {
  const labels = labelsOf('calibrateDiscriminator', texts);
  const decisions = texts.map(({ text }) => decisionOf(model, textFeatures(text, model.features)));
  return { ...model, calibration: fitPlatt(decisions, labels, balancedWeights(labels)) };
}

function labelsOf(where: string, texts: readonly LabelledText[]): boolean[] {
  const labels = texts.map(({ isReference }) => isReference);
  const references = labels.filter((label) => label).length;
  if (references === 0 || references === labels.length)
    throw inputError(
      `${where}: expected references and the policy's texts, got ${references} references and ${labels.length - references} other texts.`,
    );
  return labels;
}
