import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import path from 'node:path';
import { inputError } from '../../errors.js';
import { listCheckpoints } from '../../training/index.js';
import type { Config } from '../config/index.js';
import { loadConfig, methods } from '../config/index.js';
import type { RunFolder } from './run-folder.js';
import type { RunKind } from './run-status.js';
import { findRun } from './find-run.js';
import { createRun } from './run-folder.js';
import { runPaths } from './run-paths.js';

export interface ForkOptions {
  /** Where a run is looked for by its name. @default 'runs' */
  outputDir?: string;
  /** The kind of run it must be. @default any */
  kind?: RunKind;
  /** Options that differ from there on: `section.key=value`. @default none */
  set?: readonly string[];
  /** A run that has the given name already is put aside. @default false */
  force?: boolean;
}

export interface Fork {
  kind: RunKind;
  /** Of the new run. */
  config: Config;
  /** Ready to be resumed. */
  folder: string;
}

/**
 * A new run that goes on from a checkpoint of another, which stays as it is: what undoes steps, and
 * what tries another learning rate from the middle. With the same options it makes the same steps to
 * the bit.
 * @param source a run's name or folder, or with its step `runs/a@3`; without, its last checkpoint
 */
export async function forkRun(source: string, options: ForkOptions = {}): Promise<Fork> {
  const { outputDir = 'runs', set = [] } = options;
  const { run, step: wanted } = parseSource(source);
  const { folder: from, status } = await findRun(run, outputDir);
  if (options.kind !== undefined && status.kind !== options.kind) {
    throw inputError(
      `--fork ${source}: expected a run of kind ${options.kind}, got one of kind ${status.kind}. Fork it with rlsf train ${status.kind}.`,
    );
  }
  const checkpoints = await listCheckpoints(runPaths(from).checkpoints);
  const checkpoint =
    wanted === null ? checkpoints.at(-1) : checkpoints.find(({ step }) => step === wanted);
  if (!checkpoint) {
    const steps = checkpoints.map(({ step }) => step).join(', ');
    throw inputError(
      `--fork ${source}: expected a checkpoint of that run${wanted === null ? '' : ` after step ${wanted}`}, got ${steps === '' ? 'none' : `those of steps ${steps}`}. Runs keep more with run.save_total_limit=null.`,
    );
  }
  const config = await loadConfig(runPaths(from).config, {
    env: {},
    method: methods.find((method) => method === status.kind),
    set: ['run.name=null', `run.name_prefix=${path.basename(from)}-fork`, ...set],
  });
  const { force } = options;
  const forked = await createRun(config, status.kind, status.maxSteps, { force });
  await copyUpTo(checkpoint.folder, from, forked);
  await forked.setStatus({ state: 'interrupted', step: checkpoint.step });
  return { kind: status.kind, config: forked.config, folder: forked.folder };
}

function parseSource(source: string): { run: string; step: number | null } {
  const match = /^(.+)@(\d+)$/.exec(source);
  return match ? { run: match[1], step: Number(match[2]) } : { run: source, step: null };
}

/** The checkpoint, and the logs whole: resuming cuts them behind its step. */
async function copyUpTo(
  checkpoint: string,
  from: string,
  { folder, paths }: RunFolder,
): Promise<void> {
  const logs = [
    'metrics.jsonl',
    'rollouts.jsonl',
    'candidates.jsonl',
    'candidates_annotated.jsonl',
    'evaluations_before.json',
    'evaluations_before.jsonl',
  ];
  for (const name of logs) {
    if (existsSync(path.join(from, name))) await cp(path.join(from, name), path.join(folder, name));
  }
  const name = path.basename(checkpoint);
  await cp(checkpoint, path.join(paths.checkpoints, name), { recursive: true });
}
