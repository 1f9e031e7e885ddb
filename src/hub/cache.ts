import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { HubId } from './id.js';

/**
 * One repository in the cache that is shared with Python's huggingface_hub:
 * `models--owner--name` or `datasets--owner--name`, with `blobs/ETAG` (contents),
 * `snapshots/COMMIT/FILE` (links to blobs) and `refs/REVISION` (the commit of a branch or tag).
 */
export interface CachedRepository {
  folder: string;
  blob(etag: string): string;
  snapshot(commit: string): string;
}

export function cachedRepository(cache: string, { name, kind = 'model' }: HubId): CachedRepository {
  const folder = path.join(cache, [`${kind}s`, ...name.split('/')].join('--'));
  return {
    folder,
    blob: (etag) => path.join(folder, 'blobs', etag),
    snapshot: (commit) => path.join(folder, 'snapshots', commit),
  };
}

export const isCommit = (revision: string): boolean => /^[0-9a-f]{40}$/.test(revision);

/** The commit that the cache has for a revision; `null` where it has none. */
export async function cachedCommit(
  repository: CachedRepository,
  revision: string,
): Promise<string | null> {
  if (isCommit(revision)) return existsSync(repository.snapshot(revision)) ? revision : null;
  const text = await readFile(path.join(repository.folder, 'refs', revision), 'utf8').catch(
    () => '',
  );
  return isCommit(text.trim()) ? text.trim() : null;
}

/** A reader never sees half a name: the file is renamed into its place. */
export async function writeRef(
  repository: CachedRepository,
  revision: string,
  commit: string,
): Promise<void> {
  if (revision === commit) return;
  const file = path.join(repository.folder, 'refs', revision);
  await mkdir(path.dirname(file), { recursive: true });
  const temporary = temporaryBeside(file);
  await writeFile(temporary, commit);
  await rename(temporary, file);
}

/** Makes a blob visible under its name; a copy where the system has no links. */
export async function linkBlob(
  repository: CachedRepository,
  commit: string,
  file: string,
  etag: string,
): Promise<void> {
  const link = path.join(repository.snapshot(commit), file);
  const blob = repository.blob(etag);
  if (existsSync(link)) return;
  await mkdir(path.dirname(link), { recursive: true });
  await rm(link, { force: true });
  try {
    await symlink(path.relative(path.dirname(link), blob), link);
  } catch (error) {
    if (existsSync(link)) return; // Another process was faster.
    const temporary = temporaryBeside(link);
    await copyFile(blob, temporary).catch(() => {
      throw error;
    });
    await rename(temporary, link);
  }
}

let made = 0;

function temporaryBeside(file: string): string {
  return `${file}.${process.pid}.${made++}.tmp`;
}
