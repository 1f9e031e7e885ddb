import path from 'node:path';
import { environmentError, inputError } from '../../errors.js';
import {
  cachedCommit,
  cachedRepository,
  filesOf,
  isCommit,
  linkBlob,
  missingFiles,
  singleWeights,
  weightsIndex,
  writeRef,
  type CachedRepository,
} from './cache.js';
import { connectHub, type HubConnection } from './connection.js';
import { downloadBlob, type HubFile } from './download.js';
import { hubEnvironment, type HubEnvironment } from './environment.js';
import { hubError, isPassing } from './errors.js';
import { hubIdText, type HubId } from './id.js';
import type { SourceKind, SourceOptions } from './source.js';
import { readShardIndex } from '../folder/weights.js';
import { listed } from '../listed.js';

/**
 * The snapshot folder of a Hub repository in the cache that is shared with Python's huggingface_hub,
 * after fetching what it lacks: only the files that are read here, never pickles or other formats.
 * Where the Hub cannot be reached, what the cache has of the revision is used, and a note says so.
 */
export async function hubFolder(
  id: HubId,
  kind: SourceKind,
  options: SourceOptions = {},
): Promise<string> {
  const environment = hubEnvironment();
  const repository = cachedRepository(environment.cache, id);
  const offline = options.offline ?? environment.offline;
  const commit = await cachedCommit(repository, id.revision);
  const missing = commit === null ? null : await missingFiles(repository.snapshot(commit), kind);
  const cached = commit !== null && missing?.length === 0 ? repository.snapshot(commit) : null;
  if (offline) return cached ?? refuseOffline(id, environment, missing);
  // A commit never changes: nothing to ask.
  if (cached !== null && isCommit(id.revision)) return cached;
  const hub = connectHub(id, environment, options.signal);
  try {
    return await fetchSnapshot(hub, repository, kind, options);
  } catch (error) {
    if (cached !== null && isPassing(error)) {
      options.onNote?.(
        `${hubIdText(id)}: the Hub (${environment.endpoint}) cannot be reached; using the cached revision ${commit}.`,
      );
      return cached;
    }
    throw hubError(error, id, environment, hub.errorCode());
  }
}

function refuseOffline(
  id: HubId,
  { cache }: HubEnvironment,
  missing: readonly string[] | null,
): never {
  const lacks =
    missing === null ? `has nothing of its revision ${id.revision}` : `lacks ${listed(missing)}`;
  throw environmentError(
    `${hubIdText(id)}: offline mode is on, and the cache ${cache} ${lacks}. Fetch it once with network (unset HF_HUB_OFFLINE), or give a local folder.`,
  );
}

async function fetchSnapshot(
  hub: HubConnection,
  repository: CachedRepository,
  kind: SourceKind,
  options: SourceOptions,
): Promise<string> {
  const commit = await hub.commit();
  const folder = repository.snapshot(commit);
  if ((await missingFiles(folder, kind)).length > 0) {
    const fetchAll = async (files: readonly HubFile[]): Promise<void> => {
      const totalBytes = files.reduce((sum, { size }) => sum + size, 0);
      let before = 0;
      for (const file of files) {
        await downloadBlob(file, repository.blob(file.etag), {
          read: (start) => hub.read(commit, file, start),
          onBytes: (bytes) =>
            options.onProgress?.({
              id: hubIdText(hub.id),
              file: file.path,
              bytes: before + bytes,
              totalBytes,
            }),
        });
        await linkBlob(repository, commit, file.path, file.etag);
        before += file.size;
      }
    };
    const listing = new Map((await hub.files(commit)).map((file) => [file.path, file]));
    const small = smallFiles(hub.id, kind, listing);
    const index = kind === 'model' && !listing.has(singleWeights);
    // The index says which shards there are to count.
    if (index) await fetchAll([listing.get(weightsIndex)!]);
    const weights =
      kind !== 'model'
        ? []
        : index
          ? await shardFiles(hub.id, path.join(folder, weightsIndex), listing)
          : [listing.get(singleWeights)!];
    // Weights last: a snapshot that has them has all that belongs to them.
    await fetchAll([...small, ...weights]);
  }
  await writeRef(repository, hub.id.revision, commit);
  return folder;
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
