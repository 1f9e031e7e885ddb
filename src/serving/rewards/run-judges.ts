import type { JudgeOptions, JudgePool } from '../../sandbox/index.js';

export interface RunLimits {
  seconds: number;
  memoryMiB: number;
}

export interface RunJudges {
  /** Calls `use` with a pool of these limits; it stays open for the next call, a few of them at a time. */
  with<T>(limits: RunLimits, use: (pool: JudgePool) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

interface Open {
  pool: Promise<JudgePool>;
  users: number;
}

/** Each costs a folder and a waiting compiler. */
const mostOpen = 4;

/** Characters of a run's output that /run_code hands back. */
const keptOutput = 262_144;

const secondSteps = [1, 2, 5, 10, 20, 30, 60, 120];
const memoryStep = 256;

/**
 * Limits belong to a pool and are part of a verdict's key, so each pair has a pool of its own. They are
 * rounded up to few steps: callers that ask for almost the same share one.
 */
export function createRunJudges(
  openJudge: (limits: JudgeOptions) => Promise<JudgePool>,
): RunJudges {
  const open = new Map<string, Open>();
  const closing = new Set<Promise<unknown>>();
  const end = (entry: Open): void => {
    const work = entry.pool.then(
      (pool) => pool.close(),
      () => undefined,
    );
    closing.add(work);
    void work.finally(() => closing.delete(work));
  };
  const enter = ({ seconds, memoryMiB }: RunLimits): Open => {
    const wallMs = 1000 * (secondSteps.find((step) => step >= seconds) ?? Math.ceil(seconds));
    const memory = memoryStep * Math.ceil(memoryMiB / memoryStep);
    const key = `${wallMs} ${memory}`;
    let entry = open.get(key);
    if (entry === undefined) {
      const limits = { cpuMs: wallMs, wallMs, memoryMiB: memory, keptOutput };
      const pool = openJudge({ languages: [], ...limits, outputKiB: 1024 });
      entry = { pool, users: 0 };
      pool.catch(() => open.delete(key));
    }
    open.delete(key);
    open.set(key, entry);
    entry.users++;
    for (const [other, each] of open) {
      if (open.size <= mostOpen) break;
      if (each.users > 0) continue;
      open.delete(other);
      end(each);
    }
    return entry;
  };
  return {
    async with(limits, use) {
      const entry = enter(limits);
      try {
        return await use(await entry.pool);
      } finally {
        entry.users--;
      }
    },
    async close() {
      for (const entry of open.values()) end(entry);
      open.clear();
      await Promise.allSettled([...closing]);
    },
  };
}
