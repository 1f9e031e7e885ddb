import path from 'node:path';
import type { HubFile } from '../../hub/download.js';
import { hubIdText, type HubId } from '../../hub/id.js';
import { listed } from '../../hub/listed.js';
import { hubSnapshot, type OpenSnapshot } from '../../hub/snapshot.js';
import { inputError } from '../../errors.js';
import { readShardIndex } from '../folder/weights.js';
import { filesOf, missingFiles, singleWeights, weightsIndex } from './files.js';
import type { SourceKind, SourceOptions } from './source.js';

/**
 * The snapshot folder of a Hub repository (see `hubSnapshot`) with the files of a model, a tokenizer or
 * an adapter: only those that are read here, never pickles or other formats.
 */
export function hubFolder(
  id: HubId,
  kind: SourceKind,
  options: SourceOptions = {},
): Promise<string> {
  const plan = {
    missing: (folder: string) => missingFiles(folder, kind),
    async fetch({ folder, listing, fetch }: OpenSnapshot): Promise<void> {
      const small = smallFiles(id, kind, listing);
      const index = kind === 'model' && !listing.has(singleWeights);
      // The index says which shards there are to count.
      if (index) await fetch([listing.get(weightsIndex)!]);
      const weights =
        kind !== 'model'
          ? []
          : index
            ? await shardFiles(id, path.join(folder, weightsIndex), listing)
            : [listing.get(singleWeights)!];
      // Weights last: a snapshot that has them has all that belongs to them.
      await fetch([...small, ...weights]);
    },
  };
  return hubSnapshot(id, plan, options);
}

async function shardFiles(
  id: HubId,
  index: string,
  listing: ReadonlyMap<string, HubFile>,
): Promise<HubFile[]> {
  const names = [...new Set((await readShardIndex(index)).values())];
  return names.map((name) => {
    const file = listing.get(name);
    if (file !== undefined) return file;
    throw inputError(
      `${hubIdText(id)}: ${weightsIndex} names ${name}, which the repository does not have.`,
    );
  });
}

/** All but a model's weights; what is needed and not there is named. */
function smallFiles(id: HubId, kind: SourceKind, files: ReadonlyMap<string, HubFile>): HubFile[] {
  const { needed, optional } = filesOf[kind];
  const missing = needed.filter((name) => !files.has(name));
  const noWeights = kind === 'model' && !files.has(singleWeights) && !files.has(weightsIndex);
  if (noWeights) missing.push(`${singleWeights} or ${weightsIndex}`);
  if (missing.length > 0) {
    const others = [...files.keys()].filter((name) =>
      /\.(bin|pth|pt|gguf|safetensors|onnx)$/.test(name),
    );
    throw inputError(
      `${hubIdText(id)}: the repository lacks ${missing.join(', ')}${others.length > 0 ? `; it has ${listed(others)}` : ''}. Choose one with safetensors and a fast tokenizer.`,
    );
  }
  return [...needed, ...optional].flatMap((name) => files.get(name) ?? []);
}
