import type { AnswerFormat, Language, ProgramTests, Verdict } from '../records.js';
import type { Execution } from './execution.js';
import type { Limits } from './limits.js';
import type { ProcessResult } from './process.js';
import type { JudgeRuntime } from './runtime.js';
import type { Workspace } from './workspace.js';

/** A completion and what it is judged by: `tests` for programs, `answer` for texts. */
export interface JudgeJob {
  language: Language;
  completion: string;
  tests?: ProgramTests;
  answer?: string;
  /** @default 'gsm8k' */
  answerFormat?: AnswerFormat;
  /**
   * Worked answers: the sampler cut it off (`finishReason` other than `stop`), so that an equation at
   * its very end may be half of one and is not called false. @default false
   */
  truncated?: boolean;
}

/**
 * One language: how its programs are built, run and judged. A toolchain is a folder in toolchains/
 * and a line each in toolchains/index.ts and in `languages` of records.ts; cache, queue, isolation,
 * limits and retries are the pool's.
 */
export interface Toolchain {
  /** What judged, for the verdict: the first line of `g++ --version`. */
  version: string;
  /** Digest of everything of the toolchain that decides a verdict: part of its key in the cache. */
  fingerprint: string;
  /**
   * Cuts jobs into units of work, slow ones first. Most toolchains judge one job a unit (`oneByOne`).
   * Throws where a job cannot be judged by anyone's fault but the program's: no tests, bad includes.
   */
  plan(jobs: readonly JudgeJob[]): Unit[];
}

/** Jobs that are judged in one go. */
export interface Unit {
  /** Indices into the planned jobs. */
  jobs: number[];
  /** One verdict per job of the unit. What a program does is never an exception. */
  judge(sandbox: Sandbox): Promise<UnitVerdict[]>;
}

/** A verdict, or `again`: to be judged alone when nothing else runs (wall time under load, our own trouble). */
export interface UnitVerdict {
  verdict: Verdict;
  again: boolean;
}

/** What a pool gives its toolchains. */
export interface Sandbox {
  limits: Limits;
  /** The tier's name, for the verdict. */
  isolation: string;
  /** LeakSanitizer works in this tier. */
  leakCheck: boolean;
  /** The second and last look at a job, when nothing else runs: what fails again, fails by its own doing. */
  lastTry: boolean;
  /** Hands out a fresh folder of one worker, and removes it and all in it afterwards. */
  withBench<T>(use: (bench: Bench) => Promise<T>): Promise<T>;
  /** A path with the same content that isolated programs can read. */
  reachable(path: string): Promise<string>;
}

/**
 * A tool of ours that stays for as long as the pool, one in each worker: what it reads once need not
 * be read for every program. It sees the folders of its worker's benches, and may write to them.
 */
export interface Helper {
  /** Its answer to one line; `null` when it has ended and must be asked for anew. */
  ask(line: string): Promise<string | null>;
}

export interface HelperCommand {
  /** Helpers of the same key are the same; a worker keeps the few that were used last. */
  key: string;
  /** Fills the helper's own folder, where it is started. */
  prepare(folder: string): Promise<void>;
  command: readonly string[];
  readOnly?: readonly string[];
  environment?: Readonly<Record<string, string>>;
  /** A library that it loads first. */
  preload?: string;
}

export interface Bench {
  /** The working folder of everything that is started here; ours to fill. */
  folder: string;
  /** Runs a tool that is not the program itself (a compiler) in the folder, which it may write to. */
  build(command: BuildCommand): Promise<ProcessResult>;
  /** The worker's helper of this key, started when it is not there; `null` where it cannot be. */
  helper(command: HelperCommand): Promise<Helper | null>;
  /** The bench's folder as a helper names it. */
  seenByHelpers: string;
  /** Runs the program under the judge's limits and tells what it did; it may write nowhere. */
  execute(command: ExecuteCommand): Promise<Executed>;
}

export interface BuildCommand {
  /** A program by its full path, and its arguments. */
  command: readonly string[];
  /** Further folders and files that may be read. */
  readOnly?: readonly string[];
  environment?: Readonly<Record<string, string>>;
  /** @default 0: as much as any build (limits.ts) */
  memoryMiB?: number;
}

export interface ExecuteCommand {
  /**
   * `program`: anything, supervised from outside, once per entry of `stdin`. `batch`: a unit that is
   * linked with our runtime and supervises `count` children of its own.
   */
  mode: 'program' | 'batch';
  command: readonly string[];
  /** Programs in a batch. @default 1 */
  count?: number;
  /** Names in the folder, one run each. @default one run with no input */
  stdin?: readonly string[];
  readOnly?: readonly string[];
  environment?: Readonly<Record<string, string>>;
  /** What the language itself needs on top of the limits. */
  allowance?: { cpuMs: number; memoryMiB: number };
  /** Asks a program for its stack before it is ended: a signal's number. @default 12, SIGUSR2 */
  stopSignal?: number;
  /** The program keeps its CPU time itself and may be late by this. @default 0 */
  cpuGraceMs?: number;
}

export interface Executed {
  result: ProcessResult;
  /** One per run or program; `null` where the supervisor brought nothing back. */
  executions: (Execution | null)[];
}

export interface ToolchainOptions {
  runtime: JudgeRuntime;
  /** Where what is made once may stay: precompiled headers. */
  cache: string;
  workspace: Workspace;
  workers: number;
  /** Programs per compile at most. */
  batchSize: number;
  /** C++: `c++17`. */
  std: string;
  /** C++: the compiler's name or path. */
  compiler: string;
  /** C++: whether compiles may share a compiler that waits. */
  compileServer: boolean;
  /** C++: flags behind our own. */
  flags: readonly string[];
}

/** The plan of a toolchain whose units are single jobs. */
export function oneByOne(
  jobs: readonly JudgeJob[],
  judge: (job: JudgeJob, sandbox: Sandbox) => Promise<UnitVerdict>,
): Unit[] {
  return jobs.map((job, i) => ({
    jobs: [i],
    judge: async (sandbox) => [await judge(job, sandbox)],
  }));
}
