import { existsSync } from 'node:fs';
import path from 'node:path';
import { inputError } from '../errors.js';
import { adapters } from './adapters.js';
import { closest } from './closest.js';
import { openOwnTask } from './own/open.js';
import { generated } from './sets/generated.js';
import type { Task, TaskAdapter, TaskOptions } from './task.js';

/**
 * Opens a task: reads its data, by name (`gsm8k`), as an adapter of one's own, or as the folder that
 * `rlsf tasks new` or `rlsf tasks generate` wrote, by its path (`./my-task`). What it returns is read:
 * `problems` is plain arithmetic from then on.
 */
export async function openTask(
  task: string | TaskAdapter,
  options: TaskOptions = {},
): Promise<Task> {
  if (typeof task !== 'string') return task.open(options);
  const found = adapters.find(({ name }) => name === task);
  if (found) return found.open(options);
  if (existsSync(path.join(task, 'problems.jsonl')))
    return generated.open({ ...options, path: path.join(task, 'problems.jsonl') });
  if (/[/\\]/.test(task) || existsSync(task)) return openOwnTask(task, options);
  throw unknownTask('openTask', task);
}

/** Every adapter, in the order of the help. */
export function listTasks(): readonly TaskAdapter[] {
  return adapters;
}

/** A task that makes its own problems, at once. Those that read data are opened with `openTask`. */
export function getTask(name: string): Task {
  const found = adapters.find((adapter) => adapter.name === name);
  if (found === undefined) throw unknownTask('getTask', name);
  if ('task' in found) return found.task as Task;
  throw inputError(
    `getTask: the task ${name} reads data, which takes its time. Open it: await openTask('${name}', { path: … }).`,
  );
}

function unknownTask(caller: string, name: string): Error {
  const known = adapters.map((adapter) => adapter.name);
  return inputError(
    `${caller}: expected a task name of ${known.join(', ')}, or the path of a task's folder, got "${name}". Did you mean "${closest(name, known)}"?`,
  );
}
