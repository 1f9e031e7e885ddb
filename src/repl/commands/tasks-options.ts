import { inputError, usageError } from '../../errors.js';
import { languages } from '../../records.js';
import type { Language, Problem } from '../../records.js';
import type { Task, TaskOptions } from '../../tasks/index.js';
import { nearest } from '../nearest.js';
import type { CommandContext, CommandInput, CommandOption } from './command.js';
import { numberOption, textOption, wholeOption } from './command.js';
import { sourceHooks } from './source-hooks.js';

/** How every command that takes a task lets it be opened. */
export const taskOptions: CommandOption[] = [
  {
    flags: '--path <path>',
    summary: 'the task’s data: a file, a folder, or a data set of the Hub (default: data/<task>)',
  },
  { flags: '--prompt-format <name>', summary: 'one of `rlsf tasks list` (default: its first)' },
  { flags: '--task-language <name>', summary: 'one of `rlsf tasks list` (default: its first)' },
  { flags: '--malformed <what>', summary: 'rows that cannot be used: fail (default) or skip' },
  {
    flags: '--held-out-share <share>',
    summary: 'of a set without splits of its own, how much is kept for evaluation (default: 0.2)',
  },
  { flags: '--shot-seed <seed>', summary: 'which rows a few-shot prompt shows (default: 0)' },
];

/** Opens a task as the command line asks, downloads told on the way. */
export async function openTaskOption(
  input: CommandInput,
  context: Pick<CommandContext, 'json' | 'note' | 'signal'>,
  name: string,
): Promise<Task> {
  const { openTask } = await import('../../tasks/index.js');
  return openTask(name, taskOptionsOf(input, context));
}

export function taskOptionsOf(
  input: CommandInput,
  context: Pick<CommandContext, 'json' | 'note' | 'signal'>,
): TaskOptions {
  const given: TaskOptions = {
    path: textOption(input, 'path'),
    promptFormat: textOption(input, 'promptFormat'),
    language: languageOption(textOption(input, 'taskLanguage')),
    malformed: malformedOption(textOption(input, 'malformed')),
    ...(input.options['heldOutShare'] !== undefined && {
      heldOutShare: numberOption(input, 'heldOutShare', 0),
    }),
    shotSeed: wholeOption(input, 'shotSeed', 0),
  };
  return { ...sourceHooks(context), ...given };
}

/** What a policy is measured on, where no split is named. */
export function evaluationSplit(task: Task): string {
  return ['held_out', 'test'].find((split) => task.splits.includes(split)) ?? task.splits[0];
}

/** A problem by its id, in whichever split it lies. */
export async function findProblem(
  name: string,
  id: string,
  options: TaskOptions = {},
): Promise<Problem> {
  const { openTask } = await import('../../tasks/index.js');
  const task = await openTask(name, options);
  const ids: string[] = [];
  for (const split of task.splits)
    for (const problem of task.problems({ split, seed: 0 })) {
      if (problem.id === id) return problem;
      ids.push(problem.id);
    }
  throw inputError(
    `Task ${task.name}: there is no problem '${id}' among its ${new Set(ids).size}. Did you mean '${nearest(id, ids)}'? List some: rlsf tasks show ${name} --n 5`,
  );
}

function languageOption(given: string | undefined): Language | undefined {
  const known = Object.keys(languages) as Language[];
  const found = known.find((language) => language === given);
  if (given === undefined || found) return found;
  throw usageError(
    `--task-language: expected ${known.join(', ')}, got '${given}'. Did you mean '${nearest(given, known)}'?`,
  );
}

function malformedOption(given: string | undefined): 'fail' | 'skip' | undefined {
  if (given === undefined || given === 'fail' || given === 'skip') return given;
  throw usageError(`--malformed: expected fail or skip, got '${given}'.`);
}
