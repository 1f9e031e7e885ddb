import { availableParallelism, homedir } from 'node:os';
import { join } from 'node:path';
import PQueue from 'p-queue';
import { inputError, isRlsfError } from '../errors.js';
import type { Language, ProgramTests, Verdict } from '../records.js';
import { selectTier } from './select-tier.js';
import type { IsolatedCommand, TierName } from './isolation.js';
import { defaultLimits } from './limits.js';
import type { Limits } from './limits.js';
import { runProcess } from './process.js';
import { executionEnvironment } from './toolchains/cpp/execute.js';
import { createCaseStore } from './toolchains/cpp/case-store.js';
import { judgeUnit } from './toolchains/cpp/judge-unit.js';
import type { UnitContext } from './toolchains/cpp/judge-unit.js';
import { createCppToolchain } from './toolchains/cpp/toolchain.js';
import { createProgram } from './toolchains/cpp/unit.js';
import type { Program } from './toolchains/cpp/unit.js';
import { sandboxError } from './toolchains/cpp/verdict.js';
import { createVerdictCache, verdictKey } from './verdict-cache.js';
import { createWorkspace } from './workspace.js';

export interface JudgeJob {
  completion: string;
  tests: ProgramTests;
  language: Language;
}

export interface JudgeOptions {
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
  /** @default 'auto': the best that works, never `none` */
  isolation?: 'auto' | TierName;
  /**
   * A folder for precompiled headers and verdicts. `null`: nothing stays on disk.
   * @default headers in the user's cache folder, verdicts in memory
   */
  cacheFolder?: string | null;
  /** Programs per compile; 1 judges one at a time. @default 8 */
  batchSize?: number;
  /** @default 'c++17' */
  std?: string;
}

export interface JudgePool {
  toolchain: string;
  /** The isolation tier in use. */
  isolation: string;
  /** Verdicts in the order of the jobs. Rejects with the signal's reason when it aborts. */
  judge(
    jobs: JudgeJob[],
    options?: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void },
  ): Promise<Verdict[]>;
  /** Ends what runs and removes all temporary files. */
  close(): Promise<void>;
}

/** Bump when the meaning of a verdict changes: cached ones are then judged anew. */
const judgeVersion = 3;

