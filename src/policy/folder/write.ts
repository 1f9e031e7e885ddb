import { existsSync } from 'node:fs';
import {
  access,
  chmod,
  constants,
  cp,
  link,
  mkdir,
  open,
  readdir,
  readlink,
  realpath,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import path from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { inputError, isRlsfError } from '../../errors.js';
import { isAlive } from '../../alive.js';

/**
 * Writes a folder so that a reader meets all of the old one or all of the new one: the new one is
 * written beside it and synced, with the old one's other files in it (as hard links), then the old
 * one is renamed to `NAME.old-PID`, the new one to its name, and the old one removed. A process that is
 * killed between the two renames leaves no folder of that name, only the old one under the other:
 * `restoreFolder` puts it back, at the next write or load.
 * @param options.remove the other files of the old folder that are not kept
 */
export async function writeFolder(
  folder: string,
  files: readonly { name: string; chunks: Iterable<Uint8Array | string> }[],
  options: { remove?: readonly string[] } = {},
): Promise<void> {
  const target = await placeOf(folder);
  await restoreFolder(target);
  await clearLeftovers(target);
  const temporary = `${target}.partial-${process.pid}`;
  try {
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary, { recursive: true });
    for (const { name, chunks } of files) {
      await writeSynced(path.join(temporary, name), chunks);
    }
    if (existsSync(target)) {
      await swap(
        target,
        temporary,
        new Set([...files.map(({ name }) => name), ...(options.remove ?? [])]),
      );
    } else {
      await syncFolder(temporary);
      await rename(temporary, target);
      await syncFolder(path.dirname(target));
    }
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

/**
 * Puts a folder back that a killed save had set aside, where nothing has its name.
 * @returns where it lies while the process that set it aside lives, else `null`
 */
export async function restoreFolder(folder: string): Promise<string | null> {
  if (existsSync(folder)) return null;
  const target = await placeOf(folder);
  let held: string | null = null;
  for (const { file, pid } of await besides(target, 'old')) {
    if (isAlive(pid)) held = file;
    else {
      await rename(file, target);
      return null;
    }
  }
  return held;
}

async function swap(
  target: string,
  temporary: string,
  replaced: ReadonlySet<string>,
): Promise<void> {
  const setAside = `${target}.old-${process.pid}`;
  await access(target, constants.W_OK);
  await rm(setAside, { recursive: true, force: true });
  await carryOver(target, temporary, replaced);
  await chmod(temporary, (await stat(target)).mode & 0o7777);
  await syncFolder(temporary);
  const here = isMainThread ? process.cwd() : null; // Only the main thread may change it.
  await rename(target, setAside);
  try {
    await rename(temporary, target);
  } catch (cause) {
    await rename(setAside, target);
    throw cause;
  }
  // Who works in the folder would be left in the old one.
  if (here !== null && `${here}/`.startsWith(`${target}/`)) process.chdir(here);
  await syncFolder(path.dirname(target));
  // What others put into it before it was renamed.
  await carryOver(setAside, target, replaced);
  // The new folder is in place; what cannot be removed now goes at the next save.
  await rm(setAside, { recursive: true, force: true }).catch(() => {});
}

/** Hard links, so that nothing is copied and each file stays the same file. */
async function carryOver(
  from: string,
  to: string,
  without: ReadonlySet<string> = new Set(),
): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (without.has(entry.name)) continue;
    const [source, copy] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) {
      await mkdir(copy, { recursive: true, mode: (await stat(source)).mode & 0o7777 });
      await carryOver(source, copy);
      continue;
    }
    await link(source, copy).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return undefined;
      // A file system without hard links.
      return cp(source, copy, { verbatimSymlinks: true, preserveTimestamps: true });
    });
  }
}

/** Where a folder lies: a link to it stays a link. */
async function placeOf(folder: string): Promise<string> {
  const given = path.resolve(folder);
  return realpath(given)
    .catch(async () => path.resolve(path.dirname(given), await readlink(given)))
    .catch(() => given);
}

/** What killed processes left: gigabytes that nobody would look for. */
async function clearLeftovers(target: string): Promise<void> {
  for (const { file, pid } of [
    ...(await besides(target, 'partial')),
    ...(await besides(target, 'old')),
  ]) {
    if (!isAlive(pid)) await rm(file, { recursive: true, force: true });
  }
}

/** The folders that saves of `target` have put beside it. */
async function besides(
  target: string,
  kind: 'partial' | 'old',
): Promise<{ file: string; pid: number }[]> {
  const prefix = `${path.basename(target)}.${kind}-`;
  const parent = path.dirname(target);
  return (await readdir(parent).catch(() => [])).flatMap((name) => {
    const pid = Number(name.slice(prefix.length));
    const isOne = name.startsWith(prefix) && Number.isInteger(pid) && pid > 0;
    return isOne ? [{ file: path.join(parent, name), pid }] : [];
  });
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
