import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createRandom } from '../algorithms/random.js';
import { inputError } from '../errors.js';
import type { tf } from '../tensor/index.js';
import { deleteAdapter, scaleText } from './adapters/adapter.js';
import { loadAdapter } from './adapters/files.js';
import { checkConfig, parseConfig } from './folder/config.js';
import { isObject, parseJsonObject, readText } from './folder/files.js';
import { listed } from '../hub/listed.js';
import { adapterFolder, modelFolder } from './hub/sources.js';
import type { SourceOptions } from './hub/source.js';
import { weightShapes } from './decoder/shapes.js';
import { tokenTexts } from './tokenizer/token-table.js';
import { loadTokenizer } from './tokenizer/tokenizer.js';
import type { Policy, PolicyConfig, PolicyTokenizer } from './types.js';
import { toVariable, trainableVariables } from './decoder/variables.js';
import { checkWeightType, readWeights, type WeightType } from './folder/weights.js';

export interface LoadPolicyOptions extends SourceOptions {
  /** A PEFT folder or Hub id to attach. */
  adapter?: string;
  /** @default float32 */
  dtype?: WeightType;
}

/**
 * A policy from a Hugging Face model folder or a Hub id (`Qwen/Qwen2.5-0.5B`, `…@revision`); a folder
 * that exists wins over an id. With dtype `bfloat16` the native backend holds the matrices in half
 * the memory: meant for a base that stays frozen under an adapter. What is trained becomes float32
 * at its first update.
 *
 * Memory: the weights as they are held, the largest one once more where a backend copies it, and
 * some megabytes.
 */
export async function loadPolicy(source: string, options: LoadPolicyOptions = {}): Promise<Policy> {
  checkWeightType(options.dtype, 'loadPolicy');
  const { folder, hub } = await modelFolder(source, options);
  const { config, texts } = await readConfig(folder);
  const tokenizer = await loadTokenizer(folder);
  checkFolderVocabulary(config, tokenizer, folder);
  if (texts.padToken === null) config.padTokenId = padTokenOf(tokenizer, config);
  const weights = new Map<string, tf.Variable>();
  const policy = makePolicy(config, tokenizer, weights, {
    folder,
    source: { hub, config: texts.config, generationConfig: texts.generationConfig },
  });
  try {
    await readWeights(
      folder,
      weightShapes(config),
      (name, tensor) => weights.set(name, toVariable(tensor)),
      {
        dtype: options.dtype,
        // Tied models may carry the head a second time, old Llama files their rotary frequencies.
        mayIgnore: (name) =>
          name.endsWith('.rotary_emb.inv_freq') ||
          (config.tieWordEmbeddings && name === 'lm_head.weight'),
      },
    );
    if (options.adapter !== undefined) {
      await loadAdapter(policy, (await adapterFolder(options.adapter, options)).folder);
    }
    return policy;
  } catch (error) {
    policy.dispose();
    throw error;
  }
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
  const weights = new Map<string, tf.Variable>();
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
    weights.set(name, toVariable({ shape, values }));
  }
  return makePolicy({ ...config }, tokenizer, weights, { folder: null, source: null });
}

interface ConfigTexts {
  config: string;
  generationConfig: string | null;
  /** What the configs say of it. */
  padToken: unknown;
}

async function readConfig(folder: string): Promise<{ config: PolicyConfig; texts: ConfigTexts }> {
  const file = path.join(folder, 'config.json');
  const text = await readText(file, 'Policy');
  const json = parseJsonObject(text, file);
  const generationFile = path.join(folder, 'generation_config.json');
  const generationConfig = existsSync(generationFile)
    ? await readText(generationFile, 'Policy')
    : null;
  const generation =
    generationConfig === null ? {} : parseJsonObject(generationConfig, generationFile);
  // Hugging Face's generation obeys this file where the two disagree: chat models end there too.
  const eos = generation.eos_token_id ?? json.eos_token_id;
  const pad = json.pad_token_id ?? generation.pad_token_id ?? null;
  return {
    config: parseConfig({ ...json, eos_token_id: eos, pad_token_id: pad }, file),
    texts: { config: text, generationConfig, padToken: pad === -1 ? null : pad },
  };
}

/** The tokenizer's pad token where the configs name none; else its end token, as TRL does. */
function padTokenOf(tokenizer: PolicyTokenizer, config: PolicyConfig): number {
  const { files, eosTokenId } = tokenizer;
  const { pad_token: pad } = parseJsonObject(files.tokenizerConfig, 'tokenizer_config.json');
  const content = isObject(pad) ? pad.content : pad;
  if (typeof content === 'string') {
    const ids = tokenizer.encode(content, { addSpecialTokens: false });
    if (ids.length === 1) return ids[0];
  }
  return config.eosTokenIds.includes(eosTokenId) ? eosTokenId : config.padTokenId;
}

function checkVocabulary(config: PolicyConfig, tokenizer: PolicyTokenizer, where: string): void {
  if (tokenizer.vocabSize > config.vocabSize) {
    throw inputError(
      `${where}: the tokenizer has ${tokenizer.vocabSize} tokens, the policy only ${config.vocabSize}. Set vocabSize to at least the tokenizer's.`,
    );
  }
}

/** The same for a folder, whose files are what can be changed. */
function checkFolderVocabulary(
  { vocabSize }: PolicyConfig,
  tokenizer: PolicyTokenizer,
  folder: string,
): void {
  if (tokenizer.vocabSize <= vocabSize) return;
  const tokenOf = tokenTexts(tokenizer.files, folder);
  const surplus: string[] = [];
  for (let id = vocabSize; id < tokenizer.vocabSize; id++) {
    const text = tokenOf.get(id);
    if (text !== undefined) surplus.push(`${JSON.stringify(text)} (${id})`);
  }
  throw inputError(
    `${folder}: the tokenizer has ids up to ${tokenizer.vocabSize - 1}, config.json says vocab_size ${vocabSize}: the embedding has no row for ${listed(surplus)}. Resize the model's embedding (model.resize_token_embeddings(${tokenizer.vocabSize}) in transformers, then save_pretrained), or drop those tokens from tokenizer.json and tokenizer_config.json.`,
  );
}

function makePolicy(
  config: PolicyConfig,
  tokenizer: PolicyTokenizer,
  weights: Map<string, tf.Variable>,
  { folder, source }: Pick<Policy, 'folder' | 'source'>,
): Policy {
  const policy: Policy = {
    config,
    tokenizer,
    source,
    get revision() {
      return revisionOf(policy);
    },
    folder,
    weights,
    adapters: new Map(),
    adapter: null,
    dispose() {
      for (const name of [...policy.adapters.keys()]) deleteAdapter(policy, name);
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
    hash.update(scaleText(policy.adapter));
    for (const { name, variable } of trainableVariables(policy)) add(name, variable);
  }
  return hash.digest('hex').slice(0, 16);
}
