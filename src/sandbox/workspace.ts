import { chmodSync, rmSync } from 'node:fs';
import { chmod, chown, cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../temporary-folder.js';

export interface Workspace {
  root: string;
  /** A new folder, here or at `path`, owned by `uid` when given, that nobody else can look into. */
  create(uid: number | null, path?: string): Promise<string>;
  remove(folder: string): Promise<void>;
  /** A copy of a folder that every user may read; made once. */
  openCopy(folder: string): Promise<string>;
  close(): Promise<void>;
}

/** Temporary folders under one root; the root goes at `close`, at the process's exit, or with the next pool. */
export function createWorkspace(): Workspace {
  const root = temporaryFolder('judge');
  const copies = new Map<string, Promise<string>>();
  let next = 0;
  // Passing through is allowed, listing is not.
  chmodSync(root, 0o711);
  const sweep = (): void => rmSync(root, { recursive: true, force: true });
  process.once('exit', sweep);
  return {
    root,
    async create(uid, path) {
      const folder = path ?? join(root, String(next++));
      await mkdir(folder, { mode: 0o700 });
      if (uid !== null) await chown(folder, uid, uid);
      return folder;
    },
    openCopy(folder) {
      const target = join(root, `copy-${copies.size}`);
      const known = copies.get(folder) ?? copyOpen(folder, target);
      copies.set(folder, known);
      return known;
    },
    async remove(folder) {
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
    async close() {
      process.removeListener('exit', sweep);
      await rm(root, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

async function copyOpen(folder: string, target: string): Promise<string> {
  await cp(folder, target, { recursive: true });
  await openToReaders(target);
  return target;
}

/** Writes a file that every user may read, whatever the umask. */
export async function writeReadable(file: string, text: string): Promise<void> {
  await writeFile(file, text);
  await chmod(file, 0o644);
}

/** Makes a folder that every user may enter, whatever the umask. */
export async function makeReadable(folder: string): Promise<void> {
  await mkdir(folder);
  await chmod(folder, 0o755);
}

/** Opens a folder and all in it to every reader. */
export async function openToReaders(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true }))
    await chmod(
      join(entry.parentPath, entry.name),
      entry.isDirectory() || entry.name === 'rlsf-launcher' ? 0o755 : 0o644,
    );
}
