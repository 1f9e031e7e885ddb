import { Queue } from 'bullmq';
import type { JudgeReply, JudgeTask } from './protocol.js';
import { connectRedis } from './connection.js';
import type { RedisAccess } from './connection.js';
import { prefix, queueName } from './protocol.js';
import { listWorkers } from './registry.js';
import type { WorkerRecord } from './registry.js';

export interface DeadTask {
  id: string;
  completions: number;
  language: string;
  reason: string;
  tries: number;
}

export interface QueueState {
  fingerprint: string;
  waiting: number;
  active: number;
  delayed: number;
  failed: number;
  /** Tasks that every try failed on, the latest first, 20 at most. */
  dead: DeadTask[];
}

export interface JudgeFleet {
  workers: WorkerRecord[];
  queues: QueueState[];
  /** Dead tasks that were given new tries. */
  retried: number;
}

/** Who judges, what waits, and what nobody could judge. `retry`: the latter gets new tries. */
export async function judgeFleet(access: RedisAccess, { retry = false } = {}): Promise<JudgeFleet> {
  const redis = await connectRedis(access);
  try {
    const workers = await listWorkers(redis);
    const queues: QueueState[] = [];
    let retried = 0;
    const names = await redis.keys(`${prefix}:${queueName('*')}:meta`);
    for (const key of names.sort()) {
      const name = key.slice(prefix.length + 1, -':meta'.length);
      const queue = new Queue<JudgeTask, JudgeReply>(name, { connection: redis, prefix });
      const failed = await queue.getFailed(0, retry ? -1 : 19);
      if (retry)
        for (const job of failed) {
          await job.retry('failed', { resetAttemptsMade: true });
          retried++;
        }
      const counts = await queue.getJobCounts('wait', 'prioritized', 'active', 'delayed', 'failed');
      queues.push({
        fingerprint: name.split('-').at(-1) as string,
        waiting: counts['wait'] + counts['prioritized'],
        active: counts['active'],
        delayed: counts['delayed'],
        failed: counts['failed'],
        dead: (retry ? [] : failed).map((job) => ({
          id: job.id as string,
          completions: job.data.jobs.length,
          language: job.data.jobs[0].language,
          reason: job.failedReason,
          tries: job.attemptsMade,
        })),
      });
      await queue.close();
    }
    return { workers, queues, retried };
  } finally {
    redis.disconnect();
  }
}
