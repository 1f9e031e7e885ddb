import { existsSync } from 'node:fs';
import { inputError } from '../../errors.js';
import type { Method } from '../config/index.js';
import { readJson } from './files.js';
import { isAlive } from './process-identity.js';
import type { ProcessIdentity } from './process-identity.js';
import { runPaths } from './run-paths.js';

/**
 * `tour` is GRPO between two measurements; `base` measures the untrained policy and `candidates` draws
 * and judges its answers, both without training, for a study.
 */
export type TrainingKind = 'tour' | 'base' | 'candidates' | Method;

export type RunKind = TrainingKind | 'pretrain';

/** Of status.json and run_metadata.json, as this library writes them; those without one are older. */
export const runRecordVersion = 1;

export interface RunStatus {
  /** Absent in the first releases' runs. */
  version?: number;
  kind: RunKind;
  /** `running` with a process that is gone means the run was killed: it can be resumed. */
  state: 'running' | 'interrupted' | 'failed' | 'finished';
  /** The last step that is safe on disk. */
  step: number;
  maxSteps: number;
  process: ProcessIdentity;
  updated: string;
  /** Why it failed. */
  error?: string;
}

export async function readStatus(folder: string): Promise<RunStatus | null> {
  const file = runPaths(folder).status;
  if (!existsSync(file)) return null;
  const status = (await readJson(file)) as RunStatus;
  if ((status.version ?? 0) <= runRecordVersion) return status;
  throw inputError(
    `${file}: expected a run of version ${runRecordVersion} or older, got version ${status.version}. It was written by a newer release: read it with that one.`,
  );
}

export async function isRunning(status: RunStatus): Promise<boolean> {
  return status.state === 'running' && (await isAlive(status.process));
}
