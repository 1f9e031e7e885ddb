/** Which checkpoint is best by a held-out figure, and whether to stop because none gets better. */
import path from 'node:path';
import { inputError } from '../../errors.js';
import type { StepMetrics } from '../../training/index.js';
import { loadCheckpoint } from '../../training/index.js';
import type { Config } from '../config/index.js';
import type { ActiveRun } from '../run/active-run.js';

export interface BestCheckpoint {
  /** Takes a measurement into account. */
  note(step: number, metrics: StepMetrics): void;
  /** The step of the best measurement so far, `null` before any. */
  step(): number | null;
  stopsEarly(): boolean;
  /** For the checkpoint: JSON. */
  state(): BestState;
  /** Puts the best weights back where the config asks for them, and says what happened. */
  finish(active: ActiveRun): Promise<void>;
}

export interface BestState {
  best: { step: number; value: number } | null;
  /** Measurements since then. */
  since: number;
}

/** @param kept what an earlier checkpoint's `state()` was; anything else starts anew */
export function createBestCheckpoint({ evaluation }: Config, kept: unknown): BestCheckpoint {
  const { early_stopping_patience: patience, early_stopping_threshold: threshold } = evaluation;
  let { best, since } = isBestState(kept) ? kept : { best: null, since: 0 };
  const stopsEarly = (): boolean => patience !== null && since >= patience;
  return {
    note(step, metrics) {
      const name = metricName(evaluation.metric_for_best_model, metrics);
      const sign = (evaluation.greater_is_better ?? !name.endsWith('loss')) ? 1 : -1;
      const value = metrics[name];
      if (best === null || sign * (value - best.value) > threshold) {
        best = { step, value };
        since = 0;
      } else since++;
    },
    step: () => best?.step ?? null,
    stopsEarly,
    state: () => ({ best, since }),
    async finish({ place, run, emit, step }) {
      if (stopsEarly() && best) {
        const message = `Stopped early after step ${step}: ${since} measurements in a row were not better than that of step ${best.step} (${best.value.toPrecision(4)}).`;
        emit({ type: 'warning', message });
      }
      if (!evaluation.load_best_model_at_end || best === null || best.step === step) return;
      await loadCheckpoint(path.join(run.paths.checkpoints, `step_${best.step}`), place);
    },
  };
}

function metricName(wanted: string | null, metrics: StepMetrics): string {
  const measured = Object.keys(metrics).filter((name) => name.startsWith('eval_'));
  const name = wanted ?? ['eval_loss', 'eval_fully_clean_rate'].find((known) => known in metrics);
  if (name !== undefined && name in metrics) return name;
  throw inputError(
    `evaluation.metric_for_best_model: expected one of ${measured.join(', ')}, got ${JSON.stringify(wanted)}. Name one that this run measures.`,
  );
}

function isBestState(kept: unknown): kept is BestState {
  return typeof kept === 'object' && kept !== null && 'best' in kept && 'since' in kept;
}
