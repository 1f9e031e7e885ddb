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
  if (existsSync(target)) return markUsed(target);
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

const minuteMs = 60_000;
/** No call of a judge takes longer, and each marks what it uses. */
export const dayMs = 86_400_000;
const marked = new Map<string, number>();

/** Tells other processes that a folder is in use; writes at most once a minute. */
export async function markUsed(folder: string): Promise<void> {
  const now = Date.now();
  if (now - (marked.get(folder) ?? 0) < minuteMs) return;
  marked.set(folder, now);
  await utimes(folder, now / 1000, now / 1000).catch(() => undefined);
}

/**
 * Keeps the `keep` folders of this prefix that were used last, and whatever was used within `idleMs`:
 * another process may be using it now.
 */
export async function prune(
  folder: string,
  options: { keep: number; prefix: string; idleMs: number },
): Promise<void> {
  const { keep, prefix, idleMs } = options;
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
  const old = dated.slice(keep).filter(({ at }) => Date.now() - at > idleMs);
  await Promise.all(
    old.map(({ name }) => rm(join(folder, name), { recursive: true, force: true })),
  );
}
