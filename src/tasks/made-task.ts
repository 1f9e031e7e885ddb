import { inputError } from '../errors.js';
import type { Language } from '../records.js';
import type { Task, TaskAdapter, TaskOptions } from './task.js';

/** A task that makes its problems itself, as an adapter: there is nothing to read, so no option counts. */
export function madeTask(task: Task, languages: Language[]): TaskAdapter & { task: Task } {
  const { name, summary, splits } = task;
  return {
    name,
    summary,
    splits,
    promptFormats: [],
    languages,
    source: null,
    task,
    async open({ path, promptFormat, language }) {
      const given: TaskOptions = { path, promptFormat };
      for (const [option, value] of Object.entries(given))
        if (value !== undefined)
          throw inputError(
            `Task ${name}: it makes its own problems, so ${option} (${String(value)}) means nothing to it. Leave it out.`,
          );
      if (language !== undefined && !languages.includes(language))
        throw inputError(
          `Task ${name}: expected the language ${languages.join(' or ')}, got ${language}. Leave it out.`,
        );
      return task;
    },
  };
}
