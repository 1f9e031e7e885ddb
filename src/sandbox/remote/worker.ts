import { randomUUID } from 'node:crypto';
import { availableParallelism, hostname } from 'node:os';
import { Worker } from 'bullmq';
import type { Job } from 'bullmq';
import { environmentError, isRlsfError } from '../../errors.js';
import type { Language } from '../../records.js';
import { createJudgePool } from '../pool.js';
import type { JudgeOptions } from '../pool.js';
import { connectRedis } from './connection.js';
import type { RedisAccess } from './connection.js';
import { proveToolchains } from './fingerprint.js';
import { prefix, queueName } from './protocol.js';
import type { JudgeReply, JudgeTask } from './protocol.js';
import { removeWorker, signEveryMs, signWorker } from './registry.js';
import type { WorkerRecord } from './registry.js';
import { createSettledPools } from './settled-pools.js';

export interface JudgeWorkerOptions extends RedisAccess {
  /** Tasks (up to 8 completions each) at a time on this host. @default one per core */
  concurrency?: number;
  /** What it offers. @default every language whose tools work here */
  languages?: readonly Language[];
  isolation?: JudgeOptions['isolation'];
  cacheFolder?: JudgeOptions['cacheFolder'];
  /** How long a task of a worker that died is kept from others. @default 30000 */
  lockMs?: number;
  /** What it is called among the workers. @default the host's name */
  host?: string;
}

export interface JudgeWorker {
  readonly record: WorkerRecord;
  /** Takes no more tasks, finishes those it has, and says goodbye. */
  close(): Promise<void>;
}

/** Redis gives back what a dead worker held so many times before it is a dead letter. */
const mostStalled = 20;

/** Judges what callers of the same Redis ask for, with the tools of this machine. */
export async function startJudgeWorker(options: JudgeWorkerOptions): Promise<JudgeWorker> {
  const { concurrency = availableParallelism(), isolation, cacheFolder, lockMs = 30_000 } = options;
  const redis = await connectRedis(options);
  const own: JudgeOptions = { workers: concurrency, isolation, cacheFolder, languages: [] };
  const pools = createSettledPools(own);
  const first = await createJudgePool({ ...own, workers: 1 });
  const proof = await proveToolchains(first, options.languages).finally(() => first.close());
  if (Object.keys(proof.toolchains).every((language) => language === 'text')) {
    redis.disconnect();
    throw environmentError(
      'rlsf worker: no language of programs works on this machine, so it can judge nothing. rlsf doctor says what is missing.',
    );
  }
  const record: WorkerRecord = {
    id: randomUUID(),
    host: options.host ?? hostname(),
    pid: process.pid,
    concurrency,
    started: new Date().toISOString(),
    judged: 0,
    lastMinute: 0,
    running: 0,
    draining: false,
    ...proof,
  };
  const recent: { at: number; count: number }[] = [];

  const work = async (job: Job<JudgeTask, JudgeReply>): Promise<JudgeReply> => {
    record.running++;
    try {
      const { settings, jobs } = job.data;
      const verdicts = await pools.with(settings, (pool) => pool.judge(jobs));
      const last = job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
      // Our own trouble here may be none elsewhere.
      if (!last && verdicts.some(({ outcome }) => outcome === 'sandbox_error'))
        throw new Error('a verdict is sandbox_error');
      record.judged += jobs.length;
      recent.push({ at: Date.now(), count: jobs.length });
      return { verdicts, worker: `${record.host} ${record.id}` };
    } catch (error) {
      if (isRlsfError(error) && error.tag === 'input')
        return { refused: { tag: error.tag, message: error.message } };
      throw error;
    } finally {
      record.running--;
    }
  };
  const worker = new Worker<JudgeTask, JudgeReply>(queueName(proof.fingerprint), work, {
    connection: redis,
    prefix,
    concurrency,
    lockDuration: lockMs,
    stalledInterval: Math.max(1000, lockMs / 2),
    maxStalledCount: mostStalled,
  });
  worker.on('error', () => undefined); // of the connection, which comes back by itself
  const sign = async (): Promise<void> => {
    while (recent.length > 0 && recent[0].at < Date.now() - 60_000) recent.shift();
    record.lastMinute = recent.reduce((sum, { count }) => sum + count, 0);
    await signWorker(redis, record).catch(() => undefined);
  };
  await worker.waitUntilReady();
  await sign();
  const signing = setInterval(() => void sign(), signEveryMs);
  return {
    record,
    async close() {
      record.draining = true;
      await sign();
      await worker.close();
      clearInterval(signing);
      await removeWorker(redis, record.id).catch(() => undefined);
      await pools.close();
      redis.disconnect();
    },
  };
}
