/** stages.json: what each stage was made from and left, so that the next start knows it again. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../config/index.js';
import { readJson, sha256OfFile, writeJson } from '../run/files.js';
import type { ProcessIdentity } from '../run/process-identity.js';
import type { TrainingKind } from '../run/run-status.js';
import type { Decisive } from '../study/fingerprint.js';
import type { ExperimentStage } from './stages.js';

/** Numbers and names that a stage tells of its work. */
export type StageFacts = Record<string, number | string>;

/** What decides what a stage makes. */
export interface StageInputs {
  /** One part for each thing of its own that a stage does: train_all has one for each method. */
  parts: { kind: TrainingKind; options: Decisive }[];
  /** By what is hashed: `policy`, `train`, `heldOut`, `trained`, a file. `null`: still to be made. */
  hashes: Record<string, string | null>;
}

export interface StageRecord {
  /** `running` with a process that is gone: it was killed, and goes on. */
  state: 'running' | 'interrupted' | 'failed' | 'finished';
  inputs: StageInputs;
  /** SHA-256 by path below the experiment's folder; once finished. */
  outputs: Record<string, string>;
  facts: StageFacts;
  started: string;
  ended: string | null;
  /** Worked on, without what was lost to a kill. */
  seconds: number;
  /** Counts up with every stage that is finished: which one was last. */
  order: number;
  process: ProcessIdentity;
  error?: string;
}

export type StageRecords = Partial<Record<ExperimentStage, StageRecord>>;

export interface ExperimentFolder {
  name: string;
  folder: string;
}

/** `<run.output_dir>/<name of the config file>`, or `run.name` where it is given. */
export function experimentFolder({ run }: Config): ExperimentFolder {
  const name = run.name ?? run.name_prefix ?? 'experiment';
  return { folder: path.join(run.output_dir, name), name };
}

export async function readRecords(folder: string): Promise<StageRecords> {
  const file = recordsFile(folder);
  if (!existsSync(file)) return {};
  return ((await readJson(file)) as { stages: StageRecords }).stages;
}

/** Replaces one record, or takes it out. */
export async function writeRecord(
  folder: string,
  stage: ExperimentStage,
  record: StageRecord | null,
): Promise<void> {
  const { [stage]: _old, ...others } = await readRecords(folder);
  const stages = record === null ? others : { ...others, [stage]: record };
  await writeJson(recordsFile(folder), { version: 1, stages });
}

/** Hashes of the files that a stage left. */
export async function hashesOf(
  folder: string,
  files: readonly string[],
): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const file of files) hashes[file] = await sha256OfFile(path.join(folder, file));
  return hashes;
}

/** The first file that is no longer what the stage left, `null` where all are. */
export async function changedOutput(folder: string, record: StageRecord): Promise<string | null> {
  for (const [file, hash] of Object.entries(record.outputs)) {
    const at = path.join(folder, file);
    if (!existsSync(at) || (await sha256OfFile(at)) !== hash) return file;
  }
  return null;
}

function recordsFile(folder: string): string {
  return path.join(folder, 'stages.json');
}
