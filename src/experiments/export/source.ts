import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { inputError, usageError } from '../../errors.js';
import { readDataset } from '../../datasets/index.js';
import type { DatasetType, FreeColumns } from '../../datasets/index.js';
import { openTask } from '../../tasks/index.js';
import type { Config, Method } from '../config/index.js';
import { configFromObject, isOnline, methods } from '../config/index.js';
import { readRunConfig } from '../run/read-run-config.js';
import { runPaths } from '../run/run-paths.js';
import { findOneRun } from '../runs/find-runs.js';
import { taskOptions } from '../workplace/problems.js';

/** What a trainer elsewhere is given. */
export interface ExportSource {
  method: Method;
  config: Config;
  /** Rows with TRL's columns; of an online method prompts with `task` and `problem_id`. */
  rows: FreeColumns[];
  /** The run's folder; `null` of a data set alone. */
  run: string | null;
  notes: string[];
}

/**
 * A run, or a file of rows in one of TRL's formats, for a training elsewhere.
 * @param what a run's name or folder, or a file of rows
 */
export async function openExportSource(what: string, outputDir: string): Promise<ExportSource> {
  if (existsSync(what) && statSync(what).isFile()) return fromFile(what);
  const { folder, status } = await findOneRun(what, outputDir);
  const { config, notes } = await readRunConfig(runPaths(folder).config);
  const method = methodOfRun(status?.kind ?? 'unknown', folder);
  const rows = isOnline(method)
    ? await promptRows(config, folder)
    : await fixedRows(config, folder, method);
  return { method, config, rows, run: folder, notes };
}

const methodOfType: Readonly<Record<DatasetType, Method>> = {
  language_modeling: 'sft',
  prompt_completion: 'sft',
  preference: 'dpo',
  unpaired_preference: 'kto',
  prompt_only: 'grpo',
};

async function fromFile(file: string): Promise<ExportSource> {
  const { type, rows } = await readDataset(file);
  const config = configFromObject({}, file);
  return { method: methodOfType[type], config, rows, run: null, notes: [] };
}

function methodOfRun(kind: string, folder: string): Method {
  if (kind === 'tour') return 'grpo';
  const method = methods.find((each) => each === kind);
  if (method !== undefined) return method;
  throw usageError(
    `${folder}: expected a run that trained by ${methods.join(', ')}, got one of kind ${kind}. Export another run, or a file of rows.`,
  );
}

async function promptRows(config: Config, folder: string): Promise<FreeColumns[]> {
  const { name, train_split: split, train_problems: n, seed } = config.task;
  if (name === null)
    throw inputError(`${folder}: its config names no task (task.name), so there are no prompts.`);
  const task = await openTask(name, taskOptions(config, {}));
  return task.problems({ split, n, seed }).map((problem) => ({
    prompt: problem.prompt,
    task: problem.task,
    problem_id: problem.id,
    ...(problem.answer !== undefined && { answer: problem.answer }),
  }));
}

/** What a run of a fixed set learned from: the file of its config, or the set that it built and kept. */
async function fixedRows(config: Config, folder: string, method: Method): Promise<FreeColumns[]> {
  const built = { sft: 'sft.jsonl', kto: 'kto.jsonl' }[method as string] ?? 'pairs.jsonl';
  const file = config.dataset.path ?? path.join(folder, built);
  if (!existsSync(file))
    throw inputError(
      `${folder}: expected the rows that it learned from at ${file}, but there are none. Export the file of rows itself: rlsf export rows.jsonl --to trl.`,
    );
  return (await readDataset(file, { onBad: config.dataset.on_bad })).rows;
}
