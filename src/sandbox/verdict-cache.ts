import { createHash, randomUUID } from 'node:crypto';
import {
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Verdict } from '../records.js';

export interface VerdictCache {
  get(key: string): Verdict | null;
  set(key: string, verdict: Verdict): void;
}

const dayMs = 86_400_000;

/**
 * Content-addressed verdicts: the latest in memory, and in a folder when one is named. Several
 * processes may share the folder: a file is written whole or not at all, one that is gone or torn is
 * a verdict that is not known. Past `maxMiB` those that were not used for longest go first.
 */
export function createVerdictCache(
  disk: { folder: string; maxMiB: number } | null,
  capacity = 50_000,
): VerdictCache {
  const memory = new Map<string, Verdict>();
  const maxBytes = (disk?.maxMiB ?? 0) * 2 ** 20;
  // Counted anew whenever as much was written as would matter.
  let unchecked = maxBytes;
  const remember = (key: string, verdict: Verdict): void => {
    memory.delete(key);
    memory.set(key, verdict);
    if (memory.size > capacity)
      for (const oldest of memory.keys()) return void memory.delete(oldest);
  };
  const fileOf = (key: string): string => join(disk?.folder ?? '', key.slice(0, 2), `${key}.json`);
  return {
    get(key) {
      const known = memory.get(key);
      if (known !== undefined) return structuredClone(known);
      if (disk === null) return null;
      try {
        const file = fileOf(key);
        const verdict = JSON.parse(readFileSync(file, 'utf8')) as Verdict;
        remember(key, structuredClone(verdict));
        markUsed(file);
        return verdict;
      } catch {
        return null;
      }
    },
    set(key, verdict) {
      // Our own failures are never remembered.
      if (verdict.outcome === 'sandbox_error') return;
      remember(key, structuredClone(verdict));
      if (disk === null) return;
      const file = fileOf(key);
      const partial = `${file}.${randomUUID()}`;
      const text = JSON.stringify(verdict);
      try {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(partial, text);
        renameSync(partial, file);
      } catch {
        // A full or a read-only disk costs the memory of this verdict, not the verdict.
        rmSync(partial, { force: true });
        return;
      }
      unchecked += text.length;
      if (unchecked < maxBytes / 16) return;
      unchecked = 0;
      makeRoom(disk.folder, maxBytes);
    },
  };
}

/** SHA-256 of everything that decides a verdict. */
export function verdictKey(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function markUsed(file: string): void {
  const now = Date.now();
  if (now - statSync(file).mtimeMs > dayMs) utimesSync(file, now / 1000, now / 1000);
}

/** Down to three quarters, so that it need not be done again at once. */
function makeRoom(folder: string, maxBytes: number): void {
  const files = readdirSync(folder, { withFileTypes: true, recursive: true }).flatMap((entry) => {
    if (!entry.isFile()) return [];
    const path = join(entry.parentPath, entry.name);
    try {
      const { size, mtimeMs } = statSync(path);
      return [{ path, size, at: mtimeMs }];
    } catch {
      return []; // removed by somebody else meanwhile
    }
  });
  let total = files.reduce((sum, { size }) => sum + size, 0);
  if (total <= maxBytes) return;
  files.sort((a, b) => a.at - b.at);
  for (const { path, size } of files) {
    if (total <= maxBytes * 0.75) break;
    rmSync(path, { force: true });
    total -= size;
  }
}