/** Compiles and runs other people's programs behind walls, `workers` units at a time. */
export async function createJudgePool(options: JudgeOptions = {}): Promise<JudgePool> {
  const {
    workers = availableParallelism(),
    batchSize = 8,
    isolation = 'auto',
    std = 'c++17',
  } = options;
  const limits: Limits = {
    cpuMs: options.cpuMs ?? defaultLimits.cpuMs,
    wallMs: options.wallMs ?? defaultLimits.wallMs,
    memoryMiB: options.memoryMiB ?? defaultLimits.memoryMiB,
    outputKiB: options.outputKiB ?? defaultLimits.outputKiB,
  };
  checkOptions({ workers, batchSize, ...limits });
  const workspace = createWorkspace();
  const closing = new AbortController();
  try {
    const cache =
      options.cacheFolder === null
        ? join(workspace.root, 'cache')
        : (options.cacheFolder ?? userCache());
    const toolchain = await createCppToolchain(cache, std);
    const tier = await selectTier(isolation, toolchain, workspace, limits);
    const around = { toolchain: toolchain.version, isolation: tier.label };
    const verdicts = createVerdictCache(
      options.cacheFolder ? join(options.cacheFolder, 'verdicts') : null,
    );
    const queue = new PQueue({ concurrency: workers });
    const slots = Array.from({ length: workers }, (_, slot) => slot);
    const maxBytes = batchSize * (4 * limits.outputKiB + 1) * 1024 + (1 << 22);
    const active = new Set<Promise<unknown>>();

    const reachable = async (path: string): Promise<string> =>
      tier.needsOpenPaths ? workspace.openCopy(path) : path;
    const cases = createCaseStore(workspace);
    const contextFor = (signal: AbortSignal, counts: ReadonlyMap<string, number>): UnitContext => {
      const run = (command: IsolatedCommand): ReturnType<typeof runProcess> => {
        const { file, args, cwd, env } = tier.wrap(command);
        // The launcher keeps the limits; this is for a launcher that is stuck itself.
        const wallMs = command.limits.totalMs + 5000;
        const sanitizers = command.mode === 'compile' ? {} : executionEnvironment(limits, tier);
        return runProcess(file, args, {
          cwd,
          env: { ...env, ...sanitizers },
          wallMs,
          maxBytes,
          signal,
        });
      };
      const context: UnitContext = {
        limits,
        around,
        sharedCases: (programs) => cases.prepare(programs, counts, context),
        async withBench(programs, use) {
          const slot = slots.pop() ?? 0;
          const folder = await workspace.create(tier.owner(slot));
          try {
            const header = await reachable(await toolchain.header(programs[0].tests.includes));
            const runtime = await reachable(toolchain.runtime);
            return await use({
              toolchain,
              folder,
              header,
              runtime,
              objects: cases.folder,
              slot,
              run,
            });
          } finally {
            slots.push(slot);
            await workspace.remove(folder);
          }
        },
      };
      return context;
    };

    const judgeAll = async (
      jobs: JudgeJob[],
      signal: AbortSignal,
      onProgress: (done: number, total: number) => void,
    ): Promise<Verdict[]> => {
      const results = new Map<string, Verdict>();
      const keys = jobs.map(({ completion, tests }) =>
        verdictKey([judgeVersion, completion, tests, toolchain.fingerprint, limits, tier.label]),
      );
      const programs = new Map<string, Program>();
      // How many distinct completions a problem's cases are for.
      const counts = new Map<string, number>();
      let done = 0;
      const share = new Map<string, number>();
      for (const key of keys) share.set(key, (share.get(key) ?? 0) + 1);
      const settle = (key: string, verdict: Verdict): void => {
        results.set(key, verdict);
        done += share.get(key) ?? 0;
        onProgress(done, jobs.length);
      };
      for (const [i, key] of keys.entries()) {
        if (programs.has(key) || results.has(key)) continue;
        const known = await verdicts.get(key);
        if (known !== null) {
          settle(key, { ...known, fromCache: true });
          continue;
        }
        const { completion, tests } = jobs[i];
        const program = createProgram(tests, completion);
        programs.set(key, program);
        const shared = program.shared?.name;
        if (shared !== undefined) counts.set(shared, (counts.get(shared) ?? 0) + 1);
      }

      const context = contextFor(signal, counts);
      const again: string[] = [];
      const judgeGroup = async (group: string[], last: boolean): Promise<void> => {
        const unit = group
          .map((key) => programs.get(key))
          .filter((program) => program !== undefined);
        const judged = await judgeUnit(unit, context).catch((error: unknown) => {
          signal.throwIfAborted();
          if (isRlsfError(error) && error.tag === 'input') throw error;
          const reason = error instanceof Error ? error.message : String(error);
          return unit.map(({ tests }) => ({
            verdict: sandboxError(tests.cases.length, reason, around),
            again: true,
          }));
        });
        for (const [i, key] of group.entries()) {
          if (judged[i].again && !last) {
            again.push(key);
            continue;
          }
          const verdict = { ...judged[i].verdict, retried: last };
          await verdicts.set(key, verdict);
          settle(key, verdict);
        }
      };
      const groups = groupPrograms(programs, batchSize, workers);
      const failed: unknown[] = [];
      await Promise.all(
        groups.map((group) =>
          queue
            .add(async () => {
              if (failed.length === 0 && !signal.aborted) await judgeGroup(group, false);
            })
            .catch((error: unknown) => failed.push(error)),
        ),
      );
      signal.throwIfAborted();
      if (failed.length > 0) throw failed[0];
      // Under load a program may only have waited for its turn: alone, it gets it.
      for (const key of again) await judgeGroup([key], true);
      signal.throwIfAborted();
      const seen = new Set<string>();
      return keys.map((key, i) => {
        const verdict =
          results.get(key) ?? sandboxError(jobs[i].tests.cases.length, 'no verdict', around);
        const repeated = seen.has(key);
        seen.add(key);
        return repeated ? { ...structuredClone(verdict), fromCache: true } : verdict;
      });
    };

    return {
      toolchain: toolchain.version,
      isolation: tier.label,
      async judge(jobs, { signal, onProgress = () => undefined } = {}) {
        const stranger = jobs.find(({ language }) => language !== 'cpp');
        if (stranger !== undefined)
          throw inputError(
            `judge: expected jobs in cpp, came ${stranger.language}. This pool has the C++ toolchain only.`,
          );
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
        await workspace.close();
      },
    };
  } catch (error) {
    await workspace.close();
    throw error;
  }
}

/** Units of programs that share their includes; whoever must be alone is. The slow ones (alone) start first. */
function groupPrograms(
  programs: ReadonlyMap<string, Program>,
  batchSize: number,
  workers: number,
): string[][] {
  const alone: string[][] = [];
  const byIncludes = new Map<string, string[]>();
  for (const [key, { screening, tests }] of programs) {
    if (screening.mode === 'alone') {
      alone.push([key]);
      continue;
    }
    const group = byIncludes.get(tests.includes) ?? [];
    group.push(key);
    byIncludes.set(tests.includes, group);
  }
  const batches = [...byIncludes.values()].flatMap((keys) => {
    // Few programs are spread over all workers; many are cut into even batches.
    const count = Math.max(
      Math.ceil(keys.length / batchSize),
      Math.min(workers, Math.ceil(keys.length / 3)),
    );
    return Array.from({ length: count }, (_, i) =>
      keys.slice(
        Math.floor((i * keys.length) / count),
        Math.floor(((i + 1) * keys.length) / count),
      ),
    );
  });
  return [...alone, ...batches];
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
