import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { configToJson, parseConfig } from '../../src/policy/index.js';
import { rotaryFrequencies } from '../../src/policy/decoder/rope.js';
import { itWithData } from '../data.js';
import { tinyConfig } from './fixtures.js';
import { knownConfigs } from './known-configs.js';

const llama = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  vocab_size: 512,
  hidden_size: 64,
  intermediate_size: 172,
  num_hidden_layers: 5,
  num_attention_heads: 8,
  num_key_value_heads: 4,
  max_position_embeddings: 2048,
  rms_norm_eps: 1e-5,
  hidden_act: 'silu',
  bos_token_id: 1,
  eos_token_id: [2, 3],
};

describe('config.json', () => {
  it('reads a Llama config, defaults filled in as Hugging Face does', () => {
    const config = parseConfig(llama, 'config.json');
    expect(config).toMatchObject({
      headDim: 8,
      ropeTheta: 10000,
      ropeScaling: null,
      tieWordEmbeddings: false,
      attentionBias: false,
      bosTokenId: 1,
      eosTokenIds: [2, 3],
      padTokenId: 2,
    });
  });

  it('reads rope_theta in both spellings', () => {
    const old = parseConfig({ ...llama, rope_theta: 1e6 }, 'c');
    const recent = parseConfig(
      { ...llama, rope_parameters: { rope_theta: 1e6, rope_type: 'default' } },
      'c',
    );
    expect([old.ropeTheta, recent.ropeTheta]).toEqual([1e6, 1e6]);
  });

  it('is read back as it was written', () => {
    for (const config of [
      { ...tinyConfig, ropeScaling: null, bosTokenId: null },
      parseConfig(
        { ...llama, attention_bias: true, rope_scaling: { type: 'linear', factor: 4 } },
        'c',
      ),
      parseConfig(
        {
          ...llama,
          rope_scaling: {
            rope_type: 'llama3',
            factor: 8,
            low_freq_factor: 1,
            high_freq_factor: 4,
            original_max_position_embeddings: 512,
          },
        },
        'c',
      ),
    ]) {
      expect(parseConfig(configToJson(config, 'float32'), 'c')).toEqual(config);
    }
  });

  it('refuses by name what the decoder does not compute', () => {
    const refused: [Record<string, unknown>, RegExp][] = [
      [{ model_type: 'mistral' }, /model_type "mistral" is not supported; expected "qwen2"/],
      [{ model_type: 'qwen3' }, /model_type "qwen3"/],
      [{ model_type: undefined }, /model_type is missing/],
      [{ architectures: ['LlamaForSequenceClassification'] }, /architectures/],
      [{ hidden_act: 'gelu' }, /hidden_act/],
      [{ mlp_bias: true }, /mlp_bias/],
      [{ use_sliding_window: true }, /use_sliding_window = true.*whole context/],
      [{ rope_interleaved: true }, /rope_interleaved/],
      [{ use_mrope: true }, /use_mrope/],
      [{ qk_norm: true }, /qk_norm/],
      [{ partial_rotary_factor: 0.5 }, /partial_rotary_factor = 0\.5/],
      [{ layer_types: ['full_attention', 'sliding_attention'] }, /layer_types/],
      [{ rope_scaling: { rope_type: 'yarn', factor: 4 } }, /rope_scaling of type "yarn"/],
      [{ rope_scaling: { type: 'dynamic', factor: 4 } }, /rope_scaling of type "dynamic"/],
      [{ rope_parameters: { rope_type: 'longrope' } }, /rope_parameters of type "longrope"/],
      [{ rope_scaling: { factor: 4 } }, /rope_type is missing/],
      [{ rope_scaling: { type: 'linear' } }, /rope_scaling: expected "factor" to be a number/],
      [{ quantization_config: { bits: 4 } }, /quantization_config/],
      [{ num_key_value_heads: 3 }, /multiple of kvHeads/],
      [{ vocab_size: '512' }, /"vocab_size" to be a number, got "512"/],
      [{ hidden_size: undefined }, /"hidden_size"/],
    ];
    for (const [change, message] of refused) {
      expect(() => parseConfig({ ...llama, ...change }, 'config.json')).toThrow(message);
    }
  });

  it('takes a pad token of -1, as old Llama configs have it, for none', () => {
    expect(parseConfig({ ...llama, pad_token_id: -1 }, 'c').padTokenId).toBe(2);
    expect(parseConfig({ ...llama, pad_token_id: 0 }, 'c').padTokenId).toBe(0);
  });

  it('reads those of the models that it is meant for', () => {
    for (const [name, { json, means }] of Object.entries(knownConfigs)) {
      expect(parseConfig(json, name)).toMatchObject(means);
    }
  });

  itWithData(
    'reads the real one of DeepSeek-Coder, whose positions are stretched by four',
    ['tokenizers', 'deepseek-coder', 'config.json'],
    async (file) => {
      const json: unknown = JSON.parse(await readFile(file, 'utf8'));
      expect(parseConfig(json as Record<string, unknown>, file)).toMatchObject({
        hiddenSize: 4096,
        headDim: 128,
        ropeTheta: 100000,
        ropeScaling: { type: 'linear', factor: 4 },
        eosTokenIds: [32021],
        padTokenId: 32021,
      });
    },
  );
});

describe('rotary frequencies', () => {
  it('are divided by a linear factor', () => {
    const plain = rotaryFrequencies(tinyConfig);
    const stretched = rotaryFrequencies({
      ...tinyConfig,
      ropeScaling: { type: 'linear', factor: 4 },
    });
    expect(plain[0]).toBe(1);
    expect(stretched).toEqual(plain.map((frequency) => frequency / 4));
  });

  it('keep short waves, stretch long ones and blend between them for llama3', () => {
    const config = { ...tinyConfig, headDim: 64, ropeTheta: 500000 };
    const plain = rotaryFrequencies(config);
    const scaled = rotaryFrequencies({
      ...config,
      ropeScaling: {
        type: 'llama3',
        factor: 8,
        lowFreqFactor: 1,
        highFreqFactor: 4,
        originalMaxPositions: 8192,
      },
    });
    expect(scaled[0]).toBe(plain[0]);
    expect(scaled[31]).toBeCloseTo(plain[31] / 8, 12);
    const ratios = scaled.map((frequency, i) => plain[i] / frequency);
    expect(ratios.some((ratio) => ratio > 1.01 && ratio < 7.99)).toBe(true);
    for (let i = 1; i < 32; i++) expect(ratios[i]).toBeGreaterThanOrEqual(ratios[i - 1] - 1e-9);
  });
});
