import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { createRandom } from '../algorithms/random.js';
import { inputError } from '../errors.js';
import { tf } from '../tensor/index.js';
import { detachAdapter, loadAdapter } from './adapter.js';
import { checkConfig, configToJson, parseConfig } from './config.js';
import { jsonText, readJsonObject, writeFolder } from './files.js';
import { mergeAdapter } from './merge.js';
import { safetensorsChunks, type HalfTensor, type NamedTensor } from './safetensors.js';
import { weightShapes } from './shapes.js';
import { loadTokenizer } from './tokenizer.js';
import type { Policy, PolicyConfig, PolicyTokenizer } from './types.js';
import { toVariable, trainableVariables, valuesOf } from './variables.js';
import { readWeights, type WeightType } from './weights.js';

/**
 * A policy from a Hugging Face model folder; `adapter` is a PEFT folder to attach. With dtype
 * `bfloat16` the native backend holds the matrices in half the memory: meant for a base that stays
 * frozen under an adapter. What is trained becomes float32 at its first update.
 */
export async function loadPolicy(
  folder: string,
  options: { adapter?: string; /** @default float32 */ dtype?: WeightType } = {},
): Promise<Policy> {
  if (!existsSync(folder)) {
    throw inputError(
      `Policy: no folder ${folder}. Give the folder of a Hugging Face model (config.json, tokenizer.json, model.safetensors).`,
    );
  }
  const config = await readConfig(folder);
  const tokenizer = await loadTokenizer(folder);
  checkVocabulary(config, tokenizer, folder);
  const tensors = await readWeights(folder, weightShapes(config), {
    dtype: options.dtype,
    // Tied models may carry the head a second time, old Llama files their rotary frequencies.
    mayIgnore: (name) =>
      name.endsWith('.rotary_emb.inv_freq') ||
      (config.tieWordEmbeddings && name === 'lm_head.weight'),
  });
  const policy = makePolicy(config, tokenizer, tensors, folder);
  if (options.adapter !== undefined) {
    try {
      await loadAdapter(policy, options.adapter);
    } catch (error) {
      policy.dispose();
      throw error;
    }
  }
  return policy;
}

/**
 * An untrained policy: weights normal(0, 0.02), the two matrices that write to the residual stream
 * scaled by 1/√(2·layers) (GPT-2), norms one, biases zero.
 */
export function createPolicy(
  config: PolicyConfig,
  tokenizer: PolicyTokenizer,
  seed: number,
): Policy {
  checkConfig(config, 'createPolicy');
  checkVocabulary(config, tokenizer, 'createPolicy');
  const random = createRandom(seed);
  const tensors = new Map<string, NamedTensor>();
  for (const [name, shape] of weightShapes(config)) {
    const count = shape.reduce((product, size) => product * size, 1);
    const values = new Float32Array(count);
    if (name.endsWith('norm.weight')) values.fill(1);
    else if (!name.endsWith('.bias')) {
      const writesResidual = name.endsWith('o_proj.weight') || name.endsWith('down_proj.weight');
      const deviation = writesResidual ? 0.02 / Math.sqrt(2 * config.layers) : 0.02;
      const own = random.fork(name);
      for (let i = 0; i < count; i++) values[i] = own.normal() * deviation;
    }
    tensors.set(name, { shape, values });
  }
  return makePolicy({ ...config }, tokenizer, tensors, null);
}

/**
 * Writes a Hugging Face model folder. The base weights are written, the adapter is not (saveAdapter)
 * unless `merge` adds it in. bfloat16 rounds to nearest, ties to even.
 */
export async function savePolicy(
  policy: Policy,
  folder: string,
  options: { dtype?: 'float32' | 'bfloat16'; merge?: boolean } = {},
): Promise<void> {
  const { dtype = 'float32', merge = false } = options;
  const { config, tokenizer } = policy;
  const { files } = tokenizer;
  const tensors = new Map(
    [...policy.weights].map(([name, variable]) => [name, valuesOf(variable)]),
  );
  if (merge) mergeAdapter(policy, tensors);
  const json: [string, string | undefined][] = [
    ['config.json', jsonText(configToJson(config, dtype))],
    ['generation_config.json', jsonText(generationConfig(config))],
    ['tokenizer.json', files.tokenizer],
    ['tokenizer_config.json', files.tokenizerConfig],
    ['special_tokens_map.json', files.specialTokensMap],
    ['chat_template.jinja', files.chatTemplate],
  ];
  await writeFolder(folder, [
    ...json.flatMap(([name, text]) => (text === undefined ? [] : [{ name, chunks: [text] }])),
    { name: 'model.safetensors', chunks: safetensorsChunks(tensors, dtype) },
  ]);
  // Shards of an earlier save would only waste room: readers prefer the single file.
  await rm(path.join(folder, 'model.safetensors.index.json'), { force: true });
  policy.folder = path.resolve(folder);
}

async function readConfig(folder: string): Promise<PolicyConfig> {
  const file = path.join(folder, 'config.json');
  const json = await readJsonObject(file, 'Policy');
  const generationFile = path.join(folder, 'generation_config.json');
  if (!existsSync(generationFile)) return parseConfig(json, file);
  // Hugging Face's generation obeys this file where the two disagree: chat models end there too.
  const generation = await readJsonObject(generationFile, 'Policy');
  const eos = generation.eos_token_id ?? json.eos_token_id;
  return parseConfig({ ...json, eos_token_id: eos }, file);
}

function checkVocabulary(config: PolicyConfig, tokenizer: PolicyTokenizer, where: string): void {
  if (tokenizer.vocabSize > config.vocabSize) {
    throw inputError(
      `${where}: the tokenizer has ${tokenizer.vocabSize} tokens, the policy only ${config.vocabSize}. Set vocabSize to at least the tokenizer's.`,
    );
  }
}

function makePolicy(
  config: PolicyConfig,
  tokenizer: PolicyTokenizer,
  tensors: Map<string, NamedTensor | HalfTensor>,
  folder: string | null,
): Policy {
  const weights = new Map<string, tf.Variable>();
  for (const [name, tensor] of tensors) {
    weights.set(name, toVariable(tensor));
    tensors.delete(name);
  }
  const policy: Policy = {
    config,
    tokenizer,
    get revision() {
      return revisionOf(policy);
    },
    folder,
    weights,
    adapter: null,
    dispose() {
      detachAdapter(policy);
      for (const variable of weights.values()) variable.dispose();
      weights.clear();
    },
  };
  return policy;
}

/** SHA-256 over names, shapes and float32 bits, in name order. */
function revisionOf(policy: Policy): string {
  const hash = createHash('sha256');
  const add = (name: string, variable: tf.Variable): void => {
    const values = variable.dataSync();
    hash.update(`${name}[${variable.shape.join(',')}]`);
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  };
  for (const name of [...policy.weights.keys()].sort()) add(name, policy.weights.get(name)!);
  if (policy.adapter !== null) {
    hash.update(`scale ${policy.adapter.loraAlpha}/${policy.adapter.r}`);
    for (const { name, variable } of trainableVariables(policy)) add(name, variable);
  }
  return hash.digest('hex').slice(0, 16);
}

function generationConfig(config: PolicyConfig): Record<string, unknown> {
  return {
    _from_model_config: true,
    bos_token_id: config.bosTokenId ?? null,
    eos_token_id:
      config.eosTokenIds.length > 1 ? config.eosTokenIds : (config.eosTokenIds[0] ?? null),
    pad_token_id: config.padTokenId,
  };
}
