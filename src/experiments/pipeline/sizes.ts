import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** Bytes of files and folders below a folder. */
export async function folderBytes(folder: string, names: readonly string[]): Promise<number> {
  let sum = 0;
  for (const name of names) {
    const at = path.join(folder, name);
    if (!existsSync(at)) continue;
    const facts = await stat(at);
    sum += facts.isDirectory() ? await folderBytes(at, await readdir(at)) : facts.size;
  }
  return sum;
}

/** `14 MB`, `2.1 GB` */
export function formatBytes(bytes: number): string {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1e3))} kB`;
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
