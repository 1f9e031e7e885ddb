import { availableParallelism, homedir } from 'node:os';
import { dirname, join } from 'node:path';
import PQueue from 'p-queue';
import { inputError } from '../errors.js';
import type { Language, Verdict } from '../records.js';
import type { Tier, TierName } from './isolation.js';
import { judgeCall } from './judge-call.js';
import { defaultLimits } from './limits.js';
import type { Limits } from './limits.js';
import { markUsed } from './made-once.js';
import { prepareRuntime } from './runtime.js';
import type { JudgeRuntime } from './runtime.js';
import { selectTier } from './select-tier.js';
import type { JudgeJob, Sandbox, Toolchain } from './toolchain.js';
import { toolchains } from './toolchains/index.js';
import { createTextToolchain, nothingRuns } from './toolchains/text/toolchain.js';
import { createVerdictCache, verdictKey } from './verdict-cache.js';
import { createWorker } from './worker.js';
import type { Worker } from './worker.js';
import { createWorkspace } from './workspace.js';

export interface JudgeOptions {
  /**
   * What will be judged: what it needs and this machine lacks is an error at once. Another language is
   * made ready when it is first asked for. `['text']` needs neither a compiler nor isolation.
   * @default programs: isolation, but no tools of a language yet
   */
  languages?: readonly Language[];
  /** @default one per core */
  workers?: number;
  /** CPU time of one program. @default 500 */
  cpuMs?: number;
  /** Wall time of one program. @default 4000 */
  wallMs?: number;
  /** Resident memory of one program. @default 256 */
  memoryMiB?: number;
  /** @default 256 */
  outputKiB?: number;
  /** Characters of each run's stdout and stderr that stay in the verdict. @default 4096 */
  keptOutput?: number;
  /** @default 'auto': the best that works, never `none` */
  isolation?: 'auto' | TierName;
  /**
   * A folder for precompiled headers and verdicts. `null`: nothing stays on disk.
   * @default headers in the user's cache folder, verdicts in memory
   */
  cacheFolder?: string | null;
  /** Verdicts in the cache folder: the oldest go first. @default 512 */
  cacheMiB?: number;
  /** Programs per compile; 1 judges one at a time. @default 8 */
  batchSize?: number;
  /** @default 'c++17' */
  std?: string;
  /** C++ compiler: `g++`, `clang++`, or one of them by its full path. @default 'g++' */
  compiler?: string;
  /** C++ compiles by a compiler that waits with its header read; `false`: each by one of its own. @default true */
  compileServer?: boolean;
  /** Flags for the C++ compiler behind our own, such as `-O1` or `-DNDEBUG`. @default none */
  flags?: string[];
}

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

/** What programs need to be run, whatever their language: made when the first of them is to be. */
interface Workshop {
  runtime: JudgeRuntime;
  tier: Tier;
  crew: Worker[];
  free: Worker[];
}

/** Bump when the meaning of a verdict changes: cached ones are then judged anew. */
const judgeVersion = 6;

