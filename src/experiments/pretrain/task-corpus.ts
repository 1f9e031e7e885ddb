import { inputError } from '../../errors.js';
import type { TaskCorpus } from '../../tasks/index.js';
import { getTask, listTasks } from '../../tasks/index.js';

/** The corpus of a task, by the task's name; refused where it has none. */
export function corpusOf(name: string | null): TaskCorpus {
  const made = listTasks()
    .filter(({ source }) => source === null)
    .map((adapter) => getTask(adapter.name));
  const found = made.find((task) => task.name === name)?.corpus;
  if (found) return found;
  const known = made.filter(({ corpus }) => corpus !== undefined).map((task) => task.name);
  throw inputError(
    `task.name: expected a task with a corpus to pre-train on (${known.join(', ')}), got ${name ?? 'nothing'}. Set task.name=${known[0]}.`,
  );
}
