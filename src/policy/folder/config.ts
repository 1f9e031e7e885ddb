import { inputError } from '../../errors.js';
import { isObject } from './files.js';
import type { SavedType } from './safetensors-chunks.js';
import type { PolicyConfig, RopeScaling } from '../types.js';

/**
 * Reads a Hugging Face `config.json` of the Qwen2 or Llama family. Both spellings are read:
 * `rope_theta`/`rope_scaling` (transformers 4) and `rope_parameters` (transformers 5). What the
 * decoder does not compute is refused by name, never ignored.
 */
export function parseConfig(json: Record<string, unknown>, where: string): PolicyConfig {
  const modelType = json.model_type;
  if (modelType !== 'qwen2' && modelType !== 'llama') {
    throw inputError(
      `${where}: model_type ${modelType === undefined ? 'is missing' : `${JSON.stringify(modelType)} is not supported`}; expected "qwen2" (Qwen2, Qwen2.5, Coder) or "llama" (Llama 2 and 3, DeepSeek-Coder, SmolLM2, TinyLlama). For other models sample from a server that runs them.`,
    );
  }
  refuseUnsupported(json, modelType, where);

  const number = (key: string, fallback?: number): number => readNumber(json, key, where, fallback);
  const hiddenSize = number('hidden_size');
  const heads = number('num_attention_heads');
  const maxPositions = number('max_position_embeddings');
  const eosTokenIds = readIds(json.eos_token_id, 'eos_token_id', where);
  const bosTokenIds = readIds(json.bos_token_id, 'bos_token_id', where);
  const config: PolicyConfig = {
    modelType,
    vocabSize: number('vocab_size'),
    hiddenSize,
    intermediateSize: number('intermediate_size'),
    layers: number('num_hidden_layers'),
    heads,
    kvHeads: number('num_key_value_heads', heads),
    headDim: number('head_dim', hiddenSize / heads),
    rmsNormEps: number('rms_norm_eps', 1e-6),
    ...readRope(json, maxPositions, where),
    maxPositions,
    // Hugging Face's default for both families is false; only true ties.
    tieWordEmbeddings: json.tie_word_embeddings === true,
    attentionBias: modelType === 'qwen2' || json.attention_bias === true,
    bosTokenId: bosTokenIds[0] ?? null,
    eosTokenIds,
    padTokenId: readPad(json.pad_token_id, eosTokenIds[0] ?? 0, where),
  };
  checkConfig(config, where);
  return config;
}

/** The shapes must fit together before a tensor is made. */
export function checkConfig(config: PolicyConfig, where: string): void {
  const positive: (keyof PolicyConfig)[] = [
    'vocabSize',
    'hiddenSize',
    'intermediateSize',
    'layers',
    'heads',
    'kvHeads',
    'headDim',
    'maxPositions',
  ];
  for (const key of positive) {
    const value = config[key];
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) {
      throw inputError(
        `${where}: expected ${key} to be a positive whole number, got ${String(value)}.`,
      );
    }
  }
  if (config.heads % config.kvHeads !== 0) {
    throw inputError(
      `${where}: expected heads (${config.heads}) to be a multiple of kvHeads (${config.kvHeads}).`,
    );
  }
  if (config.headDim % 2 !== 0) {
    throw inputError(`${where}: rotary embedding needs an even headDim, got ${config.headDim}.`);
  }
  if (config.modelType === 'qwen2' && !config.attentionBias) {
    throw inputError(
      `${where}: the qwen2 layout always has q, k and v biases. Set attentionBias: true, or modelType "llama".`,
    );
  }
}

/** The `config.json` to write: Hugging Face reads it, and `parseConfig` gives the same config back. */
export function configToJson(config: PolicyConfig, dtype: SavedType): Record<string, unknown> {
  const scaling = config.ropeScaling ?? null;
  return {
    architectures: [config.modelType === 'qwen2' ? 'Qwen2ForCausalLM' : 'LlamaForCausalLM'],
    ...(config.modelType === 'llama'
      ? { attention_bias: config.attentionBias, mlp_bias: false }
      : { use_sliding_window: false }),
    attention_dropout: 0,
    bos_token_id: config.bosTokenId ?? null,
    eos_token_id:
      config.eosTokenIds.length > 1 ? config.eosTokenIds : (config.eosTokenIds[0] ?? null),
    head_dim: config.headDim,
    hidden_act: 'silu',
    hidden_size: config.hiddenSize,
    initializer_range: 0.02,
    intermediate_size: config.intermediateSize,
    max_position_embeddings: config.maxPositions,
    model_type: config.modelType,
    num_attention_heads: config.heads,
    num_hidden_layers: config.layers,
    num_key_value_heads: config.kvHeads,
    pad_token_id: config.padTokenId,
    rms_norm_eps: config.rmsNormEps,
    rope_scaling:
      scaling === null
        ? null
        : scaling.type === 'linear'
          ? { rope_type: 'linear', factor: scaling.factor }
          : {
              rope_type: 'llama3',
              factor: scaling.factor,
              low_freq_factor: scaling.lowFreqFactor,
              high_freq_factor: scaling.highFreqFactor,
              original_max_position_embeddings: scaling.originalMaxPositions,
            },
    rope_theta: config.ropeTheta,
    tie_word_embeddings: config.tieWordEmbeddings,
    torch_dtype: dtype,
    use_cache: true,
    vocab_size: config.vocabSize,
  };
}

