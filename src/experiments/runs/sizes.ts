import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';

export interface SizedEntry {
  /** Of a folder with a slash at its end. */
  name: string;
  bytes: number;
  /** 1 for a file. */
  files: number;
}

/** Bytes of a file, or of all files in a folder; a link counts as itself, what vanishes as nothing. */
export async function sizeOf(place: string): Promise<{ bytes: number; files: number }> {
  const stat = await lstat(place).catch(() => null);
  if (stat === null) return { bytes: 0, files: 0 };
  if (!stat.isDirectory()) return { bytes: stat.size, files: 1 };
  let [bytes, files] = [0, 0];
  for (const name of await readdir(place).catch((): string[] => [])) {
    const inner = await sizeOf(path.join(place, name));
    bytes += inner.bytes;
    files += inner.files;
  }
  return { bytes, files };
}

/** What lies right in a folder, by name. */
export async function sizedEntries(folder: string): Promise<SizedEntry[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const sized = entries.map(async (entry): Promise<SizedEntry> => {
    const size = await sizeOf(path.join(folder, entry.name));
    return { name: entry.isDirectory() ? `${entry.name}/` : entry.name, ...size };
  });
  return (await Promise.all(sized)).sort((a, b) => (a.name < b.name ? -1 : 1));
}
