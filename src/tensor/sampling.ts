import * as tf from '@tensorflow/tfjs';
import type { SampledTokens, SampleTokensSettings } from './types.js';

/**
 * One token per row of `hidden` [N, D] under weight [V, D], as plain code: the fall-back and the
 * oracle of the native kernel. A row's draw depends on its logits and its uniform alone.
 */
export function sampleTokens(
  hidden: tf.Tensor2D,
  weight: tf.Tensor2D,
  uniforms: Float32Array,
  settings: SampleTokensSettings,
): SampledTokens {
  const rows = hidden.shape[0];
  const vocabulary = weight.shape[0];
  const result: SampledTokens = {
    ids: new Int32Array(rows),
    logprobs: new Float32Array(rows),
    plainLogprobs: new Float32Array(rows),
  };
  if (rows === 0) return result;
  const logits = tf.tidy(() => tf.matMul(hidden, weight, false, true).dataSync<'float32'>());
  for (let row = 0; row < rows; row++) {
    const drawn = sampleRow(
      logits.subarray(row * vocabulary, (row + 1) * vocabulary),
      uniforms[row],
      settings,
    );
    result.ids[row] = drawn.id;
    result.logprobs[row] = drawn.logprob;
    result.plainLogprobs[row] = drawn.plainLogprob;
  }
  return result;
}

/**
 * Temperature, then top-k, top-p, min-p (Hugging Face's order, each on what the one before left),
 * then the inverse of the cumulative distribution in order of token id. Double precision.
 */
export function sampleRow(
  logits: Float32Array,
  uniform: number,
  { temperature, topK, topP, minP }: SampleTokensSettings,
): { id: number; logprob: number; plainLogprob: number } {
  let best = 0;
  for (let id = 1; id < logits.length; id++) if (logits[id] > logits[best]) best = id;
  const top = logits[best];
  let plainMass = 0;
  for (const logit of logits) plainMass += Math.exp(logit - top);
  const plain = (id: number): number => logits[id] - top - Math.log(plainMass);
  if (temperature === 0) return { id: best, logprob: 0, plainLogprob: plain(best) };

  const weights = Float64Array.from(logits, (logit) => Math.exp((logit - top) / temperature));
  if (topK > 0 && topK < weights.length) {
    const threshold = weights.slice().sort()[weights.length - topK];
    dropBelow(weights, threshold);
  }
  if (topP < 1) keepNucleus(weights, topP);
  if (minP > 0) dropBelow(weights, minP); // the likeliest weighs exactly 1
  let mass = 0;
  for (const weight of weights) mass += weight;
  let target = uniform * mass;
  let id = best;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue;
    id = i; // the last kept token takes what rounding leaves
    target -= weights[i];
    if (target < 0) break;
  }
  return { id, logprob: Math.log(weights[id] / mass), plainLogprob: plain(id) };
}

function dropBelow(weights: Float64Array, threshold: number): void {
  for (let i = 0; i < weights.length; i++) if (weights[i] < threshold) weights[i] = 0;
}

/** The smallest set of likeliest tokens whose share reaches topP; ties in order of id. */
function keepNucleus(weights: Float64Array, topP: number): void {
  let mass = 0;
  for (const weight of weights) mass += weight;
  const order = Array.from(weights.keys())
    .filter((i) => weights[i] > 0)
    .sort((a, b) => weights[b] - weights[a] || a - b);
  let kept = 0;
  for (const i of order) {
    if (kept >= topP * mass && kept > 0) weights[i] = 0;
    else kept += weights[i];
  }
}
