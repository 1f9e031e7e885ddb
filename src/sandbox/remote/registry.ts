import type { Redis } from 'ioredis';
import { prefix } from './protocol.js';

/** A worker as it tells of itself every few seconds. */
export interface WorkerRecord {
  id: string;
  host: string;
  pid: number;
  fingerprint: string;
  toolchains: Record<string, string>;
  isolation: string;
  concurrency: number;
  started: string;
  /** Completions judged since it started, and in the last minute. */
  judged: number;
  lastMinute: number;
  running: number;
  draining: boolean;
}

/** Two missed signs of life, and a worker is not shown any more. */
export const signEveryMs = 5000;
const livesMs = 3 * signEveryMs;

const keyOf = (id: string): string => `${prefix}:worker:${id}`;

export async function signWorker(redis: Redis, record: WorkerRecord): Promise<void> {
  await redis.set(keyOf(record.id), JSON.stringify(record), 'PX', livesMs);
}

export async function removeWorker(redis: Redis, id: string): Promise<void> {
  await redis.del(keyOf(id));
}

/** Those that gave a sign of life, by host. */
export async function listWorkers(redis: Redis): Promise<WorkerRecord[]> {
  const keys: string[] = [];
  for (let cursor = '0'; ;) {
    const [next, found] = await redis.scan(cursor, 'MATCH', keyOf('*'), 'COUNT', 1000);
    keys.push(...found);
    cursor = next;
    if (cursor === '0') break;
  }
  const unique = [...new Set(keys)];
  const texts = unique.length > 0 ? await redis.mget(unique) : [];
  return texts
    .filter((text) => text !== null)
    .map((text) => JSON.parse(text) as WorkerRecord)
    .sort((a, b) => (`${a.host} ${a.id}` < `${b.host} ${b.id}` ? -1 : 1));
}
