import path from 'node:path';
import { inputError } from '../../errors.js';
import { jsonText } from './files.js';
import { staleFiles } from './stale-files.js';
import { writeFolder } from './write.js';
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
 * Over a folder that exists, the old model's files go (of its tokenizer those of another one), other
 * files stay. The new folder is written beside the old one and the two change places by two renames:
 * what is read is all old or all new. A process killed between the two renames leaves the old folder
 * as `FOLDER.old-PID`, and nothing under its name until the next loadPolicy or savePolicy puts it back.
 * A load that runs during the save may read its first files from the old folder, its last from the new.
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
    /**
     * Remove an adapter's files from the folder: transformers would add it to the model. Without it
     * such a folder is refused. @default false
     */
    removeAdapter?: boolean;
  } = {},
): Promise<void> {
  const { dtype = 'float32', merge = false, maxShardBytes = 5e9, removeAdapter = false } = options;
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
  await writeFolder(
    folder,
    [
      { name: 'config.json', chunks: [configText(policy, config, dtype)] },
      ...tokenizerFileEntries(policy),
      ...weightFiles(tensors, dtype, maxShardBytes),
    ],
    { remove: await staleFiles(policy, folder, removeAdapter) },
  );
  // The merged folder is not the base of the adapter, which may be saved later and names its base.
  if (merge) return;
  policy.folder = path.resolve(folder);
  if (policy.source !== null) policy.source = { ...policy.source, hub: null };
}

type WeightFile = { name: string; chunks: Iterable<Uint8Array | string> };

function weightFiles(
  tensors: ReadonlyMap<string, LazyTensor>,
  dtype: SavedType,
  maxShardBytes: number,
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
    return [{ name: 'model.safetensors', chunks: safetensorsChunks(shards[0], dtype) }];
  }
  const padded = (value: number): string => String(value).padStart(5, '0');
  const nameOf = (i: number): string =>
    `model-${padded(i + 1)}-of-${padded(shards.length)}.safetensors`;
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
    { name: 'model.safetensors.index.json', chunks: [jsonText(indexJson)] },
  ];
}
