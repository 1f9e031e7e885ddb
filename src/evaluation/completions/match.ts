/** Completions to problems: by id, by prompt, by order. */
import { inputError } from '../../errors.js';
import type { Problem } from '../../records.js';
import { didYouMean } from '../../tasks/closest.js';
import type { BadRow } from '../../tasks/index.js';
import { listNumber } from './formats/bigcode.js';
import { cutPrompt } from './prompt-cut.js';
import type { CompletionSet, FoundCompletion } from './records.js';

export interface MatchedCompletion {
  found: FoundCompletion;
  problem: Problem;
}

export interface Matches {
  matched: MatchedCompletion[];
  /** Completions of problems that are not among them, under `malformed: 'skip'`. */
  skipped: BadRow[];
  /** What a person should know of how they were matched. */
  notes: string[];
}

/**
 * Gives every completion its problem. A name that no problem has is refused with its place, or (`skip`)
 * the completion is left out and told.
 */
export function matchCompletions(
  set: CompletionSet,
  problems: readonly Problem[],
  { malformed = 'fail' }: { malformed?: 'fail' | 'skip' } = {},
): Matches {
  if (set.format === 'bigcode') return byPromptOrOrder(set, problems);
  const problemOf = problemFinder(problems);
  const matched: MatchedCompletion[] = [];
  const skipped: BadRow[] = [];
  for (const found of set.completions) {
    const name = found.problem ?? '';
    const problem = problemOf(name);
    if (problem !== null) matched.push({ found, problem });
    else {
      const known = problems.map(({ id }) => id);
      const reason = `no problem '${name}' among the ${known.length} of the task${known.length > 0 ? `, such as '${known[0]}'` : ''}.${didYouMean(name, known)}`;
      if (malformed === 'fail')
        throw inputError(
          `${set.source}: ${found.place}: there is ${reason} Name the task and split that the completions are for (--task, --split), or leave such rows out with --malformed skip.`,
        );
      skipped.push({ place: found.place, reason: `there is ${reason}` });
    }
  }
  return { matched, skipped, notes: [] };
}

/** Problems in the order in which their sets are published: by the numbers in their ids. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  return [...problems].sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }));
}

/**
 * A problem by the name that a file has for it: its id, in any case of letters, or its number alone
 * (`11`), also behind the name of the set it comes from (`Mbpp/11` of `mbpp-plus/11`).
 */
export function problemFinder(problems: readonly Problem[]): (name: string) => Problem | null {
  const byId = new Map(problems.map((problem) => [problem.id.toLowerCase(), problem]));
  const byNumber = new Map<string, Problem>();
  for (const problem of problems) {
    const number = /^[^/]+\/(\d+)$/.exec(problem.id)?.[1];
    if (number !== undefined) byNumber.set(String(Number(number)), problem);
  }
  return (name) => {
    const known = byId.get(name.toLowerCase());
    if (known !== undefined) return known;
    const parts = /^(?:([A-Za-z]+)\/)?(\d+)$/.exec(name);
    if (parts === null) return null;
    const problem = byNumber.get(String(Number(parts[2]))) ?? null;
    const head = parts[1]?.toLowerCase() ?? '';
    return problem?.id.toLowerCase().startsWith(head) ? problem : null;
  };
}

/**
 * Generations that name no problem: each begins with its problem's prompt; where none does, they are
 * as many as the problems and in their order.
 */
function byPromptOrOrder(set: CompletionSet, problems: readonly Problem[]): Matches {
  const ordered = inOrder(problems);
  const lists = new Map<number, FoundCompletion[]>();
  for (const found of set.completions) {
    const number = listNumber(found.place);
    lists.set(number, [...(lists.get(number) ?? []), found]);
  }
  const found = [...lists].map(([number, list]) => ({
    number,
    list,
    problem: ofPrompt(list[0], ordered, ordered[number]),
  }));
  const without = found.filter(({ problem }) => problem === null);
  if (without.length === found.length) {
    const last = Math.max(...lists.keys()) + 1;
    if (last !== ordered.length)
      throw inputError(
        `${set.source}: no generation begins with a prompt of the task, and ${last} lists cannot be laid beside ${ordered.length} problems by their order. Name the task, split and prompt format that they were made with.`,
      );
    return {
      matched: found.flatMap(({ number, list }) =>
        list.map((each) => ({ found: each, problem: ordered[number] })),
      ),
      skipped: [],
      notes: [
        'No generation begins with a prompt of the task: they are taken as whole programs, in the order of the problems’ numbers.',
      ],
    };
  }
  if (without.length > 0)
    throw inputError(
      `${set.source}: ${without[0].list[0].place}: expected a generation that begins with the prompt of one of the ${ordered.length} problems, as ${found.length - without.length} of ${found.length} do; ${without.length === 1 ? 'this one does' : `this one and ${without.length - 1} more do`} not. Was the file made for another split of the task?`,
    );
  const doubles = found.filter(
    ({ problem }, i) => found.findIndex((other) => other.problem === problem) !== i,
  );
  if (doubles.length > 0)
    throw inputError(
      `${set.source}: ${doubles[0].list[0].place}: expected one list of generations a problem, but an earlier list begins with the prompt of ${doubles[0].problem?.id} too. Join them, or evaluate them apart.`,
    );
  return {
    matched: found.flatMap(({ list, problem }) =>
      list.map((each) => ({ found: each, problem: problem as Problem })),
    ),
    skipped: [],
    notes: found.some(({ number, problem }) => problem !== ordered[number])
      ? ['The lists are matched by their prompts: their order is not that of the problems.']
      : [],
  };
}

/** The problem whose prompt stands first in the text: that of its place, else the longest that does. */
function ofPrompt(
  found: FoundCompletion,
  problems: readonly Problem[],
  likely: Problem | undefined,
): Problem | null {
  const fits = (problem: Problem): number => cutPrompt(problem, found)?.cut ?? 0;
  if (likely !== undefined && fits(likely) > 0) return likely;
  const [best] = problems
    .map((problem) => ({ problem, cut: fits(problem) }))
    .filter(({ cut }) => cut > 0)
    .sort((a, b) => b.cut - a.cut);
  return best?.problem ?? null;
}
