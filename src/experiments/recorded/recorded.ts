/** What is read of a run, or of a bare log, to look at its rollouts again. */
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { inputError } from '../../errors.js';
import type { Problem, Rollout } from '../../records.js';
import { problemsOfRollouts, readRollouts } from '../../rollouts/index.js';
import { openTask } from '../../tasks/index.js';
import type { Config } from '../config/index.js';
import { configWith, loadConfig } from '../config/index.js';
import { readRunConfig } from '../run/read-run-config.js';
import { runPaths } from '../run/run-paths.js';
import { taskOptions } from '../workplace/problems.js';

export interface Recorded {
  /** The log. */
  file: string;
  /** The run's own; of a bare log the defaults with the task that its rollouts name. */
  config: Config;
  rollouts: Rollout[];
}

/**
 * The rollouts of a run folder or of a log, in order, with the config that they were made by.
 * @param set `section.key=value`: what is to be otherwise
 */
export async function readRecorded(place: string, set: readonly string[] = []): Promise<Recorded> {
  const file = logFile(place);
  const rollouts = [...readRollouts(file)];
  if (rollouts.length === 0) {
    throw inputError(`${file}: expected recorded rollouts, got an empty log. Sample some first.`);
  }
  const config = await runConfig(file, set);
  return {
    file,
    rollouts,
    config:
      config.task.name === null
        ? configWith(config, { 'task.name': rollouts[0].task }, file)
        : config,
  };
}

/**
 * The config of the run that a log belongs to, the defaults where it belongs to none. Of an older
 * release's run what this one knows (`readRunConfig`).
 */
export async function runConfig(log: string, set: readonly string[] = []): Promise<Config> {
  const { config: file } = runPaths(path.dirname(log));
  if (!existsSync(file)) return loadConfig(null, { set, env: {} });
  return (await readRunConfig(file, set)).config;
}

/** The problems that they answer, from the task of the config. */
export async function recordedProblems({ config, rollouts }: Recorded): Promise<Problem[]> {
  const task = await openTask(config.task.name ?? rollouts[0].task, taskOptions(config, {}));
  return problemsOfRollouts(task, rollouts, [config.task.seed, config.run.seed, 0]);
}

/** The log of a run folder or of a set of candidates, or the file itself. */
export function logFile(place: string): string {
  const isFolder = existsSync(place) && statSync(place).isDirectory();
  const file = isFolder ? runPaths(place).rollouts : place;
  const annotated = path.join(place, 'candidates_annotated.jsonl');
  if (isFolder && !existsSync(file) && existsSync(annotated)) return annotated;
  if (existsSync(file)) return file;
  throw inputError(
    `${file}: expected a run folder or a log of rollouts, there is no such file. Run folders lie in runs/.`,
  );
}
