/** What every training shares: opening, resuming, and ending a run whatever happens. */
import type { RolloutStore } from '../../rollouts/index.js';
import { openRolloutStore } from '../../rollouts/index.js';
import { latestCheckpoint, loadCheckpoint } from '../../training/index.js';
import type { Config } from '../config/index.js';
import type { Workplace } from '../workplace/index.js';
import { openWorkplace } from '../workplace/index.js';
import type { ActiveRun, RunOptions, RunResult, Training } from './active-run.js';
import { announce, follow, noTracker } from './announce.js';
import { createStageClock } from './clock.js';
import { endSession } from './metadata.js';
import { truncateMetricsAfter } from './metrics-log.js';
import type { RunFolder } from './run-folder.js';
import { checkNewRun, createRun } from './run-folder.js';
import { leave, noteReplaced, takeUp } from './take-up.js';

/**
 * Opens workplace and folder, runs the training, and leaves the folder finished, interrupted (the
 * signal) or failed (an error, which is thrown on).
 */
export async function runTraining<Prepared>(
  training: Training<Prepared>,
  given: Config,
  options: RunOptions,
): Promise<RunResult> {
  const { kind, stages } = training;
  const { emit = () => undefined, signal = new AbortController().signal } = options;
  const clock = createStageClock(emit, stages);
  clock.begin('load', 'Loading the policy and the toolchain');
  const resumed = await takeUp(kind, given, options.resume, emit);
  const config = resumed?.config ?? given;
  const { force } = options;
  if (!resumed) await checkNewRun(config, { force });

  let place: Workplace | null = null;
  let run: RunFolder | null = resumed;
  let store: RolloutStore | null = null;
  let tracker = noTracker;
  try {
    place = await openWorkplace(config, kind, {
      signal,
      onProgress: ({ bytes, totalBytes }) => clock.progress('bytes fetched', bytes, totalBytes),
      onNote: (message) => emit({ type: 'warning', message }),
    });
    run ??= await createRun(config, kind, 0, { force });
    noteReplaced(run, emit);
    store = openRolloutStore(run.paths.rollouts);
    const active: ActiveRun = {
      ...{ kind, place, run, store, clock, emit, signal },
      ...{ tracker: noTracker, step: 0, kept: null },
    };
    await announce(active);
    const prepared = await training.prepare(active);
    await run.setStatus({ maxSteps: prepared.maxSteps });
    await restore(active);
    tracker = await follow(active);
    active.tracker = tracker;
    signal.throwIfAborted();
    const outcome = await training.body(active, prepared);
    await tracker.finish('finished');
    await run.setStatus({ state: 'finished', step: active.step });
    await endSession(run.paths.metadata, active.step);
    emit({ type: 'finished', run: run.name, ...outcome, elapsedMs: clock.elapsedMs() });
    return { status: 'finished', run: run.name, folder: run.folder, ...outcome };
  } catch (error) {
    await tracker.finish(signal.aborted ? 'interrupted' : 'failed');
    if (!run) throw error;
    return await leave(run, error, { signal, emit, begun: store !== null });
  } finally {
    store?.close();
    await place?.close();
  }
}

/** Weights, moments and logs as they were after the last checkpoint. */
async function restore(active: ActiveRun): Promise<void> {
  const { place, run, store } = active;
  const latest = run.resumed ? await latestCheckpoint(run.paths.checkpoints) : null;
  if (latest) {
    const { step, data } = await loadCheckpoint(latest, place);
    Object.assign(active, { step, kept: data });
  }
  if (run.resumed) {
    store.truncateAfterStep(active.step);
    await truncateMetricsAfter(run.paths.metrics, active.step);
  }
}
