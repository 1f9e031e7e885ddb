import { usageError } from '../../errors.js';
import type {
  CompletionFormat,
  CompletionSet,
  EvaluatedCompletions,
} from '../../evaluation/index.js';
import type { Problem } from '../../records.js';
import type { Task } from '../../tasks/index.js';
import type { CommandContext, CommandInput, CommandOption } from './command.js';
import { textOption, wholeOption } from './command.js';
import { problemSeed, told } from './generation-options.js';
import { openCommandJudge } from './judge-place.js';
import { openTaskOption } from './tasks-options.js';

export const completionsOptions: CommandOption[] = [
  {
    flags: '--missing <what>',
    summary: 'problems without completions: skip (default; they are named and counted) or fail',
  },
];

const titles: Record<CompletionFormat, string> = {
  rlsf: 'of rlsf generate',
  samples: 'samples with task_id and completion',
  solutions: 'EvalPlus’s, whole solutions',
  generations: 'rows of prompt and generation',
  'multipl-e': 'MultiPL-E’s',
  bigcode: 'of bigcode-evaluation-harness',
};

/** Reads a file of completions, finds its problems, judges and counts. */
export async function evaluateCompletionsFile(
  source: string,
  input: CommandInput,
  context: CommandContext,
  k: number[] | undefined,
): Promise<EvaluatedCompletions> {
  const { evaluateCompletions, readCompletions } = await import('../../evaluation/index.js');
  const { languagesOf } = await import('../../sandbox/index.js');
  const missing = choice(input, 'missing', ['skip', 'fail']);
  const malformed = choice(input, 'malformed', ['fail', 'skip']);
  const set = await readCompletions(source, { malformed });
  const { problems, task, split } = await problemsOf(set, input, context);
  if (!context.json)
    context.note(
      `${source}: completions ${titles[set.format]}: ${set.completions.length}, for ${problems.length} problems of ${task}, ${split}`,
    );
  const judge = await openCommandJudge(input, context, { languages: languagesOf(problems) });
  const tell = told(context);
  try {
    const evaluated = await evaluateCompletions({
      ...{ set, problems, judge, split, missing, malformed, k, signal: context.signal },
      promptFormat: textOption(input, 'promptFormat') ?? null,
      onProgress: (done, total) => tell('judge', done, total),
    });
    const { skipped, notes } = evaluated;
    const [first] = skipped;
    const told0 = first
      ? [`${skipped.length} rows are left out; the first, ${first.place}: ${first.reason}`]
      : [];
    return { ...evaluated, notes: [...notes, ...told0] };
  } finally {
    await judge.close();
  }
}

interface FoundProblems {
  problems: Problem[];
  task: string;
  split: string;
}

async function problemsOf(
  set: CompletionSet,
  input: CommandInput,
  context: CommandContext,
): Promise<FoundProblems> {
  const asked = textOption(input, 'task');
  if (set.made) return madeProblems(set.made, input, context);
  if (set.problems && asked === undefined) {
    const [{ split }] = set.problems;
    return { problems: set.problems, task: 'multipl-e (the files’ own)', split };
  }
  const name = asked ?? taskOf(set);
  const language = set.language && { taskLanguage: set.language };
  const options = { ...language, ...given(input.options) };
  const task = await openTaskOption({ ...input, options }, context, name);
  const { split, problems } = await splitOf(task, set, input);
  return { problems, task: name, split };
}

/** As `rlsf generate` drew them; what the command line says of the task's data goes first. */
async function madeProblems(
  { task: draw, settings, problems: answered }: NonNullable<CompletionSet['made']>,
  input: CommandInput,
  context: CommandContext,
): Promise<FoundProblems> {
  const { name, path, language, heldOutShare, shotSeed, split, n, seed } = draw;
  const recorded = {
    ...(path !== null && { path }),
    ...(language !== null && { taskLanguage: language }),
    ...(heldOutShare !== null && { heldOutShare: String(heldOutShare) }),
    ...(settings.promptFormat !== null && { promptFormat: settings.promptFormat }),
    shotSeed: String(shotSeed),
  };
  const options = { ...recorded, ...given(input.options) };
  const task = await openTaskOption(
    { ...input, options },
    context,
    textOption(input, 'task') ?? name,
  );
  const wanted = textOption(input, 'split') ?? split;
  const drawn = task.problems({ split: wanted, ...(n !== null && { n }), seed });
  const ids = new Set(answered.map(({ problem_id: id }) => id));
  const known = drawn.filter(({ id }) => ids.has(id));
  return { problems: known.length > 0 ? known : drawn, task: task.name, split: wanted };
}

/** The split that was answered: the smallest that holds every problem that is named. */
async function splitOf(
  task: Task,
  set: CompletionSet,
  input: CommandInput,
): Promise<{ split: string; problems: Problem[] }> {
  const { inOrder, problemFinder } = await import('../../evaluation/index.js');
  const asked = textOption(input, 'split');
  const count = textOption(input, 'problems');
  const n = count === undefined ? undefined : wholeOption(input, 'problems', 1, 1);
  const draw = (split: string): { split: string; problems: Problem[] } => ({
    split,
    problems: inOrder(task.problems({ split, n, seed: problemSeed })),
  });
  if (asked !== undefined) return draw(asked);
  const usual = ['all', 'test'].find((split) => task.splits.includes(split)) ?? task.splits[0];
  const names = [...new Set(set.completions.flatMap(({ problem }) => problem ?? []))];
  if (names.length === 0) return draw(usual);
  const fitting = task.splits.map(draw).filter(({ problems }) => {
    const find = problemFinder(problems);
    return names.every((name) => find(name) !== null);
  });
  const [smallest] = fitting.sort((a, b) => a.problems.length - b.problems.length);
  return smallest ?? draw(usual);
}

/** The task by the names of its problems. */
function taskOf({ source, completions }: CompletionSet): string {
  const known: [RegExp, string][] = [
    [/^HumanEval\/\d+$/, 'humaneval'],
    [/^Mbpp\/\d+$/, 'mbpp-plus'],
    [/^mbpp\/\d+$/, 'mbpp'],
    [/^(HumanEval|mbpp)_\d+_\w+$/, 'multipl-e'],
    [/^gsm8k\/\w+\/\d+$/, 'gsm8k'],
  ];
  const name = completions.find(({ problem }) => problem !== null)?.problem ?? null;
  const found = known.find(([form]) => name !== null && form.test(name))?.[1];
  if (found !== undefined) return found;
  throw usageError(
    `rlsf evaluate: ${source} ${name === null ? 'names no problems' : `names its problems as '${name}'`}: say with --task which task they are of (rlsf tasks list).`,
  );
}

function choice<Name extends string>(
  input: CommandInput,
  option: string,
  names: readonly Name[],
): Name {
  const asked = textOption(input, option) ?? names[0];
  const found = names.find((name) => name === asked);
  if (found !== undefined) return found;
  throw usageError(`--${option}: expected ${names.join(' or ')}, got '${asked}'.`);
}

function given(options: CommandInput['options']): CommandInput['options'] {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
