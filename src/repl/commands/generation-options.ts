import type { Problem, SamplingSettings } from '../../records.js';
import type { Task } from '../../tasks/index.js';
import { promptedSet } from './candidates-set.js';
import type { CommandContext, CommandInput, CommandOption } from './command.js';
import { numberOption, textOption, wholeOption } from './command.js';
import { checkSamplingOptions } from './sampling-check.js';
import { evaluationSplit, openTaskOption, taskOptions } from './tasks-options.js';

/** Which problems, and how they are answered: of `rlsf evaluate` and `rlsf generate`. */
export const generationOptions: CommandOption[] = [
  { flags: '--task <name>', summary: 'the task, or a folder of your own (default: cpp)' },
  ...taskOptions,
  { flags: '--split <split>', summary: 'which split (default: held_out, else test)' },
  { flags: '--problems <count>', summary: 'how many (default: 200)' },
  { flags: '-n, --n <count>', summary: 'completions of each (default: 1)' },
  { flags: '--samples <count>', summary: 'the same' },
  {
    flags: '--prompt-path <file>',
    summary: 'a template around each prompt ({prompt}, {language}, {id})',
  },
  { flags: '--temperature <t>', summary: 'sampling temperature, 0 is greedy (default: 1)' },
  { flags: '--top-k <k>', summary: 'keep the k likeliest tokens (default: 0, all)' },
  { flags: '--top-p <p>', summary: 'keep the likeliest that reach p together (default: 1, all)' },
  { flags: '--min-p <p>', summary: 'keep those p times as likely as the first (default: 0, all)' },
  { flags: '--repetition-penalty <r>', summary: 'above 1: fewer repetitions (default: 1, none)' },
  { flags: '--max-new-tokens <count>', summary: 'tokens of a completion (default: 256)' },
  { flags: '--seed <seed>', summary: 'decoding seed (default: 7)' },
  {
    flags: '--batch-size <count>',
    summary: 'rows decoded together: memory, not results (default: 64)',
  },
];

export interface Generation {
  task: Task;
  split: string;
  /** How many were asked for. */
  count: number;
  problems: Problem[];
  settings: SamplingSettings;
  numSamples: number;
  seed: number;
  maxRows: number | undefined;
  promptFormat: string | null;
  promptTemplate: string | null;
}

/** Problems are drawn with this seed: the same ones whatever the decoding seed. */
export const problemSeed = 0;

/** Opens the task and reads the options. */
export async function generationOf(
  command: string,
  input: CommandInput,
  context: Pick<CommandContext, 'json' | 'note' | 'signal'>,
): Promise<Generation> {
  const seed = wholeOption(input, 'seed', 7);
  const count = wholeOption(input, 'problems', 200, 1);
  const numSamples = wholeOption(input, 'n', wholeOption(input, 'samples', 1, 1), 1);
  const batch = textOption(input, 'batchSize');
  const repetitionPenalty = numberOption(input, 'repetitionPenalty', 1);
  const sampling = {
    temperature: numberOption(input, 'temperature', 1),
    topK: wholeOption(input, 'topK', 0),
    topP: numberOption(input, 'topP', 1),
    minP: numberOption(input, 'minP', 0),
    ...(repetitionPenalty !== 1 && { repetitionPenalty }),
    maxNewTokens: wholeOption(input, 'maxNewTokens', 256, 1),
    stop: [] as string[],
    seed,
  };
  await checkSamplingOptions(command, sampling);
  const maxRows = batch === undefined ? undefined : wholeOption(input, 'batchSize', 64, 1);
  const task = await openTaskOption(input, context, textOption(input, 'task') ?? 'cpp');
  const split = textOption(input, 'split') ?? evaluationSplit(task);
  const drawn = task.problems({ split, n: count, seed: problemSeed });
  // The set's name is of no use here.
  const prompted = await promptedSet(input, drawn, '');
  return {
    task,
    split,
    count,
    problems: prompted?.problems ?? drawn,
    settings: { ...sampling, stop: task.stop },
    numSamples,
    seed,
    maxRows,
    promptFormat: textOption(input, 'promptFormat') ?? null,
    promptTemplate: textOption(input, 'promptPath') ?? null,
  };
}

/** A line at most every two seconds. */
export function told(
  context: Pick<CommandContext, 'json' | 'note'>,
): (part: string, done: number, total: number) => void {
  let last = 0;
  return (part, done, total) => {
    if (context.json || (Date.now() - last < 2000 && done < total)) return;
    last = Date.now();
    context.note(`${part} ${done}/${total}`);
  };
}
