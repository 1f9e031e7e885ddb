import type { RolloutStore } from '../../rollouts/index.js';
import type { Tracker } from '../trackers/index.js';
import type { Workplace } from '../workplace/index.js';
import type { StageClock } from './clock.js';
import type { BeforeAfter, Emit, RunPaths, StageName } from './events.js';
import type { RunFolder } from './run-folder.js';
import type { TrainingKind } from './run-status.js';

export interface RunOptions {
  signal?: AbortSignal;
  emit?: Emit;
  /** `true`: the newest interrupted run of this config. A text: the name or folder of a run. */
  resume?: boolean | string;
  /** A run that has the name already is put aside (`<name>.old-1`, …). @default false: refused */
  force?: boolean;
}

export interface RunResult {
  status: 'finished' | 'interrupted';
  run: string;
  folder: string;
  table: BeforeAfter[];
  paths: RunPaths;
}

/** A run in progress, as its stages see it. */
export interface ActiveRun {
  kind: TrainingKind;
  place: Workplace;
  run: RunFolder;
  store: RolloutStore;
  clock: StageClock;
  emit: Emit;
  signal: AbortSignal;
  /** Tools that follow the run (`trackers.report_to`). */
  tracker: Tracker;
  /** The last step that is safe on disk. */
  step: number;
  /** What the last checkpoint kept beside weights and moments; `null` before the first. */
  kept: unknown;
}

/** A training as a run: its stages, and what it does between opening and ending. */
export interface Training<Prepared> {
  kind: TrainingKind;
  stages: readonly StageName[];
  /**
   * Made from the untrained policy, so before a checkpoint is taken up: candidates, reference
   * log-probabilities, the number of updates. A resumed run makes it again, or reads it back.
   */
  prepare(active: ActiveRun): Promise<Prepared & { maxSteps: number }>;
  body(active: ActiveRun, prepared: Prepared): Promise<Pick<RunResult, 'table' | 'paths'>>;
}
