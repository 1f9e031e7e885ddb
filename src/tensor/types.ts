import type * as tf from '@tensorflow/tfjs';

/** A low-rank update of a linear layer: y += scale · (x Aᵀ) Bᵀ. */
export interface LoraPair {
  /** [r, in] */
  a: tf.Tensor2D;
  /** [out, r] */
  b: tf.Tensor2D;
  scale: number;
}

/** Cosines and sines of the rotary embedding, row-major [maxPositions, headDim / 2]. */
export interface RotaryTable {
  cos: Float32Array;
  sin: Float32Array;
  headDim: number;
  maxPositions: number;
}

export interface AttentionDims {
  heads: number;
  /** Divides `heads`: query head h reads key/value head floor(h · kvHeads / heads). */
  kvHeads: number;
  headDim: number;
}

export interface TokenLogprobs {
  /** [M] log-probability of each target. */
  logprobs: tf.Tensor1D;
  /** [M] entropy of each distribution, in nats. */
  entropy: tf.Tensor1D;
}

/** `SamplingSettings` of the records, as far as they shape the distribution; applied in this order. */
export interface SampleTokensSettings {
  /** Of the ids in `SeenIds`: a logit above 0 is divided by it, another one multiplied. @default 1 */
  repetitionPenalty?: number;
  /** 0 = greedy (the lowest id wins a tie). */
  temperature: number;
  /** Keep the k most likely tokens, ties included; 0 = off. */
  topK: number;
  /** Keep the smallest set of most likely tokens whose mass reaches topP; 1 = off. */
  topP: number;
  /** Keep tokens at least minP times as likely as the likeliest; 0 = off. */
  minP: number;
}

/** For each of N rows the ids that its repetition penalty is about. */
export interface SeenIds {
  /** Row after row, each id once in a row. */
  ids: Int32Array;
  /** [N + 1] where a row starts in `ids`, and the end. */
  starts: Int32Array;
}

export interface SampledTokens {
  /** [N] */
  ids: Int32Array;
  /** [N] under the distribution that was sampled (penalty, temperature and filters applied). */
  logprobs: Float32Array;
  /** [N] under the model itself (no penalty, temperature 1, nothing filtered). */
  plainLogprobs: Float32Array;
}

/** A linear layer of a decoder: weight [out, in], bias [out]. */
export interface DecoderProjection {
  weight: tf.Tensor2D;
  bias: tf.Tensor1D | null;
  lora: LoraPair | null;
}

export interface DecoderLayer {
  /** [D] before attention, and before the feed-forward part. */
  norm1: tf.Tensor1D;
  norm2: tf.Tensor1D;
  q: DecoderProjection;
  k: DecoderProjection;
  v: DecoderProjection;
  o: DecoderProjection;
  gate: DecoderProjection;
  up: DecoderProjection;
  down: DecoderProjection;
}

/** Everything that a token passes on its way to its successor. */
export interface DecoderWeights {
  dims: AttentionDims & { hidden: number; intermediate: number; vocabulary: number };
  /** Of every RMSNorm. */
  eps: number;
  /** [V, D] */
  embedding: tf.Tensor2D;
  /** [V, D]; the embedding again where they are tied. */
  head: tf.Tensor2D;
  norm: tf.Tensor1D;
  layers: DecoderLayer[];
}

/** A decoder that samples against one cache, for as long as its weights stay where they are. */
export interface Decoder {
  /**
   * One token for every row: row i is token ids[i] of slot slots[i] at positions[i], each slot at
   * most once. Keys and values go to the cache; uniforms[i] decides the draw of row i alone.
   * @param seen needed for a repetition penalty; without it there is none. @default null
   */
  step(
    ids: Int32Array,
    slots: Int32Array,
    positions: Int32Array,
    uniforms: Float32Array,
    settings: SampleTokensSettings,
    seen?: SeenIds | null,
  ): SampledTokens;
}

export interface AdamwSettings {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  /** Decoupled: the variable shrinks by learningRate · weightDecay. */
  weightDecay: number;
  /** 1 for the first update. */
  step: number;
}
