import { inputError } from '../errors.js';
import type { Problem } from '../records.js';
import { closest } from './closest.js';
import { cppTask } from './cpp/task.js';

export {
  corpusForms,
  heldOutForms,
  makeCorpus,
  normalForm,
  type CorpusOptions,
  type CorpusProgram,
} from './cpp/corpus.js';

/** A source of problems. */
export interface Task {
  name: string;
  summary: string;
  splits: string[];
  /** Deterministic in its options. */
  problems(options: { split: string; n?: number; seed: number }): Problem[];
  /** Texts that end a completion besides the end token. */
  stop: string[];
}

export function listTasks(): Task[] {
  return [cppTask];
}

export function getTask(name: string): Task {
  const tasks = listTasks();
  const found = tasks.find((task) => task.name === name);
  if (found) return found;
  const known = tasks.map((task) => task.name);
  throw inputError(
    `getTask: expected a task name of ${known.join(', ')}, got "${name}". Did you mean "${closest(name, known)}"?`,
  );
}
