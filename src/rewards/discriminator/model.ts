import { plattProbability, type Platt } from './calibration.js';
import { textFeatures, textNGrams, type FeatureOptions, type TextFeatures } from './features.js';

/**
 * A classifier that tells reference code from the policy's: logistic regression over n-grams.
 *   decision = w · x(text) + b,  P(reference | text) = 1 / (1 + exp(calibration.a decision + calibration.b))
 * P is for a mixture in which references and the policy's texts weigh the same.
 */
export interface Discriminator {
  features: FeatureOptions;
  /** [2^hashBits] above 0 speaks for the reference. */
  weights: Float32Array;
  bias: number;
  calibration: Platt;
}

/** P(reference | text), in [0, 1]. */
export function discriminatorProbability(model: Discriminator, text: string): number {
  return plattProbability(model.calibration, discriminatorDecision(model, text));
}

/** w · x + b, before calibration. */
export function discriminatorDecision(model: Discriminator, text: string): number {
  return decisionOf(model, textFeatures(text, model.features));
}

/** The same of features that were made before. */
export function decisionOf(
  { weights, bias }: Pick<Discriminator, 'weights' | 'bias'>,
  { buckets, values }: TextFeatures,
): number {
  let sum = bias;
  for (let k = 0; k < buckets.length; k++) sum += weights[buckets[k]] * values[k];
  return sum;
}

/** What one token of a text adds to the decision. */
export interface TokenShare {
  /** UTF-16 range in the text. */
  start: number;
  end: number;
  /** Below 0: speaks for the policy. */
  share: number;
  /** The n-gram over it that speaks loudest in the direction of `share`. */
  nGram: string;
}

/**
 * The decision taken apart: w_b x_b of a bucket in equal parts over the n-grams in it, that of an n-gram
 * in equal parts over its tokens. The shares add up to decision - b.
 * @returns one per token, and of the text's start and end, which are empty
 */
export function tokenShares(model: Discriminator, text: string): TokenShare[] {
  const { tokens, nGrams } = textNGrams(text, model.features);
  const { buckets, values } = textFeatures(text, model.features);
  const parts = new Map<number, number>();
  buckets.forEach((bucket, k) => parts.set(bucket, model.weights[bucket] * values[k]));
  const times = new Map<number, number>();
  for (const { bucket } of nGrams) times.set(bucket, (times.get(bucket) ?? 0) + 1);
  const over = tokens.map((): { share: number; nGram: string }[] => []);
  for (const { text: nGram, bucket, first, length } of nGrams) {
    const share = (parts.get(bucket) ?? 0) / (times.get(bucket) ?? 1) / length;
    for (let i = first; i < first + length; i++) over[i].push({ share, nGram });
  }
  return tokens.map(({ start, end }, i) => {
    const share = over[i].reduce((sum, part) => sum + part.share, 0);
    const sign = share < 0 ? -1 : 1;
    const [loudest] = [...over[i]].sort((a, b) => sign * (b.share - a.share));
    return { start, end, share, nGram: loudest.nGram };
  });
}
