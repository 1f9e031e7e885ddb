import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { inputError } from '../../errors.js';
import { isObject, jsonText, readJsonObject, writeFolder } from './files.js';
import { mergedConfig, mergedWeight } from '../adapters/merge.js';
import {
  bytesPerValue,
  countOf,
  safetensorsChunks,
  type LazyTensor,
  type SavedType,
} from './safetensors-chunks.js';
import { configText, tokenizerFileEntries } from './saved-files.js';
import { weightShapes } from '../decoder/shapes.js';
import { checkNotDisposed } from '../decoder/variables.js';
import type { Policy } from '../types.js';

/**
 * Writes a Hugging Face model folder: weights, config, generation config, tokenizer and chat
 * template. The base weights are written, the adapter is not (saveAdapter) unless `merge` adds it
 * in. Over `maxShardBytes` the weights become shards with an index, as transformers writes them;
 * bfloat16 and float16 round to nearest, ties to even. Weights are read one at a time while the file
 * grows: do not train meanwhile.
 *
 * A process killed at any moment before the new weights are in place leaves a folder with all of the
 * old ones: they change hands by one rename (of the file or of the index), the small files just
 * before it.
 */
export async function savePolicy(
  policy: Policy,
  folder: string,
  options: {
    /** @default float32 */
    dtype?: SavedType;
    /** @default false */
    merge?: boolean;
    /** Bytes of weights in one file. @default 5e9 */
    maxShardBytes?: number;
  } = {},
): Promise<void> {
  const { dtype = 'float32', merge = false, maxShardBytes = 5e9 } = options;
  if (merge && policy.adapter === null) {
    throw inputError('savePolicy: merge asks for an adapter, the policy has none.');
  }
  checkNotDisposed(policy, 'savePolicy');
  if (!(maxShardBytes > 0)) {
    throw inputError(
      `savePolicy: expected maxShardBytes to be a positive number of bytes, got ${maxShardBytes}.`,
    );
  }
  const config = merge ? mergedConfig(policy) : policy.config;
  const tensors = new Map<string, LazyTensor>();
  for (const [name, shape] of weightShapes(config)) {
    tensors.set(name, {
      shape,
      read: () =>
        merge ? mergedWeight(policy, name).values : policy.weights.get(name)!.dataSync<'float32'>(),
    });
  }
  const old = await oldWeightFiles(folder);
  const weights = weightFiles(tensors, dtype, maxShardBytes, await shardsInUse(folder, old));
  const names = new Set(weights.map(({ name }) => name));
  await writeFolder(
    folder,
    [
      { name: 'config.json', chunks: [configText(policy, config, dtype)] },
      ...tokenizerFileEntries(policy),
      ...weights,
    ],
    { remove: old.filter((name) => !names.has(name)) },
  );
  // The merged folder is not the base of the adapter, which may be saved later and names its base.
  if (merge) return;
  policy.folder = path.resolve(folder);
  if (policy.source !== null) policy.source = { ...policy.source, hub: null };
}

const single = 'model.safetensors';
const index = 'model.safetensors.index.json';

/** The weights that a folder holds, in the order in which they may go: readers prefer the first. */
async function oldWeightFiles(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const names = await readdir(folder);
  const shards = names.filter((name) => /^model-.*\d+-of-\d+\.safetensors$/.test(name)).sort();
  return [single, index].filter((name) => names.includes(name)).concat(shards);
}

/** The shards that the folder's index names. */
async function shardsInUse(folder: string, old: readonly string[]): Promise<Set<unknown>> {
  if (!old.includes(index)) return new Set();
  const { weight_map: map } = await readJsonObject(path.join(folder, index), 'Shard index');
  return new Set(isObject(map) ? Object.values(map) : []);
}

type WeightFile = { name: string; chunks: Iterable<Uint8Array | string> };

/** The file whose appearance makes the new weights the folder's weights comes last. */
function weightFiles(
  tensors: ReadonlyMap<string, LazyTensor>,
  dtype: SavedType,
  maxShardBytes: number,
  inUse: ReadonlySet<unknown>,
): WeightFile[] {
  const bytesOf = ({ shape }: LazyTensor): number => countOf(shape) * bytesPerValue[dtype];
  const shards: Map<string, LazyTensor>[] = [];
  let room = 0;
  let total = 0;
  for (const [name, tensor] of tensors) {
    const bytes = bytesOf(tensor);
    total += bytes;
    if (shards.length === 0 || bytes > room) {
      shards.push(new Map());
      room = maxShardBytes;
    }
    room -= bytes;
    shards[shards.length - 1].set(name, tensor);
  }
  if (shards.length === 1) {
    return [{ name: single, chunks: safetensorsChunks(shards[0], dtype) }];
  }
  const nameOf = shardNames(shards.length, inUse);
  const weightMap = shards.flatMap((shard, i) =>
    [...shard.keys()].map((name) => [name, nameOf(i)]),
  );
  weightMap.sort(([a], [b]) => (a < b ? -1 : 1));
  const indexJson = {
    metadata: { total_size: total },
    weight_map: Object.fromEntries(weightMap),
  };
  return [
    ...shards.map((shard, i) => ({ name: nameOf(i), chunks: safetensorsChunks(shard, dtype) })),
    { name: index, chunks: [jsonText(indexJson)] },
  ];
}

/**
 * `model-00001-of-00003.safetensors`. Where the folder's index names shards like that already, the
 * new ones get others: until the index names them, the old ones must stay as they are.
 */
function shardNames(count: number, inUse: ReadonlySet<unknown>): (i: number) => string {
  const padded = (value: number): string => String(value).padStart(5, '0');
  const namer =
    (mark: string) =>
    (i: number): string =>
      `model-${mark}${padded(i + 1)}-of-${padded(count)}.safetensors`;
  const plain = namer('');
  const isTaken = Array.from({ length: count }, (_, i) => plain(i)).some((name) => inUse.has(name));
  return isTaken ? namer('b-') : plain;
}
