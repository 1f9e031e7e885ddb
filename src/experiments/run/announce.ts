/** What a run tells of itself when it begins: to its folder, to whoever watches, to trackers. */
import { listCheckpoints } from '../../training/index.js';
import type { Tracker } from '../trackers/index.js';
import { openTrackers } from '../trackers/index.js';
import { dataHashes, describeTrained, methodOf, modelSize } from '../workplace/index.js';
import type { ActiveRun } from './active-run.js';
import { beginSession, describeHardware, hardware } from './metadata.js';

/** Follows nothing. */
export const noTracker: Tracker = {
  log: () => Promise.resolve(),
  finish: () => Promise.resolve(),
};

/** Opens the tools that are to follow the run from its last safe step on. */
export function follow({ kind, place, run, emit, step }: ActiveRun): Promise<Tracker> {
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

/** Writes the session into the metadata and emits the header, with warnings where isolation is weak. */
export async function announce({ kind, place, run, emit }: ActiveRun): Promise<void> {
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
