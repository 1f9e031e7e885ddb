import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { inputError, isRlsfError } from '../../errors.js';

/** A JSON object from a file; `what` names the thing that is being loaded, for the message. */
export async function readJsonObject(file: string, what: string): Promise<Record<string, unknown>> {
  return parseJsonObject(await readText(file, what), file);
}

export async function readText(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw inputError(`${what}: cannot read ${file}. Check the path; the folder must be complete.`, {
      cause,
    });
  }
}

export function parseJsonObject(text: string, file: string): Record<string, unknown> {
  if (isLfsPointer(text)) throw inputError(pointerMessage(file));
  if (text.trim() === '') throw inputError(`${file}: is empty. Fetch it again.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw inputError(`${file}: expected JSON, got something else (${String(cause)}).`, { cause });
  }
  if (!isObject(value)) {
    throw inputError(
      `${file}: expected a JSON object, got ${Array.isArray(value) ? 'a list' : String(value)}.`,
    );
  }
  return value;
}

/** What `git clone` leaves in place of a large file where Git LFS did not run. */
export function isLfsPointer(start: string): boolean {
  return start.startsWith('version https://git-lfs');
}

export function pointerMessage(file: string): string {
  return `${file}: is a Git LFS pointer, not the file itself. Run git lfs pull in that folder.`;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/**
 * Writes files so that a reader never sees one half-written: all are written beside the folder and
 * synced first. A new folder then appears whole by one rename; in a folder that exists each file is
 * replaced by a rename, in the order given, and the files in `remove` go last. Put what makes the
 * new state valid (the weights, or the index of their shards) at the end: a process that is killed
 * before leaves the old folder.
 */
export async function writeFolder(
  folder: string,
  files: readonly { name: string; chunks: Iterable<Uint8Array | string> }[],
  options: { remove?: readonly string[] } = {},
): Promise<void> {
  const target = path.resolve(folder);
  await clearLeftovers(target);
  const temporary = `${target}.partial-${process.pid}`;
  try {
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary, { recursive: true });
    for (const { name, chunks } of files) {
      await writeSynced(path.join(temporary, name), chunks);
    }
    if (existsSync(target)) {
      for (const { name } of files) {
        await rename(path.join(temporary, name), path.join(target, name));
      }
      for (const name of options.remove ?? []) await rm(path.join(target, name), { force: true });
      await syncFolder(target);
    } else {
      await rename(temporary, target);
    }
    await syncFolder(path.dirname(target));
  } catch (cause) {
    if (isRlsfError(cause)) throw cause;
    throw inputError(
      `Cannot write the folder ${target}. Check that it can be written and has room.`,
      { cause },
    );
  } finally {
    // What went wrong before says more than a failure to clear up.
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
  }
}

/** What killed processes left: gigabytes that nobody would look for. */
async function clearLeftovers(target: string): Promise<void> {
  const prefix = `${path.basename(target)}.partial-`;
  const parent = path.dirname(target);
  const names = await readdir(parent).catch(() => []);
  for (const name of names) {
    const pid = Number(name.slice(prefix.length));
    if (!name.startsWith(prefix) || !Number.isInteger(pid) || isAlive(pid)) continue;
    await rm(path.join(parent, name), { recursive: true, force: true });
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user cannot be signalled, but lives.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function writeSynced(file: string, chunks: Iterable<Uint8Array | string>): Promise<void> {
  const handle = await open(file, 'w');
  try {
    for (const chunk of chunks) await handle.writeFile(chunk);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes the renames themselves survive a power cut. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
