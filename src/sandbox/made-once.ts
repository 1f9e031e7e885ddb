import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { openToReaders } from './workspace.js';

/** Makes a folder whole or not at all, also when two processes make the same one; a known one is marked as used. */
export async function makeOnce(
  target: string,
  fill: (folder: string) => Promise<void>,
): Promise<void> {
  if (existsSync(target)) {
    const now = new Date();
    await utimes(target, now, now).catch(() => undefined);
    return;
  }
  const partial = `${target}.${randomUUID()}`;
  await mkdir(partial, { recursive: true, mode: 0o755 });
  try {
    await fill(partial);
    await openToReaders(partial);
    await rename(partial, target);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
}

/** Keeps the `keep` folders of this prefix that were used last. */
export async function prune(folder: string, keep: number, prefix: string): Promise<void> {
  const names = (await readdir(folder)).filter(
    (name) => name.startsWith(prefix) && !name.includes('.'),
  );
  if (names.length <= keep) return;
  const dated = await Promise.all(
    names.map(async (name) => ({
      name,
      at: (await stat(join(folder, name)).catch(() => null))?.mtimeMs ?? 0,
    })),
  );
  dated.sort((a, b) => b.at - a.at);
  await Promise.all(
    dated.slice(keep).map(({ name }) => rm(join(folder, name), { recursive: true, force: true })),
  );
}
