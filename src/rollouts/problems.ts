import { inputError } from '../errors.js';
import type { Problem, Rollout } from '../records.js';
import type { Task } from '../tasks/index.js';

/** The problems that these rollouts answer (`problemsById`), whichever split of the task they are of. */
export function problemsOfRollouts(
  task: Task,
  rollouts: readonly Pick<Rollout, 'problemId' | 'sampling'>[],
  seeds: readonly number[] = [0],
): Problem[] {
  const ids = rollouts.map(({ problemId }) => problemId);
  return problemsById(task, ids, [...rollouts.map(({ sampling }) => sampling.seed), ...seeds]);
}

/**
 * The problems of a task that have these ids.
 * @param seeds that they may have been drawn with: of problems that are alike a task gives one, which may
 *   depend on it
 * @throws if one is not there, as when the task's data are others
 */
export function problemsById(
  task: Task,
  ids: readonly string[],
  seeds: readonly number[],
): Problem[] {
  const wanted = new Set(ids);
  const found = new Map<string, Problem>();
  for (const seed of new Set(seeds))
    for (const split of task.splits)
      for (const problem of found.size < wanted.size ? task.problems({ split, seed }) : [])
        if (wanted.has(problem.id)) found.set(problem.id, problem);
  const missing = [...wanted].find((id) => !found.has(id));
  if (missing !== undefined)
    throw inputError(
      `expected the problems that were answered in the task ${task.name}, but ${missing} is not there. Name the task, and its data, that they were drawn for (--task, --path).`,
    );
  return [...found.values()];
}
