import type { Config } from '../config/index.js';
import type { TrainingKind } from '../run/run-status.js';
import type { Arm } from './arms.js';

/** A run of a study, and how far it is. */
export interface PlannedRun {
  /** Its folder below the study's: `base`, `1/candidates`, `1/grpo-token`. */
  id: string;
  folder: string;
  kind: TrainingKind;
  seed: number | null;
  arm: Arm | null;
  config: Config;
  /** `running`: a process works on it now. A failed run is tried again, so it counts as interrupted. */
  state: 'finished' | 'interrupted' | 'running' | 'new';
  /** The last step that is safe on disk. */
  step: number;
  maxSteps: number;
  /** Of a finished run, how long it took; of another one, how long it is expected to take. */
  seconds: number;
}
