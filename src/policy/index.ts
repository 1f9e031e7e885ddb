/** The policy: a decoder with its tokenizer, adapter, sampling, and its files in and out. */
export type {
  Adapter,
  AdapterPair,
  AdapterSettings,
  Policy,
  PolicyConfig,
  PolicySource,
  PolicyTokenizer,
  RopeScaling,
  TokenizerFiles,
  TokenSequence,
} from './types.js';
export { createPolicy, loadPolicy } from './policy.js';
export type { LoadPolicyOptions } from './policy.js';
export { savePolicy } from './save.js';
export { parseHubId } from './hub-id.js';
export type { HubId } from './hub-id.js';
export { adapterFolder, modelFolder, tokenizerFolder } from './sources.js';
export type { SourceOptions, SourceProgress } from './sources.js';
export { attachAdapter, deleteAdapter, detachAdapter, setActiveAdapter } from './adapter.js';
export type { AttachOptions } from './adapter.js';
export { baseOfAdapter, loadAdapter, saveAdapter } from './adapter-files.js';
export type { LoraDropout } from './lora-dropout.js';
export { mergeAdapter, mergedConfig } from './merge.js';
export { trainableVariables } from './variables.js';
export { hiddenStates } from './decoder.js';
export { outputOperands, outputWeight } from './output-layer.js';
export type { ForwardOptions } from './decoder.js';
export { completionLogprobs } from './logprobs.js';
export type { CompletionLogprobs } from './logprobs.js';
export { samplePolicy, streamPolicy } from './sampling.js';
export { checkSamplingSettings } from './sampling-settings.js';
export type { Sample, SampleEvent, SampleOptions, SampleRequest } from './sampling.js';
export { nativeGenerator } from './generator.js';
export type { GenerateOptions, GenerateRequest, Generation, TextGenerator } from './generator.js';
export { loadOnnxGenerator } from './generators/onnx.js';
export type { OnnxOptions } from './generators/onnx.js';
export { openRemoteGenerator } from './generators/remote.js';
export type { RemoteOptions } from './generators/remote.js';
export { trainByteLevelBpe } from './bpe.js';
export { loadTokenizer, tokenizerFromFiles } from './tokenizer.js';
export { configToJson, parseConfig } from './config.js';
export { openSafetensors, safetensorsChunks } from './safetensors.js';
export type { NamedTensor, SafetensorsFile } from './safetensors.js';
export { decodeBytes } from './utf8.js';
export type { DecodedBytes } from './utf8.js';
