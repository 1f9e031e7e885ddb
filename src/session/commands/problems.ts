import { z } from 'zod';
import { inputError } from '../../errors.js';
import type { Problem } from '../../records.js';
import { didYouMean } from '../../tasks/closest.js';
import type { Session } from '../session.js';
import { callCode } from './code.js';
import { defineCommand } from './command.js';
import type { Candidate } from './command.js';
import { problemTitle } from './problem-title.js';

export const pickCommand = defineCommand({
  name: 'pick',
  summary: 'choose the problems that are sampled next: by number in order, or by their ids',
  group: 'rollouts',
  input: {
    what: z
      .array(z.string())
      .optional()
      .describe('how many of the next ones, or the ids of some (default: 1)'),
  },
  positional: ['what'],
  examples: ['pick', 'pick 4', 'pick cpp/list-sum/3 cpp/list-sum/4'],
  changes: true,
  complete: async (session) => problemIds(session),
  async run(session, { what }): Promise<Problem[]> {
    const { pick } = await import('../index.js');
    const chosen = choiceOf(what);
    return [...(await pick(session, chosen))];
  },
  code: ({ what }) => callCode('pick', choiceOf(what)),
});

export interface ListedProblems {
  task: string;
  split: string;
  /** In the split. */
  total: number;
  problems: Problem[];
}

export const problemsCommand = defineCommand({
  name: 'problems',
  summary: 'the problems of the split; pick chooses among them',
  group: 'look',
  input: {
    search: z.string().optional().describe('only those with this in their id or prompt'),
    n: z.int().min(1).default(20).describe('how many at most (default: 20)'),
  },
  positional: ['search'],
  examples: ['problems', 'problems list --n 5'],
  changes: false,
  async run(session, { search, n }): Promise<ListedProblems> {
    const { pool, split, task } = session;
    const wanted = search?.toLowerCase() ?? '';
    const found = pool.filter(({ id, prompt }) =>
      `${id}\n${typeof prompt === 'string' ? prompt : prompt.map(({ content }) => content).join('\n')}`
        .toLowerCase()
        .includes(wanted),
    );
    return { task: task.name, split, total: found.length, problems: found.slice(0, n) };
  },
  code: ({ n }) => `session.pool.slice(0, ${n});`,
});

/** Problems of the split by their ids. */
export function problemsOf({ pool, split }: Session, ids: readonly string[]): Problem[] {
  return ids.map((id) => {
    const found = pool.find((problem) => problem.id === id);
    if (found) return found;
    const known = pool.map((problem) => problem.id);
    throw inputError(
      `expected the id of a problem of the split ${split}, got '${id}'.${didYouMean(id, known)} problems lists them.`,
    );
  });
}

export function problemIds({ pool }: Session): Candidate[] {
  return pool.slice(0, 2000).map(({ id, prompt }) => ({
    text: id,
    summary: problemTitle(prompt),
  }));
}

function choiceOf(what: readonly string[] | undefined): { n?: number; ids?: string[] } {
  if (what === undefined || what.length === 0) return { n: 1 };
  if (what.length === 1 && /^\d+$/.test(what[0])) return { n: Number(what[0]) };
  return { ids: [...what] };
}
