/** The policy: a decoder with its tokenizer, adapter, sampling, and its files in and out. */
export type {
  Adapter,
  AdapterPair,
  Policy,
  PolicyConfig,
  PolicyTokenizer,
  RopeScaling,
  TokenizerFiles,
  TokenSequence,
} from './types.js';
export { createPolicy, loadPolicy, savePolicy } from './policy.js';
export { attachAdapter, detachAdapter, loadAdapter, saveAdapter } from './adapter.js';
export { trainableVariables } from './variables.js';
export { hiddenStates, outputWeight } from './decoder.js';
export type { ForwardOptions } from './decoder.js';
export { completionLogprobs } from './logprobs.js';
export type { CompletionLogprobs } from './logprobs.js';
export { samplePolicy, streamPolicy } from './sampling.js';
export type { Sample, SampleEvent, SampleOptions, SampleRequest } from './sampling.js';
export { nativeGenerator } from './generator.js';
export type { GenerateOptions, GenerateRequest, Generation, TextGenerator } from './generator.js';
export { loadOnnxGenerator } from './generators/onnx.js';
export type { OnnxOptions } from './generators/onnx.js';
export { trainByteLevelBpe } from './bpe.js';
export { loadTokenizer, tokenizerFromFiles } from './tokenizer.js';
export { configToJson, parseConfig } from './config.js';
export { openSafetensors, safetensorsChunks } from './safetensors.js';
export type { NamedTensor, SafetensorsFile } from './safetensors.js';
export { decodeBytes } from './utf8.js';
export type { DecodedBytes } from './utf8.js';
