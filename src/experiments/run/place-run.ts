/** How a run's folder comes to its name, and how an old one leaves it: by renaming, so nothing is ever half there. */
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { stringify as stringifyYaml } from 'yaml';
import type { Config } from '../config/index.js';
import { writeFileAtomically, writeJson } from './files.js';
import { runPaths } from './run-paths.js';

/** A run's folder with its config and status, beside the place it is for. @returns where */
export async function makeAside(folder: string, config: Config, status: unknown): Promise<string> {
  const aside = await mkdtemp(path.join(path.dirname(folder), '.new-'));
  try {
    await writeFileAtomically(
      runPaths(aside).config,
      `# The config of this run as resolved: defaults, file, environment and --set together.\n${stringifyYaml(config)}`,
    );
    await writeJson(runPaths(aside).status, status);
    await chmod(aside, 0o777 & ~process.umask());
    return aside;
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Gives a folder made aside its name by one rename: whoever is killed before leaves no run, and two
 * processes cannot share a name. @returns false where the name is taken; the folder aside is removed then
 */
export async function placeRun(aside: string, folder: string): Promise<boolean> {
  try {
    await rename(aside, folder);
    return true;
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    if (isTaken(error)) return false;
    throw error;
  }
}

/**
 * Renames a folder to `<name>.old-1`, or the first number that is free: nothing in it is lost, and it
 * can be read as before. @returns its new place, `null` where there was nothing
 */
export async function moveAside(folder: string): Promise<string | null> {
  for (let n = 1; existsSync(folder); n++) {
    const old = `${folder}.old-${n}`;
    if (existsSync(old)) continue;
    try {
      await rename(folder, old);
      return old;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      if (!isTaken(error)) throw error;
    }
  }
  return null;
}

function isTaken(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return ['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(code ?? '');
}
