import type { StepMetrics } from '../../training/index.js';
import type { Config } from '../config/index.js';
import type { ActiveRun } from '../run/active-run.js';
import type { StepMethod } from '../stages/train.js';
import { planBatches } from './batches.js';
import { heldOutRates } from './held-out.js';
import { keepBack } from './kept-back.js';
import { learningRateSchedule } from './schedule.js';

/** What tells one method on a fixed set from another. */
export interface OfflineMethod<Row> {
  rows: readonly Row[];
  /** The problem of a row: its rows are kept back together. */
  keyOf(row: Row, index: number): string;
  options: Config['sft' | 'dpo' | 'kto' | 'cpo' | 'orpo'];
  /** e.g. `pairs`. */
  unit: string;
  /** Rows of an update instead of runs of rows of one size. @returns the batches of one pass */
  pack?(rows: readonly Row[]): Row[][];
  update(batch: readonly Row[], learningRate: number): Promise<StepMetrics>;
  /** The loss and what else is known of held-out rows, without an update. */
  measure(rows: readonly Row[]): Promise<StepMetrics>;
}

/** Passes over a fixed set in batches drawn from (seed, step), with a share of it kept back to measure on. */
export function offlineMethod<Row>(
  active: ActiveRun,
  method: OfflineMethod<Row>,
): StepMethod<readonly Row[]> {
  const { place } = active;
  const { dataset, run } = place.config;
  const { options } = method;
  const { train, held } = keepBack(method.rows, {
    share: dataset.eval_share,
    seed: run.seed,
    keyOf: method.keyOf,
  });
  const batches = method.pack?.(train) ?? null;
  const size = options.per_device_train_batch_size * options.gradient_accumulation_steps;
  const plan = planBatches(batches?.length ?? train.length, {
    size: batches ? options.gradient_accumulation_steps : size,
    epochs: options.num_train_epochs,
    maxSteps: options.max_steps,
    seed: run.seed,
  });
  return {
    maxSteps: plan.steps,
    title: `${plan.steps} updates on ${train.length} ${method.unit}`,
    learningRate: learningRateSchedule(options),
    gather: (step) =>
      Promise.resolve(
        plan.batch(step).flatMap((index) => (batches ? batches[index] : [train[index]])),
      ),
    update: (batch, _step, learningRate) => method.update(batch, learningRate),
    rowsOf: (batch) => batch,
    ...evaluation(active, method, held),
  };
}

/** On rows that were kept back; without such, on held-out problems of the task; without a task, nothing. */
function evaluation<Row>(
  active: ActiveRun,
  method: OfflineMethod<Row>,
  held: readonly Row[],
): Pick<StepMethod<readonly Row[]>, 'evaluate'> {
  if (held.length > 0) {
    return {
      async evaluate() {
        const metrics = await method.measure(held);
        return Object.fromEntries(
          Object.entries(metrics).map(([name, value]) => [`eval_${name}`, value]),
        );
      },
    };
  }
  return active.place.task ? { evaluate: () => heldOutRates(active) } : {};
}
