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
export { savePolicy } from './folder/save.js';
export { parseHubId } from '../hub/id.js';
export type { HubId } from '../hub/id.js';
export { adapterFolder, modelFolder, tokenizerFolder } from './hub/sources.js';
export type { SourceOptions, SourceProgress } from './hub/source.js';
export {
  attachAdapter,
  deleteAdapter,
  detachAdapter,
  setActiveAdapter,
} from './adapters/adapter.js';
export type { AttachOptions } from './adapters/adapter.js';
export { baseOfAdapter, loadAdapter, saveAdapter } from './adapters/files.js';
export type { LoraDropout } from './adapters/dropout.js';
export { mergeAdapter, mergedConfig } from './adapters/merge.js';
export { trainableVariables } from './decoder/variables.js';
export type { TrainableVariable } from './decoder/variables.js';
export { hiddenStates } from './decoder/decoder.js';
export { outputOperands, outputWeight } from './decoder/output-layer.js';
export type { ForwardOptions } from './decoder/decoder.js';
export { completionLogprobs, completionLogprobsAndValues } from './decoder/logprobs.js';
export type { CompletionLogprobs } from './decoder/logprobs.js';
export { createValueHead, loadValueHead, saveValueHead, valueHeadVariables } from './value-head.js';
export type { ValueHead } from './value-head.js';
export { samplePolicy, streamPolicy } from './sampling/sampling.js';
export { checkSamplingSettings } from './sampling/settings.js';
export type { Sample, SampleEvent, SampleOptions, SampleRequest } from './sampling/sample.js';
export { nativeGenerator } from './generators/generator.js';
export type {
  GenerateOptions,
  GenerateRequest,
  Generation,
  TextGenerator,
} from './generators/generator.js';
export { loadOnnxGenerator } from './generators/onnx.js';
export type { OnnxOptions } from './generators/onnx.js';
export { openRemoteGenerator } from './generators/remote.js';
export type { RemoteOptions } from './generators/remote.js';
export { openRemoteAdapters } from './generators/remote-adapters.js';
export type { AdapterPush, RemoteAdapters } from './generators/remote-adapters.js';
export { trainByteLevelBpe } from './tokenizer/bpe.js';
export { loadTokenizer, tokenizerFromFiles } from './tokenizer/tokenizer.js';
export { configToJson, parseConfig } from './folder/config.js';
export { openSafetensors, safetensorsChunks } from './folder/safetensors.js';
export type { SavedType } from './folder/safetensors-chunks.js';
export type { SafetensorsFile } from './folder/safetensors.js';
export type { NamedTensor } from './folder/named-tensor.js';
export { decodeBytes } from './tokenizer/utf8.js';
export type { DecodedBytes } from './tokenizer/utf8.js';
