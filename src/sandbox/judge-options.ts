import { availableParallelism } from 'node:os';
import { inputError } from '../errors.js';
import type { Language } from '../records.js';
import type { TierName } from './isolation.js';
import { defaultLimits } from './limits.js';
import type { Limits } from './limits.js';
import type { JudgeJob } from './toolchain.js';
import { toolchains } from './toolchains/index.js';

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

/** The options of a judge with every default in its place. */
export interface JudgeSettings extends Required<
  Pick<
    JudgeOptions,
    | 'workers'
    | 'batchSize'
    | 'cacheMiB'
    | 'isolation'
    | 'std'
    | 'compiler'
    | 'compileServer'
    | 'flags'
  >
> {
  limits: Limits;
}

/** @throws where an option is none of what it may be */
export function judgeSettings(options: JudgeOptions): JudgeSettings {
  const { workers = availableParallelism(), batchSize = 8, cacheMiB = 512 } = options;
  const { isolation = 'auto', std = 'c++17', compiler = 'g++' } = options;
  const { compileServer = true, flags = [] } = options;
  const limits: Limits = {
    cpuMs: options.cpuMs ?? defaultLimits.cpuMs,
    wallMs: options.wallMs ?? defaultLimits.wallMs,
    memoryMiB: options.memoryMiB ?? defaultLimits.memoryMiB,
    outputKiB: options.outputKiB ?? defaultLimits.outputKiB,
    // Absent where not asked for: part of every verdict's key.
    ...(options.keptOutput !== undefined && { keptOutput: options.keptOutput }),
  };
  for (const [i, language] of (options.languages ?? []).entries())
    checkLanguage(language, `createJudgePool: languages[${i}]`);
  checkCounts({ workers, batchSize, cacheMiB, ...limits });
  return { workers, batchSize, cacheMiB, isolation, std, compiler, compileServer, flags, limits };
}

/** @throws where a job is none that can be judged */
export function checkJobs(jobs: readonly JudgeJob[]): void {
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

function checkCounts(values: Record<string, number>): void {
  for (const [name, value] of Object.entries(values))
    if (!Number.isInteger(value) || value < 1)
      throw inputError(
        `createJudgePool: expected ${name} to be a whole number above 0, came ${value}.`,
      );
}
