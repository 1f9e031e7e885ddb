import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Verdict } from '../records.js';

export interface VerdictCache {
  get(key: string): Promise<Verdict | null>;
  set(key: string, verdict: Verdict): Promise<void>;
}

/** Content-addressed verdicts: in memory (the latest 50,000), and in a folder when one is named. */
export function createVerdictCache(folder: string | null, capacity = 50_000): VerdictCache {
  const memory = new Map<string, Verdict>();
  const remember = (key: string, verdict: Verdict): void => {
    memory.delete(key);
    memory.set(key, verdict);
    if (memory.size > capacity)
      for (const oldest of memory.keys()) return void memory.delete(oldest);
  };
  const fileOf = (root: string, key: string): string => join(root, key.slice(0, 2), `${key}.json`);
  return {
    async get(key) {
      const known = memory.get(key);
      if (known !== undefined) return structuredClone(known);
      if (folder === null) return null;
      try {
        const verdict = JSON.parse(await readFile(fileOf(folder, key), 'utf8')) as Verdict;
        remember(key, verdict);
        return structuredClone(verdict);
      } catch {
        return null; // absent, or torn by a full disk: judged again
      }
    },
    async set(key, verdict) {
      // Our own failures are never remembered.
      if (verdict.outcome === 'sandbox_error') return;
      remember(key, structuredClone(verdict));
      if (folder === null) return;
      const file = fileOf(folder, key);
      const partial = `${file}.${randomUUID()}`;
      await mkdir(dirname(file), { recursive: true });
      await writeFile(partial, JSON.stringify(verdict));
      await rename(partial, file);
    },
  };
}

/** SHA-256 of everything that decides a verdict. */
export function verdictKey(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
