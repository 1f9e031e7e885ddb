import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import PQueue from 'p-queue';
import type { Verdict } from '../records.js';
import { judgeCall } from './judge-call.js';
import { checkJobs, judgeSettings } from './judge-options.js';
import type { JudgeOptions } from './judge-options.js';
import { markUsed } from './made-once.js';
import type { JudgeJob } from './toolchain.js';
import { nothingRuns } from './toolchains/text/toolchain.js';
import { createVerdictCache, verdictKey } from './verdict-cache.js';
import { createWorkshop } from './workshop.js';
import { createWorkspace } from './workspace.js';

export type { JudgeOptions } from './judge-options.js';

export interface JudgePool {
  /** The C++ compiler that the judge is built with; that none is needed as long as nothing was to be run. */
  readonly toolchain: string;
  /** The isolation tier in use; that none is needed as long as nothing was to be run. */
  readonly isolation: string;
  /** Verdicts in the order of the jobs. Rejects with the signal's reason when it aborts. */
  judge(
    jobs: JudgeJob[],
    options?: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void },
  ): Promise<Verdict[]>;
  /** Ends what runs and removes all temporary files. */
  close(): Promise<void>;
}

/** Bump when the meaning of a verdict changes: cached ones are then judged anew. */
const judgeVersion = 6;

/** Builds and runs other people's programs behind walls, `workers` units at a time. */
export async function createJudgePool(options: JudgeOptions = {}): Promise<JudgePool> {
  const settings = judgeSettings(options);
  const { languages, cacheFolder } = options;
  const workspace = createWorkspace();
  const closing = new AbortController();
  try {
    const cache =
      cacheFolder === null ? join(workspace.root, 'cache') : (cacheFolder ?? userCache());
    const verdicts = createVerdictCache(
      cacheFolder ? { folder: join(cacheFolder, 'verdicts'), maxMiB: settings.cacheMiB } : null,
    );
    const queue = new PQueue({ concurrency: settings.workers });
    const active = new Set<Promise<unknown>>();
    const shop = createWorkshop(settings, { workspace, cache });
    const { toolchainOf } = shop;

    const keyOf = async (job: JudgeJob): Promise<string> => {
      const { language, completion, tests, answer, answerFormat, truncated = false } = job;
      const { fingerprint } = await toolchainOf(language);
      const asked = [language, completion, tests, answer, answerFormat, truncated];
      const walls = language === 'text' ? nothingRuns : (await shop.open()).tier.label;
      return verdictKey([judgeVersion, asked, fingerprint, settings.limits, walls]);
    };
    const judgeAll = async (
      jobs: JudgeJob[],
      signal: AbortSignal,
      onProgress: (done: number, total: number) => void,
    ): Promise<Verdict[]> => {
      const keys = await Promise.all(jobs.map(keyOf));
      const sandbox = shop.sandboxFor(signal);
      return judgeCall({ keys, jobs, toolchainOf, sandbox, verdicts, queue, signal, onProgress });
    };

    if (languages === undefined) await shop.open();
    else await Promise.all(languages.map(toolchainOf));
    return {
      get toolchain() {
        return shop.runtime?.compiler ?? nothingRuns;
      },
      get isolation() {
        return shop.isolation;
      },
      async judge(jobs, { signal, onProgress = () => undefined } = {}) {
        checkJobs(jobs);
        if (shop.runtime !== null) void markUsed(dirname(shop.runtime.folder));
        const both =
          signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]);
        both.throwIfAborted();
        const work = judgeAll(jobs, both, onProgress);
        active.add(work);
        try {
          return await work;
        } finally {
          active.delete(work);
        }
      },
      async close() {
        closing.abort(new Error('The judge pool was closed.'));
        await Promise.allSettled([...active]);
        shop.close();
        await workspace.close();
      },
    };
  } catch (error) {
    await workspace.close();
    throw error;
  }
}

function userCache(): string {
  return (
    process.env['RLSF_CACHE'] ??
    join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'rlsf')
  );
}
