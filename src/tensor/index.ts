/** Tensors: the choice of a tfjs backend, and the operations a decoder is made of. */
import * as tf from '@tensorflow/tfjs';

export { tf };
export { selectBackend } from './backend.js';
export type { BackendChoice, BackendName, MatmulPrecision } from './backend.js';
export { checkpoint } from './checkpoint.js';
export {
  adamwStep,
  bf16Memory,
  cachedAttention,
  causalAttention,
  createDecoder,
  embedding,
  globalNorm,
  heldInBf16,
  linear,
  rmsNorm,
  rotary,
  sampleTokens,
  swiglu,
  tokenLogprobs,
} from './operations.js';
export { rowLogprobs, sampleRow } from './sampling.js';
export { createKvCache } from './kv-cache.js';
export type { KvCache, KvCacheDims } from './kv-cache.js';
export type {
  AdamwSettings,
  AttentionDims,
  Decoder,
  DecoderLayer,
  DecoderProjection,
  DecoderWeights,
  LoraPair,
  RotaryTable,
  SampledTokens,
  SampleTokensSettings,
  SeenIds,
  TokenLogprobs,
} from './types.js';
export { nextTurn } from './turn.js';
