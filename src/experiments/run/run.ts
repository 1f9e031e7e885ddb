/** What every training shares: opening, resuming, and ending a run whatever happens. */
import { inputError } from '../../errors.js';
import type { RolloutStore } from '../../rollouts/index.js';
import { openRolloutStore } from '../../rollouts/index.js';
import { latestCheckpoint, listCheckpoints, loadCheckpoint } from '../../training/index.js';
import type { Config } from '../config/index.js';
import type { Tracker } from '../trackers/index.js';
import { openTrackers } from '../trackers/index.js';
import type { Workplace } from '../workplace/index.js';
import {
  dataHashes,
  describeTrained,
  methodOf,
  modelSize,
  openWorkplace,
} from '../workplace/index.js';
import type { StageClock } from './clock.js';
import { createStageClock } from './clock.js';
import type { BeforeAfter, Emit, RunPaths, StageName } from './events.js';
import { beginSession, describeHardware, endSession, hardware } from './metadata.js';
import { truncateMetricsAfter } from './metrics-log.js';
import type { RunFolder } from './run-folder.js';
import type { RunKind, TrainingKind } from './run-status.js';
import { findInterruptedRun } from './find-run.js';
import { checkNewRun, createRun, resumeRun } from './run-folder.js';

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

/** Says where the run went that had the name before. */
export function noteReplaced({ folder, replaced }: RunFolder, emit: Emit): void {
  if (replaced === null) return;
  emit({ type: 'note', message: `The run that was ${folder} before is kept as ${replaced}.` });
}

/** The run to go on with, `null` for a new one. It keeps the config it was started with. */
export async function takeUp(
  kind: RunKind,
  given: Config,
  resume: boolean | string | undefined,
  emit: Emit,
): Promise<RunFolder | null> {
  if (resume === undefined || resume === false) return null;
  const found = resume === true ? (await findInterruptedRun(given, kind))?.folder : resume;
  if (found === undefined) {
    throw inputError(
      `--resume: there is no interrupted run to go on with under ${given.run.output_dir}. Leave --resume out to start a new one.`,
    );
  }
  const run = await resumeRun(found, given.run.output_dir);
  if (run.kind !== kind) {
    await run.setStatus({ state: 'interrupted' });
    throw inputError(
      `${run.folder}: expected a run of kind ${kind}, got one of kind ${run.kind}. Resume it with the command that started it.`,
    );
  }
  if (!sameOptions(run.config, given)) {
    const message = `${run.folder} goes on with the config it was started with (${run.paths.config}); the options given now differ and are not used.`;
    emit({ type: 'warning', message });
  }
  return run;
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

const noTracker: Tracker = {
  log: () => Promise.resolve(),
  finish: () => Promise.resolve(),
};

/** Opens the tools that are to follow the run from its last safe step on. */
function follow({ kind, place, run, emit, step }: ActiveRun): Promise<Tracker> {
  const { trackers } = place.config;
  const asked = (name: (typeof trackers.report_to)[number]): boolean =>
    trackers.report_to.includes(name);
  return openTrackers(
    {
      tensorboard: asked('tensorboard'),
      wandb: asked('wandb'),
      mlflow: asked('mlflow'),
      trackio: asked('trackio'),
      project: trackers.project,
      timeoutMs: trackers.timeout_seconds * 1000,
      wandbSyncMs: trackers.wandb_sync_seconds * 1000,
    },
    {
      name: run.name,
      folder: run.folder,
      method: kind,
      config: place.config,
      tags: { model: place.policy.folder ?? '', device: describeHardware(hardware()) },
      resumedAfterStep: run.resumed ? step : null,
    },
    { onWarning: (message) => emit({ type: 'warning', message }) },
  );
}

async function announce({ kind, place, run, emit }: ActiveRun): Promise<void> {
  const { config, backend, judge, policy } = place;
  const step = run.resumed ? ((await listCheckpoints(run.paths.checkpoints)).at(-1)?.step ?? 0) : 0;
  const isolation = judge?.isolation ?? null;
  const toolchain = judge?.toolchain ?? null;
  const facts = {
    run: run.name,
    kind,
    config,
    seed: config.run.seed,
    backend,
    isolation,
    toolchain,
    dataHashes: await dataHashes(place),
  };
  await beginSession(run.paths.metadata, facts, step);
  emit({
    type: 'header',
    kind,
    run: run.name,
    folder: run.folder,
    seed: config.run.seed,
    task: place.task?.name ?? null,
    device: describeHardware(hardware()),
    backend: { name: backend.name, reason: backend.reason, threads: backend.threads },
    isolation,
    toolchain,
    model: {
      folder: policy.folder ?? '',
      revision: policy.revision,
      ...modelSize(policy),
      trained: describeTrained(policy),
    },
    resumedAfterStep: run.resumed ? step : null,
    maxSteps: config[methodOf(kind)].max_steps,
  });
  if (isolation === 'none') {
    const message =
      'Generated programs run without isolation (judge.isolation: none). Set it to auto to shut them in.';
    emit({ type: 'warning', message });
  } else if (isolation === 'restricted') {
    const message =
      'Generated programs run in the restricted tier: user namespaces are not to be had here, so bubblewrap cannot be used.';
    emit({ type: 'warning', message });
  }
}

/**
 * Marks the folder and says so; a stop that was asked for is a result, an error is thrown on. A
 * resumed run that could not even begin (no compiler, say) stays as resumable as it was.
 */
export async function leave(
  run: RunFolder,
  error: unknown,
  { signal, emit, begun }: { signal: AbortSignal; emit: Emit; begun: boolean },
): Promise<RunResult> {
  if (!signal.aborted) {
    const message = error instanceof Error ? error.message : String(error);
    await run.setStatus({ state: begun ? 'failed' : 'interrupted', error: message });
    throw error;
  }
  const { step, maxSteps } = await run.setStatus({ state: 'interrupted' });
  await endSession(run.paths.metadata, step);
  emit({ type: 'interrupted', run: run.name, folder: run.folder, step, maxSteps });
  return {
    status: 'interrupted',
    run: run.name,
    folder: run.folder,
    table: [],
    paths: { folder: run.folder, plots: [] },
  };
}

function sameOptions(a: Config, b: Config): boolean {
  const bare = (config: Config): string =>
    JSON.stringify({ ...config, run: { ...config.run, name: null } });
  return bare(a) === bare(b);
}
