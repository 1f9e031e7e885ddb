import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import PQueue from 'p-queue';
import { environmentError, RlsfError } from '../../errors.js';
import type { Verdict } from '../../records.js';
import type { JudgeOptions, JudgePool } from '../pool.js';
import type { JudgeJob } from '../toolchain.js';
import { sandboxError } from '../verdict.js';
import { createVerdictCache, verdictKey } from '../verdict-cache.js';
import { withoutPassword } from './address.js';
import { connectRedis } from './connection.js';
import type { RedisAccess } from './connection.js';
import { createOutstanding, DeadLetter } from './outstanding.js';
import { mostInFlight, settingsOf } from './protocol.js';
import { listWorkers } from './registry.js';
import type { WorkerRecord } from './registry.js';

export interface RemoteJudgeOptions
  extends Omit<JudgeOptions, 'workers' | 'isolation'>, RedisAccess {
  /** Whose verdicts: a fingerprint of `rlsf workers`. @default that of the workers, if they have one */
  toolchain?: string | null;
  /** 1 comes before 2; 0 before all. @default 0 */
  priority?: number;
  /** Tasks of this caller in the queue at most; the others wait here. @default 256 */
  inFlight?: number;
  /** How long it waits for a first worker. @default 60000 */
  patienceMs?: number;
  /** Told once where no worker is there yet, so that it is waited for. */
  onNote?: (note: string) => void;
  /** How often a task is tried before it is a dead letter. @default 5 */
  attempts?: number;
  /** How often what is waited for is looked up. @default 3000 */
  lookMs?: number;
}

/**
 * A judge whose work is done by workers on other machines, through Redis. The same calls and the same
 * verdicts as of the pool on this machine; a task that no worker could do is `sandbox_error`, unscorable.
 */
export async function createRemoteJudgePool(options: RemoteJudgeOptions): Promise<JudgePool> {
  const { redis, redisCa, inFlight = mostInFlight, batchSize = 8 } = options;
  const { priority, attempts, lookMs } = options;
  const worker = await workerOf(options);
  const { fingerprint } = worker;
  const outstanding = await createOutstanding({
    ...{ redis, redisCa, fingerprint, priority, attempts, lookMs },
  });
  const settings = settingsOf(options);
  const queue = new PQueue({ concurrency: inFlight });
  const known = createVerdictCache(
    options.cacheFolder
      ? { folder: join(options.cacheFolder, 'verdicts'), maxMiB: options.cacheMiB ?? 512 }
      : null,
  );
  const closing = new AbortController();
  const toolchain = worker.toolchains['cpp'] ?? Object.values(worker.toolchains)[0];
  const { isolation } = worker;

  const judgeTask = async (jobs: JudgeJob[], signal: AbortSignal): Promise<Verdict[]> => {
    try {
      const reply = await outstanding.ask({ settings, jobs }, signal);
      if ('verdicts' in reply) return reply.verdicts;
      throw new RlsfError(reply.refused.tag as RlsfError['tag'], reply.refused.message);
    } catch (error) {
      if (!(error instanceof DeadLetter)) throw error;
      return jobs.map(({ tests }) =>
        sandboxError(tests?.cases.length ?? 1, error.message, { toolchain, isolation }),
      );
    }
  };

  return {
    toolchain,
    isolation,
    async judge(jobs, { signal, onProgress = () => undefined } = {}) {
      const failing = new AbortController();
      const all = AbortSignal.any([
        closing.signal,
        failing.signal,
        ...(signal === undefined ? [] : [signal]),
      ]);
      setMaxListeners(0, all); // one for every task
      all.throwIfAborted();
      const keys = jobs.map((job) => verdictKey(['remote', fingerprint, settings, job]));
      const found = new Map<string, Verdict>();
      const open = new Map<string, JudgeJob>();
      keys.forEach((key, i) => {
        const verdict = known.get(key);
        if (verdict !== null) found.set(key, { ...verdict, fromCache: true });
        else open.set(key, jobs[i]);
      });
      let done = keys.filter((key) => found.has(key)).length;
      onProgress(done, jobs.length);
      await Promise.all(
        tasksOf([...open], batchSize).map((task) =>
          queue.add(async () => {
            if (all.aborted) return;
            try {
              const verdicts = await judgeTask(
                task.map(([, job]) => job),
                all,
              );
              task.forEach(([key], i) => {
                known.set(key, verdicts[i]);
                found.set(key, verdicts[i]);
              });
              done = keys.filter((key) => found.has(key)).length;
              onProgress(done, jobs.length);
            } catch (error) {
              failing.abort(error);
            }
          }),
        ),
      );
      all.throwIfAborted();
      const given = new Set<string>();
      return keys.map((key) => {
        const verdict = found.get(key) as Verdict;
        if (given.has(key)) return { ...structuredClone(verdict), fromCache: true };
        given.add(key);
        return verdict;
      });
    },
    async close() {
      closing.abort(new Error('The judge pool was closed.'));
      await outstanding.close();
    },
  };
}

type Keyed = [key: string, job: JudgeJob];

/** Completions of one problem together: they share a compile. */
function tasksOf(open: readonly Keyed[], size: number): Keyed[][] {
  const byProblem = new Map<string, Keyed[]>();
  for (const entry of open) {
    const { completion: _, ...problem } = entry[1];
    const key = JSON.stringify(problem);
    const own = byProblem.get(key) ?? [];
    own.push(entry);
    byProblem.set(key, own);
  }
  return [...byProblem.values()].flatMap((own) =>
    Array.from({ length: Math.ceil(own.length / size) }, (_, k) =>
      own.slice(k * size, (k + 1) * size),
    ),
  );
}

/** One of the workers that are to judge. */
async function workerOf(options: RemoteJudgeOptions): Promise<WorkerRecord> {
  const { toolchain = null, languages = [], patienceMs = 60_000 } = options;
  const shown = withoutPassword(options.redis);
  const redis = await connectRedis(options);
  let isTold = false;
  try {
    for (const started = Date.now(); ;) {
      const workers = (await listWorkers(redis)).filter(
        ({ fingerprint }) => toolchain === null || fingerprint === toolchain,
      );
      const kinds = [...new Set(workers.map(({ fingerprint }) => fingerprint))];
      if (kinds.length > 1)
        throw environmentError(
          `${shown}: its workers have different toolchains (${kinds.join(', ')}), whose verdicts would not agree. Choose one with judge.redis_toolchain; rlsf workers shows them.`,
        );
      const [worker] = workers;
      if (worker !== undefined) {
        const missing = languages.find((language) => !(language in worker.toolchains));
        if (missing === undefined) return worker;
        throw environmentError(
          `${shown}: its workers do not judge ${missing}, but ${Object.keys(worker.toolchains).join(', ')}. Install its tools there.`,
        );
      }
      if (!isTold)
        options.onNote?.(
          `${shown}: no worker is there yet; one is waited for, ${patienceMs / 1000} s at most.`,
        );
      isTold = true;
      if (Date.now() - started > patienceMs)
        throw environmentError(
          `${shown}: no worker${toolchain === null ? '' : ` with the toolchain ${toolchain}`} came within ${patienceMs / 1000} s. Start one: rlsf worker --redis URL.`,
        );
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  } finally {
    redis.disconnect();
  }
}
