/** What looks at a training while it goes on: guards that warn, and the batch that broke it. */
import { isRlsfError } from '../../errors.js';
import type { Guards, StepMetrics } from '../../training/index.js';
import { createGuards, isDivergence, saveOffendingBatch } from '../../training/index.js';
import type { Config } from '../config/index.js';
import { readMetrics } from '../run/metrics-log.js';
import type { ActiveRun } from '../run/active-run.js';

/** Guards that know the figures so far, so that a resumed run warns as one never stopped. */
export async function openGuards({ place, run, step }: ActiveRun): Promise<Guards> {
  const guards = createGuards({ rewardMax: bestReward(place.config) });
  for (const { step: at, ...metrics } of await readMetrics(run.paths.metrics)) {
    if (at <= step) guards.watch(at, metrics);
  }
  return guards;
}

export function warnOf(guards: Guards, step: number, metrics: StepMetrics, run: ActiveRun): void {
  for (const { message, remedy } of guards.watch(step, metrics)) {
    run.emit({ type: 'warning', message: `Step ${step}: ${message} ${remedy}` });
  }
}

/**
 * Keeps the batch at which the numbers were left, and says where; any other error passes. The weights
 * are those before the update that failed.
 */
export async function keepOffendingBatch(
  { run }: ActiveRun,
  error: unknown,
  batch: { step: number; rows: readonly unknown[] },
): Promise<unknown> {
  if (!isDivergence(error) || !isRlsfError(error)) return error;
  const file = await saveOffendingBatch(run.folder, { ...batch, reason: error.message });
  error.message = `${error.message} The batch is kept in ${file}.`;
  return error;
}

function bestReward({ reward }: Config): number {
  return Math.max(...Object.values(reward.scores));
}