/** Builds and runs other people's programs behind walls, `workers` units at a time. */
export async function createJudgePool(options: JudgeOptions = {}): Promise<JudgePool> {
  const {
    languages,
    workers = availableParallelism(),
    batchSize = 8,
    cacheMiB = 512,
    isolation = 'auto',
    std = 'c++17',
    compiler = 'g++',
    compileServer = true,
    flags = [],
  } = options;
  const limits: Limits = {
    cpuMs: options.cpuMs ?? defaultLimits.cpuMs,
    wallMs: options.wallMs ?? defaultLimits.wallMs,
    memoryMiB: options.memoryMiB ?? defaultLimits.memoryMiB,
    outputKiB: options.outputKiB ?? defaultLimits.outputKiB,
    // Absent where not asked for: part of every verdict's key.
    ...(options.keptOutput !== undefined && { keptOutput: options.keptOutput }),
  };
  for (const [i, language] of (languages ?? []).entries())
    checkLanguage(language, `createJudgePool: languages[${i}]`);
  checkOptions({ workers, batchSize, cacheMiB, ...limits });
  const workspace = createWorkspace();
  const closing = new AbortController();
  try {
    const cache =
      options.cacheFolder === null
        ? join(workspace.root, 'cache')
        : (options.cacheFolder ?? userCache());
    const verdicts = createVerdictCache(
      options.cacheFolder
        ? { folder: join(options.cacheFolder, 'verdicts'), maxMiB: cacheMiB }
        : null,
    );
    const queue = new PQueue({ concurrency: workers });
    const active = new Set<Promise<unknown>>();

    let shop: Workshop | null = null;
    let opening: Promise<Workshop> | null = null;
    const openShop = (): Promise<Workshop> => {
      opening ??= (async () => {
        const runtime = await prepareRuntime(cache);
        const tier = await selectTier(isolation, runtime, workspace, limits);
        const slots = Array.from({ length: workers }, (_, slot) => slot);
        const crew = slots.map((slot) => createWorker({ slot, tier, limits, workspace }));
        shop = { runtime, tier, crew, free: [...crew] };
        return shop;
      })();
      opening.catch(() => (opening = null)); // what is missing may be installed meanwhile
      return opening;
    };

    const made = new Map<Language, Promise<Toolchain>>();
    const toolchainOf = (language: Language): Promise<Toolchain> => {
      const known = made.get(language);
      if (known !== undefined) return known;
      const fixed = { cache, workspace, workers, batchSize, std, compiler, compileServer, flags };
      const fresh =
        language === 'text'
          ? createTextToolchain()
          : openShop().then(({ runtime }) => toolchains[language]({ runtime, ...fixed }));
      made.set(language, fresh);
      fresh.catch(() => made.delete(language));
      return fresh;
    };

    const sandboxFor = (signal: AbortSignal): Sandbox => ({
      limits,
      isolation: shop?.tier.label ?? nothingRuns,
      leakCheck: shop?.tier.leakCheck ?? false,
      lastTry: false,
      async reachable(path) {
        const { tier } = await openShop();
        return tier.needsOpenPaths ? workspace.openCopy(path) : path;
      },
      async withBench(use) {
        const { crew, free } = await openShop();
        const worker = free.pop() ?? crew[0];
        try {
          return await worker.withBench(signal, use);
        } finally {
          free.push(worker);
        }
      },
    });

    const judgeAll = async (
      jobs: JudgeJob[],
      signal: AbortSignal,
      onProgress: (done: number, total: number) => void,
    ): Promise<Verdict[]> => {
      const keys = await Promise.all(
        jobs.map(
          async ({ language, completion, tests, answer, answerFormat, truncated = false }) => {
            const { fingerprint } = await toolchainOf(language);
            const asked = [language, completion, tests, answer, answerFormat, truncated];
            const walls = language === 'text' ? nothingRuns : (await openShop()).tier.label;
            return verdictKey([judgeVersion, asked, fingerprint, limits, walls]);
          },
        ),
      );
      const sandbox = sandboxFor(signal);
      return judgeCall({ keys, jobs, toolchainOf, sandbox, verdicts, queue, signal, onProgress });
    };

    if (languages === undefined) await openShop();
    else await Promise.all(languages.map(toolchainOf));
    return {
      get toolchain() {
        return shop?.runtime.compiler ?? nothingRuns;
      },
      get isolation() {
        return shop?.tier.label ?? nothingRuns;
      },
      async judge(jobs, { signal, onProgress = () => undefined } = {}) {
        checkJobs(jobs);
        if (shop !== null) void markUsed(dirname(shop.runtime.folder));
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
        for (const worker of shop?.crew ?? []) worker.close();
        await workspace.close();
      },
    };
  } catch (error) {
    await workspace.close();
    throw error;
  }
}

function checkJobs(jobs: readonly JudgeJob[]): void {
  for (const [i, { language, tests, answer }] of jobs.entries()) {
    checkLanguage(language, `judge: job ${i}`);
    if (language === 'text' ? answer === undefined : tests === undefined)
      throw inputError(
        `judge: job ${i}: expected ${language === 'text' ? 'an `answer` for a text' : `\`tests\` for a program in ${language}`}, came none. Pass those of its problem.`,
      );
  }
}

function checkLanguage(language: Language, where: string): void {
  if (language === 'text' || language in toolchains) return;
  throw inputError(
    `${where}: expected a language of ${[...Object.keys(toolchains), 'text'].join(', ')}, came ${JSON.stringify(language)}.`,
  );
}

function checkOptions(values: Record<string, number>): void {
  for (const [name, value] of Object.entries(values))
    if (!Number.isInteger(value) || value < 1)
      throw inputError(
        `createJudgePool: expected ${name} to be a whole number above 0, came ${value}.`,
      );
}

function userCache(): string {
  return (
    process.env['RLSF_CACHE'] ??
    join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'rlsf')
  );
}
