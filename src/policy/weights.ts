import { existsSync } from 'node:fs';
import path from 'node:path';
import { inputError } from '../errors.js';
import { isObject, readJsonObject } from './files.js';
import {
  openSafetensors,
  type HalfTensor,
  type NamedTensor,
  type SafetensorsFile,
} from './safetensors.js';

/** How weights are held in memory. */
export type WeightType = 'float32' | 'bfloat16';

/**
 * Reads the named weights of a Hugging Face model folder, from `model.safetensors` or from shards
 * with `model.safetensors.index.json`. A tensor that is missing, surplus or misshapen is an error
 * that names it; nothing is read before all of them are in order. As `bfloat16`, matrices stay
 * halves, vectors are float32.
 */
export async function readWeights(
  folder: string,
  expected: ReadonlyMap<string, number[]>,
  options: { mayIgnore?: (name: string) => boolean; dtype?: WeightType } = {},
): Promise<Map<string, NamedTensor | HalfTensor>> {
  const { files, fileOf } = await openWeightFiles(folder);
  try {
    checkNames(folder, expected, fileOf, options.mayIgnore ?? (() => false));
    for (const [name, shape] of expected) {
      const found = fileOf.get(name)!.shape(name);
      if (found.length !== shape.length || found.some((size, i) => size !== shape[i])) {
        throw inputError(
          `${folder}: ${name} should have shape [${shape.join(', ')}] by config.json, the file has [${found.join(', ')}].`,
        );
      }
    }
    const weights = new Map<string, NamedTensor | HalfTensor>();
    for (const [name, shape] of expected) {
      const file = fileOf.get(name)!;
      const asHalves = options.dtype === 'bfloat16' && shape.length === 2;
      weights.set(name, await (asHalves ? file.readHalves(name) : file.read(name)));
    }
    return weights;
  } finally {
    await Promise.all(files.map((file) => file.close()));
  }
}

async function openWeightFiles(
  folder: string,
): Promise<{ files: SafetensorsFile[]; fileOf: Map<string, SafetensorsFile> }> {
  const single = path.join(folder, 'model.safetensors');
  const index = path.join(folder, 'model.safetensors.index.json');
  const fileOf = new Map<string, SafetensorsFile>();
  if (existsSync(single)) {
    const file = await openSafetensors(single);
    for (const name of file.names) fileOf.set(name, file);
    return { files: [file], fileOf };
  }
  if (!existsSync(index)) {
    throw inputError(
      `${folder}: has neither model.safetensors nor model.safetensors.index.json. Convert other formats to safetensors first.`,
    );
  }
  const weightMap = (await readJsonObject(index, 'Shard index')).weight_map;
  if (!isObject(weightMap)) throw inputError(`${index}: expected an object "weight_map".`);
  const opened = new Map<string, SafetensorsFile>();
  try {
    for (const [name, shard] of Object.entries(weightMap)) {
      if (typeof shard !== 'string' || path.basename(shard) !== shard) {
        throw inputError(
          `${index}: the shard of ${name} should be a file name, got ${JSON.stringify(shard)}.`,
        );
      }
      const file = opened.get(shard) ?? (await openSafetensors(path.join(folder, shard)));
      opened.set(shard, file);
      if (!file.names.includes(name)) {
        throw inputError(`${index}: says that ${name} is in ${shard}, but it is missing there.`);
      }
      fileOf.set(name, file);
    }
  } catch (error) {
    await Promise.all([...opened.values()].map((file) => file.close()));
    throw error;
  }
  return { files: [...opened.values()], fileOf };
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
  throw inputError(
    `${folder}: the weights do not fit config.json: ${parts.join('; ')}. Weights and config must come from the same model.`,
  );
}

function listed(names: string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
