import { Queue, QueueEvents } from 'bullmq';
import { connectRedis } from './connection.js';
import type { RedisAccess } from './connection.js';
import { prefix, queueName, taskId } from './protocol.js';
import type { JudgeReply, JudgeTask } from './protocol.js';

export interface Outstanding {
  /** What a worker said of the task. Rejects with `DeadLetter` when every try failed. */
  ask(task: JudgeTask, signal: AbortSignal): Promise<JudgeReply>;
  close(): Promise<void>;
}

/** All tries of a task failed; it stays in the queue for somebody to look at. */
export class DeadLetter extends Error {
  override readonly name = 'DeadLetter';
}

export interface OutstandingOptions extends RedisAccess {
  fingerprint: string;
  /** Lower comes first; 0: as they come. @default 0 */
  priority?: number;
  /** @default 5 */
  attempts?: number;
  /** How often what is waited for is looked up, whether or not a word of it came. @default 3000 */
  lookMs?: number;
}

interface Waiting {
  task: JudgeTask;
  resolve(reply: JudgeReply): void;
  reject(error: Error): void;
  callers: number;
}

const keptSeconds = 3600;

/**
 * Tasks in the queue that this process waits for. Events tell when one is done; beside them every task is
 * looked up now and then, and put back where it is gone: a Redis that lost its memory loses no verdict.
 */
export async function createOutstanding(options: OutstandingOptions): Promise<Outstanding> {
  const { fingerprint, priority = 0, attempts = 5, lookMs = 3000 } = options;
  const name = queueName(fingerprint);
  const connection = await connectRedis(options);
  const queue = new Queue<JudgeTask, JudgeReply>(name, { connection, prefix });
  const eventConnection = await connectRedis(options);
  const events = new QueueEvents(name, { connection: eventConnection, prefix });
  const waiting = new Map<string, Waiting>();
  queue.on('error', () => undefined); // connections come back by themselves
  events.on('error', () => undefined);

  const put = async (jobId: string, task: JudgeTask): Promise<void> => {
    await queue.add('judge', task, {
      jobId,
      attempts,
      backoff: { type: 'exponential', delay: 500 },
      ...(priority > 0 && { priority }),
      removeOnComplete: { age: keptSeconds },
    });
  };
  const settle = (id: string, use: (entry: Waiting) => void): void => {
    const entry = waiting.get(id);
    if (entry === undefined) return;
    waiting.delete(id);
    use(entry);
  };
  const look = async (id: string): Promise<void> => {
    const job = await queue.getJob(id);
    const entry = waiting.get(id);
    if (entry === undefined) return;
    if (job === undefined || job === null) return put(id, entry.task);
    if (job.returnvalue) return settle(id, ({ resolve }) => resolve(job.returnvalue));
    if (await job.isFailed())
      settle(id, ({ reject }) =>
        reject(new DeadLetter(`${job.failedReason}, after ${job.attemptsMade} tries`)),
      );
  };
  let looking = false;
  const lookAtAll = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    try {
      for (const id of [...waiting.keys()]) await look(id);
    } catch {
      // Redis is away: next time.
    } finally {
      looking = false;
    }
  };
  const timer = setInterval(() => void lookAtAll(), lookMs);
  const told = ({ jobId }: { jobId: string }): void => {
    if (waiting.has(jobId)) void look(jobId).catch(() => undefined);
  };
  events.on('completed', told);
  events.on('failed', told);
  await events.waitUntilReady();

  return {
    async ask(task, signal) {
      signal.throwIfAborted();
      const id = taskId(task);
      const reply = new Promise<JudgeReply>((resolve, reject) => {
        const before = waiting.get(id);
        waiting.set(id, {
          task,
          callers: (before?.callers ?? 0) + 1,
          resolve(value) {
            before?.resolve(value);
            resolve(value);
          },
          reject(error) {
            before?.reject(error);
            reject(error);
          },
        });
      });
      reply.catch(() => undefined);
      const gone = (): void => {
        const entry = waiting.get(id);
        if (entry === undefined || --entry.callers > 0) return;
        waiting.delete(id);
        // One that runs goes on: its verdicts are known then to whoever asks next.
        void queue.remove(id).catch(() => undefined);
      };
      const aborted = new Promise<never>((_, reject) => {
        signal.addEventListener(
          'abort',
          () => {
            gone();
            reject(signal.reason as Error);
          },
          { once: true },
        );
      });
      const begin = async (): Promise<void> => {
        const old = await queue.getJob(id);
        // A dead letter that is asked for again gets new tries.
        if (old && (await old.isFailed())) await old.retry('failed', { resetAttemptsMade: true });
        else await put(id, task);
        await look(id);
      };
      void begin().catch(() => undefined); // what did not arrive is put in by the next look
      return Promise.race([reply, aborted]);
    },
    async close() {
      clearInterval(timer);
      await Promise.all([events.close(), queue.close()]);
      connection.disconnect();
      eventConnection.disconnect();
    },
  };
}
