/** Which trained policy a stage works with, among those that the stages before it left. */
import path from 'node:path';
import type { Config } from '../config/index.js';
import { configWith } from '../config/index.js';
import type { StageRecords } from './record.js';
import type { ExperimentStage } from './stages.js';

export type TrainingStage = 'train_all' | 'online_grpo';

/** What a training stage left. */
export interface Trained {
  stage: TrainingStage;
  /** Its adapter or, with `policy.use_peft: false`, its model; below the experiment's folder. */
  result: string;
  /** The hashes of its files, as one. */
  hash: string;
}

/**
 * What the last training stage of this call left; where there is none in it, the last one that ran.
 * `null`: it is still to be made.
 * @param stages those of this call
 */
export function lastTraining(
  records: StageRecords,
  stages: readonly ExperimentStage[],
): Trained | null {
  const stage = lastTrainingStage(records, stages);
  return stage === null ? null : trainedBy(records, stage);
}

export function lastTrainingStage(
  records: StageRecords,
  stages: readonly ExperimentStage[],
): TrainingStage | null {
  const trainings: TrainingStage[] = ['train_all', 'online_grpo'];
  const here = trainings.filter((stage) => stages.includes(stage)).at(-1);
  if (here !== undefined) return here;
  const there = trainings.filter((stage) => records[stage]?.state === 'finished');
  return there.sort((a, b) => (records[a]?.order ?? 0) - (records[b]?.order ?? 0)).at(-1) ?? null;
}

export function trainedBy(records: StageRecords, stage: TrainingStage): Trained | null {
  const record = records[stage];
  if (record?.state !== 'finished') return null;
  const { result } = record.facts;
  const own = Object.entries(record.outputs).filter(([file]) => file.startsWith(`${result}/`));
  return { stage, result: String(result), hash: own.map(([, hash]) => hash).join('+') };
}

/** The whole model that merge made of it, `null` where there is none or it is of another training. */
export function mergedModel(records: StageRecords, trained: Trained): string | null {
  const record = records.merge;
  if (record?.state !== 'finished') return null;
  return record.inputs.hashes.trained === trained.hash ? 'merged' : null;
}

/** A config that starts from what was trained, as it lies below `folder`. */
export function startingFrom(config: Config, folder: string, result: string): Config {
  const at = path.join(folder, result);
  const option = isAdapter(result) ? 'policy.adapter_name_or_path' : 'policy.model_name_or_path';
  return configWith(config, { [option]: at }, 'rlsf run');
}

/** A config of the whole merged model, without the adapter that is in it. */
export function withMerged(config: Config, folder: string, merged: string): Config {
  const options = {
    'policy.model_name_or_path': path.join(folder, merged),
    'policy.adapter_name_or_path': null,
  };
  return configWith(config, options, 'rlsf run');
}

export function isAdapter(result: string): boolean {
  return path.basename(result) === 'adapter';
}
