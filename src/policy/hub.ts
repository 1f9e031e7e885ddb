import { downloadFile, listFiles, modelInfo } from '@huggingface/hub';
import path from 'node:path';
import { environmentError, inputError } from '../errors.js';
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
} from './hub-cache.js';
import { downloadBlob, type HubFile } from './hub-download.js';
import { hubEnvironment, type HubEnvironment } from './hub-environment.js';
import { hubError, isPassing } from './hub-errors.js';
import { hubIdText, type HubId } from './hub-id.js';
import type { SourceKind, SourceOptions } from './sources.js';
import { listed, readShardIndex } from './weights.js';

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
  const hub = connect(id, environment, options.signal);
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

/** The calls to the Hub for one repository, through the official client. */
interface Connection {
  id: HubId;
  commit(): Promise<string>;
  files(commit: string): Promise<HubFile[]>;
  read(commit: string, file: HubFile, start: number): Promise<AsyncIterable<Uint8Array>>;
  /** The Hub's own word for the last refusal. */
  errorCode(): string | null;
}

function connect(
  id: HubId,
  { endpoint, token }: HubEnvironment,
  signal: AbortSignal | undefined,
): Connection {
  let code: string | null = null;
  const params = {
    hubUrl: endpoint,
    ...(token === null ? {} : { accessToken: token.value }),
    fetch: async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
      const response = await fetch(input, { ...init, ...(signal ? { signal } : {}) });
      code = response.ok ? null : response.headers.get('X-Error-Code');
      return response;
    },
  };
  const repo = { type: 'model' as const, name: id.name };
  return {
    id,
    async commit() {
      const { sha } = await modelInfo({
        ...params,
        name: id.name,
        revision: id.revision,
        additionalFields: ['sha'],
      });
      return sha;
    },
    async files(commit) {
      const files: HubFile[] = [];
      for await (const { type, path: file, size, oid, lfs } of listFiles({
        ...params,
        repo,
        revision: commit,
      })) {
        const etag = lfs?.oid ?? oid;
        if (type === 'file' && etag !== undefined) files.push({ path: file, size, etag });
      }
      return files;
    },
    async read(commit, file, start) {
      // Plain HTTP with ranges, not the Xet protocol: a partial file can be gone on with.
      const blob = await downloadFile({
        ...params,
        repo,
        path: file.path,
        revision: commit,
        xet: false,
      });
      if (blob === null) {
        throw inputError(`${hubIdText(id)}: the Hub lists ${file.path} but does not have it.`);
      }
      const part = start === 0 ? blob : blob.slice(start, file.size);
      return part.stream() as unknown as AsyncIterable<Uint8Array>;
    },
    errorCode: () => code,
  };
}

async function fetchSnapshot(
  hub: Connection,
  repository: CachedRepository,
  kind: SourceKind,
  options: SourceOptions,
): Promise<string> {
  const { id } = hub;
  const commit = await hub.commit();
  const folder = repository.snapshot(commit);
  if ((await missingFiles(folder, kind)).length > 0) {
    const files = new Map((await hub.files(commit)).map((file) => [file.path, file]));
    const fetchAll = async (
      wanted: readonly HubFile[],
      base: number,
      total: number,
    ): Promise<void> => {
      let before = base;
      for (const file of wanted) {
        await downloadBlob(file, repository.blob(file.etag), {
          read: (start) => hub.read(commit, file, start),
          onBytes: (bytes) =>
            options.onProgress?.({
              id: hubIdText(id),
              file: file.path,
              bytes: before + bytes,
              totalBytes: total,
            }),
        });
        await linkBlob(repository, commit, file.path, file.etag);
        before += file.size;
      }
    };
    const sizeOf = (list: readonly HubFile[]): number =>
      list.reduce((sum, { size }) => sum + size, 0);
    // Weights last: a snapshot that has them has all that belongs to them.
    const small = smallFiles(id, kind, files);
    const single = files.get(singleWeights);
    const large = kind === 'model' && single ? [single] : [];
    if (kind === 'model' && !single)
      await fetchAll([files.get(weightsIndex)!], 0, files.get(weightsIndex)!.size);
    if (kind === 'model' && !single) {
      const index = path.join(folder, weightsIndex);
      for (const shard of new Set((await readShardIndex(index)).values())) {
        const file = files.get(shard);
        if (file === undefined) {
          throw inputError(
            `${hubIdText(id)}: ${weightsIndex} names ${shard}, which the repository does not have.`,
          );
        }
        large.push(file);
      }
    }
    const total = sizeOf(small) + sizeOf(large);
    await fetchAll(small, 0, total);
    await fetchAll(large, sizeOf(small), total);
  }
  await writeRef(repository, id.revision, commit);
  return folder;
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