function refuseUnsupported(
  json: Record<string, unknown>,
  modelType: 'qwen2' | 'llama',
  where: string,
): void {
  const refuse = (field: string, why: string): never => {
    throw inputError(
      `${where}: ${field} = ${JSON.stringify(json[field])} is not supported: ${why}.`,
    );
  };
  const architectures = json.architectures;
  const expected = modelType === 'qwen2' ? 'Qwen2ForCausalLM' : 'LlamaForCausalLM';
  if (
    Array.isArray(architectures) &&
    architectures.length > 0 &&
    !architectures.includes(expected)
  ) {
    refuse('architectures', `expected ${expected}`);
  }
  if ((json.hidden_act ?? 'silu') !== 'silu') refuse('hidden_act', 'the decoder computes silu');
  if (json.use_sliding_window === true) {
    refuse(
      'use_sliding_window',
      'attention always sees the whole context. If your texts stay within sliding_window, set it to false: the results are the same',
    );
  }
  if (
    Array.isArray(json.layer_types) &&
    json.layer_types.some((type) => type !== 'full_attention')
  ) {
    refuse('layer_types', 'every layer must be full_attention');
  }
  if (json.mlp_bias === true) refuse('mlp_bias', 'the feed-forward layers have no biases');
  if ((json.quantization_config ?? null) !== null)
    refuse('quantization_config', 'weights must be f32, f16 or bf16');
  if ((json.partial_rotary_factor ?? 1) !== 1)
    refuse('partial_rotary_factor', 'heads rotate whole');
  if (json.rope_interleaved === true) refuse('rope_interleaved', 'heads rotate by halves');
  if (json.use_mrope === true) refuse('use_mrope', 'positions have one dimension');
  for (const field of ['qk_norm', 'use_qk_norm', 'qk_layernorm']) {
    if (json[field] === true) refuse(field, 'queries and keys are not normalised');
  }
}

function readRope(
  json: Record<string, unknown>,
  maxPositions: number,
  where: string,
): { ropeTheta: number; ropeScaling: RopeScaling | null } {
  const parameters = isObject(json.rope_parameters) ? json.rope_parameters : {};
  const ropeTheta = readNumber({ ...parameters, ...dropNull(json) }, 'rope_theta', where, 10000);
  const scaling = isObject(json.rope_scaling) ? json.rope_scaling : parameters;
  const field = scaling === parameters ? 'rope_parameters' : 'rope_scaling';
  const type = scaling.rope_type ?? scaling.type ?? ('factor' in scaling ? undefined : 'default');
  const number = (key: string, fallback?: number): number =>
    readNumber(scaling, key, `${where}, ${field}`, fallback);
  switch (type) {
    case 'default':
      return { ropeTheta, ropeScaling: null };
    case 'linear':
      return { ropeTheta, ropeScaling: { type: 'linear', factor: number('factor') } };
    case 'llama3':
      return {
        ropeTheta,
        ropeScaling: {
          type: 'llama3',
          factor: number('factor'),
          lowFreqFactor: number('low_freq_factor'),
          highFreqFactor: number('high_freq_factor'),
          originalMaxPositions: number('original_max_position_embeddings', maxPositions),
        },
      };
    default:
      throw inputError(
        `${where}: ${field} of type ${JSON.stringify(type) ?? 'unknown (rope_type is missing)'} is not supported; expected "default", "linear" or "llama3".`,
      );
  }
}

function dropNull(json: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(json).filter(([, value]) => value !== null));
}

function readNumber(
  json: Record<string, unknown>,
  key: string,
  where: string,
  fallback?: number,
): number {
  const value = json[key] ?? fallback;
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw inputError(
      `${where}: expected "${key}" to be a number, got ${JSON.stringify(json[key])}.`,
    );
  }
  return value;
}

/** Old Llama configs write −1 for none. */
function readPad(value: unknown, fallback: number, where: string): number {
  const [id] = readIds(value, 'pad_token_id', where);
  return id === undefined || id < 0 ? fallback : id;
}

function readIds(value: unknown, key: string, where: string): number[] {
  const list = (value ?? null) === null ? [] : Array.isArray(value) ? value : [value];
  return list.map((id: unknown) => {
    if (typeof id !== 'number' || !Number.isInteger(id)) {
      throw inputError(
        `${where}: expected "${key}" to be a token id or a list of them, got ${JSON.stringify(value)}.`,
      );
    }
    return id;
  });
}
