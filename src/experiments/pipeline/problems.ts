import type { Problem } from '../../records.js';
import type { Task } from '../../tasks/index.js';
import { openTask } from '../../tasks/index.js';
import type { Config } from '../config/index.js';
import { requiredTask } from '../workplace/index.js';
import { taskOptions } from '../workplace/problems.js';

/** The training problems of a config, before any is left out for its length. */
export async function trainProblems(config: Config): Promise<Problem[]> {
  const { train_split: split, train_problems: n, seed } = config.task;
  return (await taskOf(config)).problems({ split, n, seed });
}

/** The problems of a split that is measured, before any is left out for its length. */
export async function measuredProblems(config: Config, split: string): Promise<Problem[]> {
  const { held_out_families_split: families, seed } = config.task;
  const { problems, held_out_families_problems: ofFamilies } = config.evaluation;
  const n = split === families ? ofFamilies : problems;
  return (await taskOf(config)).problems({ split, n, seed });
}

async function taskOf(config: Config): Promise<Task> {
  const { name } = config.task;
  return requiredTask({
    task: name === null ? null : await openTask(name, taskOptions(config, {})),
  });
}
