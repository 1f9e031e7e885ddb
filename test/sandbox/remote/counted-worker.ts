import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll } from 'vitest';
import { judgeFleet } from '../../../src/sandbox/remote/index.js';
import { prefix, queueName } from '../../../src/sandbox/remote/protocol.js';
import { startRedis, startWorker } from './redis.js';
import type { RedisProcess, WorkerProcess } from './redis.js';

/** A Redis with one worker for the tests of a file, and a folder; there once the tests run. */
export interface CountedWorker {
  redis: RedisProcess;
  at(...parts: string[]): string;
  /** Tasks that the worker did meanwhile. */
  tasksOf(work: () => Promise<unknown>): Promise<number>;
}

export function countedWorker(): CountedWorker {
  let folder: string;
  let worker: WorkerProcess;
  let connection: Redis;
  let queue: Queue;
  const counted = {
    at: (...parts) => path.join(folder, ...parts),
    async tasksOf(work) {
      const before = await queue.getCompletedCount();
      await work();
      return (await queue.getCompletedCount()) - before;
    },
  } as CountedWorker;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-roads-'));
    counted.redis = await startRedis();
    const { url } = counted.redis;
    worker = await startWorker(url, 'one');
    const [{ fingerprint }] = (await judgeFleet({ redis: url })).workers;
    connection = new Redis(url, { maxRetriesPerRequest: null });
    queue = new Queue(queueName(fingerprint), { connection, prefix });
  });
  afterAll(async () => {
    await queue.close();
    connection.disconnect();
    await worker.kill();
    await counted.redis.stop();
    await rm(folder, { recursive: true, force: true });
  });
  return counted;
}
