import type { RunKind } from '../run/run-status.js';
import { findRuns, type FoundRun, type RunState } from './find-runs.js';
import { headlineOf, type Headline } from './headline.js';
import { sizeOf } from './sizes.js';

/** One line of `rlsf runs list`. */
export interface RunEntry {
  name: string;
  folder: string;
  /** `null` where the run is unreadable. */
  kind: RunKind | null;
  state: RunState;
  step: number;
  /** 0: not known yet. */
  maxSteps: number;
  headline: Headline | null;
  /** ISO 8601, of the last change of its status; `null` where it is unreadable. */
  updated: string | null;
  bytes: number;
  /** Why it failed, or why it cannot be read. */
  error: string | null;
}

/** All runs below a folder, those of studies too, the newest first. */
export async function runEntries(outputDir: string): Promise<RunEntry[]> {
  return Promise.all((await findRuns(outputDir)).map(runEntry));
}

export async function runEntry(run: FoundRun): Promise<RunEntry> {
  const { name, folder, state, status, problem } = run;
  // A file that a run is just writing, or that someone damaged, must not hide the other runs.
  const headline = await headlineOf(folder).catch(() => null);
  return {
    name,
    folder,
    kind: status?.kind ?? null,
    state,
    step: status?.step ?? 0,
    maxSteps: status?.maxSteps ?? 0,
    headline,
    updated: status?.updated ?? null,
    bytes: (await sizeOf(folder)).bytes,
    error: problem ?? status?.error ?? null,
  };
}
