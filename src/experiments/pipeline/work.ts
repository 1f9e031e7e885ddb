/** What a stage is given, and how it tells of itself. */
import type { Config } from '../config/index.js';
import type { StageClock } from '../run/clock.js';
import { createStageClock } from '../run/clock.js';
import type { BeforeAfter, Emit, TourEvent } from '../run/events.js';
import { describeHardware, hardware } from '../run/metadata.js';
import type { TrainingKind } from '../run/run-status.js';
import type { Workplace } from '../workplace/index.js';
import { describeTrained, modelSize, openWorkplace } from '../workplace/index.js';
import type { StageFacts, StageRecords } from './record.js';
import type { ExperimentStage } from './stages.js';

export interface StageWork {
  stage: ExperimentStage;
  config: Config;
  /** The experiment's name and folder. */
  name: string;
  folder: string;
  /** As they are when the stage begins. */
  records: StageRecords;
  /** The stages of this call. */
  stages: readonly ExperimentStage[];
  clock: StageClock;
  emit: Emit;
  signal: AbortSignal;
}

export interface StageOutcome {
  /** Files below the experiment's folder that later stages read or users trust: they are hashed. */
  outputs: string[];
  facts: StageFacts;
  /** The report's. */
  table?: BeforeAfter[];
  plots?: string[];
}

/**
 * Events of a stage as those of the experiment: named after the stage, with one header and each warning
 * once; the ends of the runs inside are left out.
 */
export function stageEmit(
  stage: ExperimentStage,
  { index, count, name, folder }: { index: number; count: number; name: string; folder: string },
  told: Set<string>,
  emit: Emit,
): Emit {
  return (event: TourEvent) => {
    switch (event.type) {
      case 'stage':
        if (event.stage === 'load' || (event.stage === 'report' && isTraining(stage))) return;
        emit({ ...event, title: `${stage}: ${event.title}`, index, stages: count });
        return;
      case 'header':
        if (!told.has('header')) emit({ ...event, run: name, folder });
        told.add('header');
        return;
      case 'warning':
        if (!told.has(event.message)) emit(event);
        told.add(event.message);
        return;
      case 'finished':
      case 'interrupted':
        return;
      default:
        emit(event);
    }
  };
}

function isTraining(stage: ExperimentStage): boolean {
  return stage === 'train_all' || stage === 'online_grpo';
}

export function stageClock(emit: Emit): StageClock {
  return createStageClock(emit, ['prepare']);
}

/** Opens policy, task and toolchain for a stage that trains nothing, and says what they are. */
export async function openPlace(
  { emit, signal, clock, name, folder }: StageWork,
  config: Config,
  kind: TrainingKind,
): Promise<Workplace> {
  clock.begin('load', 'Loading the policy and the toolchain');
  const place = await openWorkplace(config, kind, {
    signal,
    onProgress: ({ bytes, totalBytes }) => clock.progress('bytes fetched', bytes, totalBytes),
    onNote: (message) => emit({ type: 'warning', message }),
  });
  announcePlace(place, { kind, name, folder }, emit);
  return place;
}

function announcePlace(
  { config, task, backend, judge, policy }: Workplace,
  { kind, name, folder }: { kind: TrainingKind; name: string; folder: string },
  emit: Emit,
): void {
  emit({
    type: 'header',
    kind,
    run: name,
    folder,
    seed: config.run.seed,
    task: task?.name ?? null,
    device: describeHardware(hardware()),
    backend: { name: backend.name, reason: backend.reason, threads: backend.threads },
    isolation: judge?.isolation ?? null,
    toolchain: judge?.toolchain ?? null,
    model: {
      folder: policy.folder ?? '',
      revision: policy.revision,
      ...modelSize(policy),
      trained: describeTrained(policy),
    },
    resumedAfterStep: null,
    maxSteps: null,
  });
  if (judge?.isolation === 'none') {
    const message =
      'Generated programs run without isolation (judge.isolation: none). Set it to auto to shut them in.';
    emit({ type: 'warning', message });
  }
}
