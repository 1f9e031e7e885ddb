import * as tf from '@tensorflow/tfjs';
import type { SampledTokens, SampleTokensSettings, SeenIds } from './types.js';

/**
 * One token per row of `hidden` [N, D] under weight [V, D], as plain code: the fall-back and the
 * oracle of the native kernel. A row's draw depends on its logits and its uniform alone.
 */
export function sampleTokens(
  hidden: tf.Tensor2D,
  weight: tf.Tensor2D,
  uniforms: Float32Array,
  settings: SampleTokensSettings,
  seen: SeenIds | null,
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
      seen?.ids.subarray(seen.starts[row], seen.starts[row + 1]),
    );
    result.ids[row] = drawn.id;
    result.logprobs[row] = drawn.logprob;
    result.plainLogprobs[row] = drawn.plainLogprob;
  }
  return result;
}

/**
 * Repetition penalty, then temperature, top-k, top-p, min-p, each on what the one before left: the
 * order in which transformers 5.18 lists its logits processors (`_get_logits_processor`). vLLM has
 * min-p before top-k. Then the inverse of the cumulative distribution in order of token id. Double precision, the penalty
 * in single precision as in the native kernel.
 * @param seen ids that the penalty is about
 */
export function sampleRow(
  plainLogits: Float32Array,
  uniform: number,
  { repetitionPenalty = 1, temperature, topK, topP, minP }: SampleTokensSettings,
  seen: Int32Array = noIds,
): { id: number; logprob: number; plainLogprob: number } {
  const plainTop = plainLogits[indexOfLargest(plainLogits)];
  let plainMass = 0;
  for (const logit of plainLogits) plainMass += Math.exp(logit - plainTop);
  const plain = (id: number): number => plainLogits[id] - plainTop - Math.log(plainMass);

  const { best, weights } = keptWeights(
    penalised(plainLogits, repetitionPenalty, seen),
    temperature,
    { topK, topP, minP },
  );
  if (weights === null) return { id: best, logprob: 0, plainLogprob: plain(best) };
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

/**
 * The log-probability of every token under the distribution that `sampleRow` draws from: [V], −Infinity
 * for what the settings leave out. Greedy, the likeliest has 0 and the others −Infinity.
 */
export function rowLogprobs(
  plainLogits: Float32Array,
  { repetitionPenalty = 1, temperature, topK, topP, minP }: SampleTokensSettings,
  seen: Int32Array = noIds,
): Float64Array {
  const logits = penalised(plainLogits, repetitionPenalty, seen);
  const { best, weights } = keptWeights(logits, temperature, { topK, topP, minP });
  if (weights === null) return Float64Array.from(logits, (_, id) => (id === best ? 0 : -Infinity));
  let mass = 0;
  for (const weight of weights) mass += weight;
  const shift = Math.log(mass);
  // Not the logarithm of the weight, which may have become 0 without being left out.
  const isOpen = topK === 0 && topP === 1 && minP === 0;
  return weights.map((weight, id) =>
    weight > 0 || isOpen ? (logits[id] - logits[best]) / temperature - shift : -Infinity,
  );
}

/** Temperature and truncation; what is left out weighs 0, the likeliest exactly 1. Greedy has no weights. */
function keptWeights(
  logits: Float32Array,
  temperature: number,
  { topK, topP, minP }: Pick<SampleTokensSettings, 'topK' | 'topP' | 'minP'>,
): { best: number; weights: Float64Array | null } {
  const best = indexOfLargest(logits);
  if (temperature === 0) return { best, weights: null };
  const top = logits[best];
  const weights = Float64Array.from(logits, (logit) => Math.exp((logit - top) / temperature));
  if (topK > 0 && topK < weights.length) {
    const threshold = weights.slice().sort()[weights.length - topK];
    dropBelow(weights, threshold);
  }
  if (topP < 1) keepNucleus(weights, topP);
  if (minP > 0) dropBelow(weights, minP);
  return { best, weights };
}

const noIds = new Int32Array(0);

/** The first of the largest. */
function indexOfLargest(logits: Float32Array): number {
  let best = 0;
  for (let id = 1; id < logits.length; id++) if (logits[id] > logits[best]) best = id;
  return best;
}

function penalised(logits: Float32Array, penalty: number, seen: Int32Array): Float32Array {
  if (penalty === 1 || seen.length === 0) return logits;
  const by = Math.fround(penalty);
  const changed = logits.slice();
  for (const id of seen) changed[id] = logits[id] > 0 ? logits[id] / by : logits[id] * by;
  return changed;
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
