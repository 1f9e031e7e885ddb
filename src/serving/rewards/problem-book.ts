import { httpError } from '../http/index.js';
import { inputError } from '../../errors.js';
import type { Problem } from '../../records.js';
import type { Task } from '../../tasks/index.js';

/** The problems that a request may name. */
export interface ProblemBook {
  tasks: readonly string[];
  size: number;
  /** All of a task, in the order of its splits. @param where of the request names it @throws 404 */
  ofTask(task: string, where: string): readonly Problem[];
  /** By its id; `task` is needed where two tasks share one. @param where of the request names it @throws 404 */
  find(id: string, task: string | undefined, where: string): Problem;
  /** By its prompt, as it stands or rendered by a chat template around it; `null` where none or several fit. */
  byPrompt(prompt: string): Problem | null;
}

/** Every problem of every split of the tasks. */
export function createProblemBook(tasks: readonly Task[]): ProblemBook {
  const byTask = new Map<string, Map<string, Problem>>();
  const byText = new Map<string, Problem | null>();
  for (const task of tasks) {
    if (byTask.has(task.name))
      throw inputError(`--task ${task.name}: given twice. Give each task once.`);
    const problems = new Map<string, Problem>();
    for (const split of task.splits)
      for (const problem of task.problems({ split, seed: 0 })) {
        if (problems.has(problem.id)) continue;
        problems.set(problem.id, problem);
        const text = promptText(problem);
        byText.set(text, byText.has(text) ? null : problem);
      }
    byTask.set(task.name, problems);
  }
  const names = [...byTask.keys()];
  const ofTask = (task: string, where: string): Map<string, Problem> => {
    const found = byTask.get(task);
    if (found) return found;
    throw httpError(
      404,
      'unknown_task',
      `${where}: ${task === '' ? 'expected the name of a task, got none' : `there is no task '${task.slice(0, 80)}' here`}. ${names.length > 0 ? `There are: ${names.join(', ')}.` : 'Start the server with --task NAME, or give the problem whole.'}`,
      { where },
    );
  };
  return {
    tasks: names,
    size: [...byTask.values()].reduce((sum, problems) => sum + problems.size, 0),
    ofTask: (task, where) => [...ofTask(task, where).values()],
    find(id, task, where) {
      const searched = task === undefined ? names : [task];
      const found = searched.flatMap((name) => ofTask(name, where).get(id) ?? []);
      if (found.length === 1) return found[0];
      throw httpError(
        404,
        'unknown_problem',
        found.length > 1
          ? `${where}: '${id}' is a problem of several tasks. Say which with task.`
          : `${where}: there is no problem '${id.slice(0, 80)}' in ${searched.join(', ') || 'any task: the server has none (--task NAME)'}.${searched.length > 0 ? ' POST /list_ids {"dataset": TASK} names them.' : ''}`,
        { where },
      );
    },
    byPrompt(prompt) {
      const exact = byText.get(prompt) ?? byText.get(prompt.trim());
      if (exact) return exact;
      // A chat template has put its own words around the user's: the longest text inside is meant.
      let best: Problem | null = null;
      let length = 0;
      for (const [text, problem] of byText)
        if (problem && text.length > length && prompt.includes(text)) {
          best = problem;
          length = text.length;
        }
      return best;
    },
  };
}

/** What of a prompt survives every chat template: the last message of the user. */
function promptText({ prompt }: Problem): string {
  if (typeof prompt === 'string') return prompt;
  return prompt.findLast(({ role }) => role === 'user')?.content ?? '';
}
