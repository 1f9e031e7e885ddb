import type { LearningRateSchedule, StepMetrics } from '../../training/index.js';
import { isDivergence, learningRateAt, saveCheckpoint } from '../../training/index.js';
import { nextTurn } from '../../tensor/index.js';
import type { PartTimer } from '../run/clock.js';
import { createPartTimer, remainingMs, timesOf } from '../run/clock.js';
import { appendMetrics } from '../run/metrics-log.js';
import type { ActiveRun } from '../run/active-run.js';
import type { BestCheckpoint } from './best.js';
import { createBestCheckpoint } from './best.js';
import { keepOffendingBatch, openGuards, warnOf } from './watch.js';

/**
 * What a method does in one step; everything else about a step is `trainStage`'s. All randomness
 * follows from (seed, step), so a run stopped anywhere and resumed makes the same steps.
 */
export interface StepMethod<Batch> {
  /** Steps in all. */
  maxSteps: number;
  /** e.g. `30 steps of 16 × 8 completions`. */
  title: string;
  learningRate: LearningRateSchedule;
  /** What the step learns from; tells the timer what it is at (`sample`, `judge`, …). */
  gather(step: number, timer: PartTimer): Promise<Batch>;
  update(batch: Batch, step: number, learningRate: number): Promise<StepMetrics>;
  /** Records the batch once the update is made. */
  record?(batch: Batch): void;
  /** What an update that left the numbers was made from: kept for whoever looks for the cause. */
  rowsOf(batch: Batch): readonly unknown[];
  /** Held-out figures, named `eval_…`; absent where there is nothing to measure on. */
  evaluate?(): Promise<StepMetrics>;
}

/** The steps of a training after the last safe one: gather, update, measure, record, keep. */
export async function trainStage<Batch>(
  active: ActiveRun,
  method: StepMethod<Batch>,
): Promise<void> {
  const { place, run, clock, emit, signal } = active;
  const { maxSteps } = method;
  const { save_steps: saveSteps } = place.config.run;
  const best = createBestCheckpoint(place.config, active.kept);
  const guards = await openGuards(active);
  const firstStep = active.step + 1;
  clock.begin('train', `Training: ${method.title}`);
  const started = Date.now();

  for (let step = firstStep; step <= maxSteps && !best.stopsEarly(); step++) {
    const timer = createPartTimer();
    const batch = await method.gather(step, timer);
    timer.enter('update');
    await nextTurn();
    signal.throwIfAborted();
    const learningRate = learningRateAt(step, maxSteps, method.learningRate);
    const updates = place.optimizer.step;
    const metrics = await method
      .update(batch, step, learningRate)
      .catch(async (error: unknown): Promise<never> => {
        // Before the first update of this step the weights are still the last good ones.
        if (isDivergence(error) && place.optimizer.step === updates && active.step < step - 1) {
          await keepCheckpoint(active, step - 1, best);
        }
        throw await keepOffendingBatch(active, error, { step, rows: method.rowsOf(batch) });
      });

    const { eval_steps: evalSteps } = place.config.evaluation;
    const isMeasured = evalSteps !== null && (step % evalSteps === 0 || step === maxSteps);
    if (isMeasured && method.evaluate) {
      timer.enter('evaluate');
      Object.assign(metrics, await method.evaluate());
      best.note(step, metrics);
    }

    timer.enter('save');
    method.record?.(batch);
    const row = { step, ...metrics, ...timesOf(timer) };
    await appendMetrics(run.paths.metrics, row);
    await active.tracker.log(step, row);
    warnOf(guards, step, row, active);
    const isLast = step === maxSteps || best.stopsEarly();
    if (isLast || best.step() === step || (saveSteps > 0 && step % saveSteps === 0)) {
      await keepCheckpoint(active, step, best);
    }
    const elapsedMs = Date.now() - started;
    const etaMs = remainingMs(elapsedMs, step - firstStep + 1, maxSteps - firstStep + 1);
    emit({ type: 'step', step, maxSteps, metrics: row, elapsedMs, etaMs, shares: timer.shares() });
    await nextTurn();
    signal.throwIfAborted();
  }
  await best.finish(active);
}

async function keepCheckpoint(
  active: ActiveRun,
  step: number,
  best: BestCheckpoint,
): Promise<void> {
  const { place, run } = active;
  const { save_total_limit: keep } = place.config.run;
  const protectedStep = best.step();
  await saveCheckpoint({
    folder: run.paths.checkpoints,
    step,
    policy: place.policy,
    further: place.further,
    optimizer: place.optimizer,
    data: best.state(),
    ...(keep === null ? {} : { keep }),
    ...(protectedStep === null ? {} : { protectedStep }),
  });
  active.step = step;
  await run.setStatus({ step });
}
