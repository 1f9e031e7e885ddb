import { environmentError } from '../errors.js';
import { cachedCommit, cachedRepository, isCommit, linkBlob, writeRef } from './cache.js';
import type { CachedRepository } from './cache.js';
import { connectHub, type HubConnection } from './connection.js';
import { downloadBlob, type HubFile } from './download.js';
import { hubEnvironment, type HubEnvironment } from './environment.js';
import { hubError, isPassing } from './errors.js';
import { hubIdText, type HubId } from './id.js';
import { listed } from './listed.js';
import type { SourceOptions } from './options.js';

/** Which files of a repository are needed. */
export interface SnapshotPlan {
  /** What a snapshot's folder lacks; nothing: it is whole. */
  missing(folder: string): Promise<string[]>;
  /** Fetches what is needed, in an order in which the last file tells that all are there. */
  fetch(snapshot: OpenSnapshot): Promise<void>;
}

export interface OpenSnapshot {
  folder: string;
  /** What the repository has, by path. */
  listing: ReadonlyMap<string, HubFile>;
  fetch(files: readonly HubFile[]): Promise<void>;
}

/**
 * The snapshot folder of a Hub repository in the cache that is shared with Python's huggingface_hub,
 * after fetching what it lacks of what the plan names. Where the Hub cannot be reached, what the cache
 * has of the revision is used, and a note says so.
 */
export async function hubSnapshot(
  id: HubId,
  plan: SnapshotPlan,
  options: SourceOptions = {},
): Promise<string> {
  const environment = hubEnvironment();
  const repository = cachedRepository(environment.cache, id);
  const offline = options.offline ?? environment.offline;
  const commit = await cachedCommit(repository, id.revision);
  const missing = commit === null ? null : await plan.missing(repository.snapshot(commit));
  const cached = commit !== null && missing?.length === 0 ? repository.snapshot(commit) : null;
  if (offline) return cached ?? refuseOffline(id, environment, missing);
  // A commit never changes: nothing to ask.
  if (cached !== null && isCommit(id.revision)) return cached;
  const hub = connectHub(id, environment, options.signal);
  try {
    return await fetchSnapshot(hub, repository, plan, options);
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
  plan: SnapshotPlan,
  options: SourceOptions,
): Promise<string> {
  const commit = await hub.commit();
  const folder = repository.snapshot(commit);
  if ((await plan.missing(folder)).length > 0) {
    const fetch = async (files: readonly HubFile[]): Promise<void> => {
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
    await plan.fetch({ folder, listing, fetch });
  }
  await writeRef(repository, hub.id.revision, commit);
  return folder;
}
