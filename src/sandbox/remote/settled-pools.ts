import { createJudgePool } from '../pool.js';
import type { JudgeOptions, JudgePool } from '../pool.js';
import type { JudgeSettings } from './protocol.js';

export interface SettledPools {
  /** Calls `use` with the pool of these settings, made when it is first asked for. */
  with<T>(settings: JudgeSettings, use: (pool: JudgePool) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

interface Open {
  pool: Promise<JudgePool>;
  users: number;
}

/** Callers seldom differ in their settings; each pool costs a folder and waiting compilers. */
const mostOpen = 4;

export function createSettledPools(own: JudgeOptions): SettledPools {
  const open = new Map<string, Open>();
  const end = async ({ pool }: Open): Promise<void> => {
    await (await pool.catch(() => null))?.close();
  };
  return {
    async with(settings, use) {
      const key = JSON.stringify(settings);
      let entry = open.get(key);
      if (entry === undefined) {
        entry = { pool: createJudgePool({ ...settings, ...own }), users: 0 };
        entry.pool.catch(() => open.delete(key));
      }
      open.delete(key);
      open.set(key, entry);
      entry.users++;
      for (const [other, each] of open) {
        if (open.size <= mostOpen) break;
        if (each.users > 0) continue;
        open.delete(other);
        void end(each);
      }
      try {
        return await use(await entry.pool);
      } finally {
        entry.users--;
      }
    },
    async close() {
      await Promise.all([...open.values()].map(end));
      open.clear();
    },
  };
}
