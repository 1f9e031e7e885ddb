import { createHash } from 'node:crypto';
import type { Verdict } from '../../records.js';
import type { JudgeOptions } from '../pool.js';
import type { JudgeJob } from '../toolchain.js';

/** Bump when a worker of another release could not read a task. */
export const protocolVersion = 1;

/** What decides a verdict and is the caller's to say; isolation and cores are the worker's. */
export type JudgeSettings = Pick<
  JudgeOptions,
  | 'cpuMs'
  | 'wallMs'
  | 'memoryMiB'
  | 'outputKiB'
  | 'keptOutput'
  | 'batchSize'
  | 'std'
  | 'compiler'
  | 'flags'
>;

/** Completions that are judged in one go, on one machine. */
export interface JudgeTask {
  settings: JudgeSettings;
  jobs: JudgeJob[];
}

/** Verdicts in the order of the jobs, or what was wrong with the jobs: by anyone's fault but a program's. */
export type JudgeReply =
  { verdicts: Verdict[]; worker: string } | { refused: { tag: string; message: string } };

export const prefix = 'rlsf';

/** Tasks of one caller in the queue at most, where it says nothing else. */
export const mostInFlight = 256;

/** Workers of one toolchain serve one queue: verdicts of another g++ never mix with these. */
export function queueName(fingerprint: string): string {
  return `judge-${protocolVersion}-${fingerprint}`;
}

/** The same work has the same name, so that it is done once whoever asks, and found again after a crash. */
export function taskId(task: JudgeTask): string {
  return createHash('sha256').update(JSON.stringify(task)).digest('hex').slice(0, 40);
}

export function settingsOf(options: JudgeOptions): JudgeSettings {
  const { cpuMs, wallMs, memoryMiB, outputKiB, keptOutput, batchSize, std, compiler, flags } =
    options;
  return { cpuMs, wallMs, memoryMiB, outputKiB, keptOutput, batchSize, std, compiler, flags };
}
