import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { inputError } from '../../errors.js';
import { listed } from '../../hub/listed.js';
import { isObject, readJsonObject } from './files.js';
import { isFloatType, openSafetensors, wrongType, type SafetensorsFile } from './safetensors.js';
import type { HalfTensor, NamedTensor } from './named-tensor.js';

/** How weights are held in memory. */
export type WeightType = (typeof weightTypes)[number];
const weightTypes = ['float32', 'bfloat16'] as const;

/** @throws inputError for another type than the two, as a caller without types may name */
export function checkWeightType(dtype: string | undefined, where: string): void {
  if (dtype === undefined || weightTypes.some((type) => type === dtype)) return;
  throw inputError(
    `${where}: expected dtype to be ${weightTypes.join(' or ')}, got ${JSON.stringify(dtype)}.`,
  );
}

export interface ReadWeightsOptions {
  /** Weights that may be there beside the expected ones. @default none */
  mayIgnore?: (name: string) => boolean;
  /** @default float32 */
  dtype?: WeightType;
}

/**
 * Reads the named weights of a Hugging Face model folder, from `model.safetensors` or from shards
 * with `model.safetensors.index.json`, and hands them to `take` one by one, so that a backend which
 * copies them holds one of them twice, never all. A tensor that is missing, surplus, misshapen or of
 * another type is an error that names it; nothing is read before all of them are in order. As
 * `bfloat16`, matrices stay halves, vectors are float32.
 */
export async function readWeights(
  folder: string,
  expected: ReadonlyMap<string, number[]>,
  take: (name: string, tensor: NamedTensor | HalfTensor) => void,
  options: ReadWeightsOptions = {},
): Promise<void> {
  const { mayIgnore = () => false } = options;
  checkWeightType(options.dtype, 'readWeights');
  const { files, placeOf } = await openWeightFiles(folder, mayIgnore);
  try {
    checkNames(folder, expected, placeOf, mayIgnore);
    for (const [name, shape] of expected) {
      const { opened, file } = placeOf.get(name)!;
      const found = opened.shape(name);
      if (found.length !== shape.length || found.some((size, i) => size !== shape[i])) {
        throw inputError(
          `${folder}: ${name} should have shape [${shape.join(', ')}] by config.json, the file has [${found.join(', ')}].`,
        );
      }
      if (!isFloatType(opened.dtype(name))) throw wrongType(file, name, opened.dtype(name));
    }
    for (const [name, shape] of expected) {
      const { opened } = placeOf.get(name)!;
      const asHalves = options.dtype === 'bfloat16' && shape.length === 2;
      take(name, await (asHalves ? opened.readHalves(name) : opened.read(name)));
    }
  } finally {
    await Promise.all(files.map((file) => file.close()));
  }
}

interface Place {
  opened: SafetensorsFile;
  file: string;
}

async function openWeightFiles(
  folder: string,
  mayIgnore: (name: string) => boolean,
): Promise<{ files: SafetensorsFile[]; placeOf: Map<string, Place> }> {
  const single = path.join(folder, 'model.safetensors');
  const index = path.join(folder, 'model.safetensors.index.json');
  const placeOf = new Map<string, Place>();
  if (existsSync(single)) {
    const opened = await openSafetensors(single);
    for (const name of opened.names) placeOf.set(name, { opened, file: single });
    return { files: [opened], placeOf };
  }
  if (!existsSync(index)) throw inputError(await noWeights(folder));
  const shardOf = await readShardIndex(index);
  const shards = new Map<string, SafetensorsFile>();
  try {
    for (const shard of new Set(shardOf.values())) {
      const file = path.join(folder, shard);
      if (!existsSync(file)) throw inputError(missingShard(index, shard, shardOf));
      const opened = await openSafetensors(file);
      shards.set(shard, opened);
      const unnamed = opened.names.filter((name) => !shardOf.has(name) && !mayIgnore(name));
      if (unnamed.length > 0) {
        throw inputError(
          `${file}: surplus ${listed(unnamed)}: ${path.basename(index)} does not name them. Index and shards must come from the same model.`,
        );
      }
    }
    for (const [name, shard] of shardOf) {
      const opened = shards.get(shard)!;
      if (!opened.names.includes(name)) {
        throw inputError(`${index}: says that ${name} is in ${shard}, but it is missing there.`);
      }
      placeOf.set(name, { opened, file: path.join(folder, shard) });
    }
  } catch (error) {
    await Promise.all([...shards.values()].map((file) => file.close()));
    throw error;
  }
  return { files: [...shards.values()], placeOf };
}

/** The shard of each weight by `model.safetensors.index.json`. */
export async function readShardIndex(index: string): Promise<Map<string, string>> {
  const weightMap = (await readJsonObject(index, 'Shard index')).weight_map;
  if (!isObject(weightMap)) throw inputError(`${index}: expected an object "weight_map".`);
  const shardOf = new Map<string, string>();
  for (const [name, shard] of Object.entries(weightMap)) {
    if (typeof shard !== 'string' || path.basename(shard) !== shard) {
      throw inputError(
        `${index}: the shard of ${name} should be a file name, got ${JSON.stringify(shard)}.`,
      );
    }
    shardOf.set(name, shard);
  }
  return shardOf;
}

function missingShard(index: string, shard: string, shardOf: ReadonlyMap<string, string>): string {
  const held = [...shardOf].filter(([, its]) => its === shard).map(([name]) => name);
  return `${index}: names the shard ${shard}, which is not there; it should hold ${listed(held)}. Fetch the folder again.`;
}

/** Says what a folder has in place of safetensors, where it has something. */
async function noWeights(folder: string): Promise<string> {
  const names = await readdir(folder);
  const none = `${folder}: has neither model.safetensors nor model.safetensors.index.json`;
  const ending = (pattern: RegExp): string[] => names.filter((name) => pattern.test(name)).sort();
  const pickles = ending(/\.(bin|pth|pt|ckpt)$/);
  if (pickles.length > 0) {
    return `${none}, only ${listed(pickles)}: PyTorch pickles, which can run code when they are read. Convert them first: AutoModelForCausalLM.from_pretrained(folder).save_pretrained(folder, safe_serialization=True) in transformers.`;
  }
  const others = ending(/\.(gguf|safetensors|onnx|h5|msgpack|npz)$/);
  const found = others.length > 0 ? `, only ${listed(others)}` : '';
  return `${none}${found}. Convert other formats to safetensors first.`;
}

function checkNames(
  folder: string,
  expected: ReadonlyMap<string, number[]>,
  found: ReadonlyMap<string, unknown>,
  mayIgnore: (name: string) => boolean,
): void {
  const missing = [...expected.keys()].filter((name) => !found.has(name));
  const surplus = [...found.keys()].filter((name) => !expected.has(name) && !mayIgnore(name));
  if (missing.length === 0 && surplus.length === 0) return;
  const parts = [];
  if (missing.length > 0) parts.push(`missing ${listed(missing)}`);
  if (surplus.length > 0) parts.push(`surplus ${listed(surplus)}`);
  const untied = missing.length === 1 && missing[0] === 'lm_head.weight';
  throw inputError(
    `${folder}: the weights do not fit config.json: ${parts.join('; ')}. ${untied ? 'A model whose output is its embedding says "tie_word_embeddings": true in config.json.' : 'Weights and config must come from the same model.'}`,
  );
}
