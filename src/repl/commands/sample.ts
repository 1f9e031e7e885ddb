import { usageError } from '../../errors.js';
import type { Rollout, SamplingSettings } from '../../records.js';
import { line, span } from '../styled.js';
import type { StyledLine } from '../styled.js';
import { groupView } from '../views/group-view.js';
import type { Command, CommandContext, CommandInput, CommandResult } from './command.js';
import {
  dashed,
  flagOption,
  listOption,
  numberOption,
  textOption,
  wholeOption,
} from './command.js';
import { hasPrompt, promptOnly, promptOptions, samplePrompt } from './sample-prompt.js';
import { policyOption, policyOptions } from './policy-option.js';
import { checkSamplingOptions } from './sampling-check.js';
import { sourceHooks } from './source-hooks.js';
import { findProblem, taskOptions, taskOptionsOf } from './tasks-options.js';

export const sampleCommand: Command = {
  name: 'sample',
  summary: 'completions to look at: of a problem, judged and scored, or of any prompt',
  options: [
    ...policyOptions,
    { flags: '-n, --n <count>', summary: 'completions (default: 8, of a prompt 1)' },
    { flags: '--seed <seed>', summary: 'seed of problem and draws (default: 42)' },
    { flags: '--max-new-tokens <count>', summary: 'tokens of a completion (default: 256)' },
    { flags: '--temperature <t>', summary: 'sampling temperature, 0 is greedy (default: 1)' },
    { flags: '--top-k <k>', summary: 'keep the k likeliest tokens (default: 0, all)' },
    { flags: '--top-p <p>', summary: 'keep the likeliest that reach p together (default: 1, all)' },
    {
      flags: '--min-p <p>',
      summary: 'keep those p times as likely as the first (default: 0, all)',
    },
    { flags: '--repetition-penalty <r>', summary: 'above 1: fewer repetitions (default: 1, none)' },
    { flags: '--task <name>', summary: 'the task, or a folder of your own (default: cpp)' },
    ...taskOptions,
    { flags: '--split <split>', summary: 'the split problems come from (default: train)' },
    { flags: '--id <id>', summary: 'this problem' },
    { flags: '--all', summary: 'show the source of every completion' },
    { flags: '--no-judge', summary: 'only sample' },
    ...promptOptions,
  ],
  examples: [
    'rlsf sample --n 4',
    'rlsf sample --adapter runs/tour/adapter --split held_out --json',
    "rlsf sample --prompt 'int main() {' -n 4 --json",
    'rlsf sample --policy models/qwen --chat --prompt-file question.txt --temperature 0.7',
  ],
  run(input, context) {
    return hasPrompt(input) ? ofPrompt(input, context) : ofTask(input, context);
  },
};

async function ofPrompt(input: CommandInput, context: CommandContext): Promise<CommandResult> {
  const given = ['task', 'split', 'id', 'all'].filter((name) => input.options[name] !== undefined);
  if (input.options['judge'] === false) given.push('no-judge');
  if (given.length > 0)
    throw usageError(
      `rlsf sample: a prompt of your own is only sampled, not judged: --${given.join(' and --')} belong${given.length === 1 ? 's' : ''} to a task. Leave out either the prompt or ${given.length === 1 ? 'that' : 'those'}.`,
    );
  return samplePrompt(input, context, samplingOf(input));
}

async function ofTask(input: CommandInput, context: CommandContext): Promise<CommandResult> {
  const given = promptOnly.filter((name) => input.options[name] !== undefined);
  if (given.length > 0)
    throw usageError(
      `rlsf sample: ${given.map((name) => `--${dashed(name)}`).join(' and ')} need${given.length === 1 ? 's' : ''} a prompt: give --prompt or --prompt-file. A task brings its own.`,
    );
  const { closeSession, judge, openSession, sample, score } =
    await import('../../session/index.js');
  const { reachedTokens } = await import('../../rollouts/index.js');
  const task = textOption(input, 'task') ?? 'cpp';
  const id = textOption(input, 'id');
  const n = wholeOption(input, 'n', 8, 1);
  const { seed, stop: _stop, ...sampling } = samplingOf(input);
  await checkSamplingOptions('rlsf sample', samplingOf(input));
  const session = await openSession({
    ...(await policyOption(input, context)),
    source: sourceHooks(context),
    task,
    taskOptions: taskOptionsOf(input, context),
    split: textOption(input, 'split'),
    seed,
    loraR: 0,
  });
  try {
    const { signal } = context;
    const drawn =
      id === undefined
        ? session.task.problems({ split: session.split, seed })[0]
        : await findProblem(task, id, taskOptionsOf(input, context));
    let rollouts = await sample(session, {
      problems: [drawn],
      numGenerations: n,
      sampling,
      signal,
    });
    if (input.options['judge'] !== false) {
      await judge(session, { signal });
      rollouts = await score(session);
    }
    const [problem] = session.problems;
    const members = rollouts.map((rollout) => ({ rollout, findings: reachedTokens(rollout) }));
    const sources = flagOption(input, 'all') || n <= 2 ? n : 3;
    return {
      value: rollouts,
      lines: [
        line(span(problem.id, 'title'), span(`  ${problem.split}`, 'dim')),
        ...groupView(problem.prompt, members, { width: context.width, sources }),
        line(''),
        summaryLine(rollouts),
      ],
    };
  } finally {
    await closeSession(session);
  }
}

/** The settings as the options give them; the stop strings are a prompt's alone. */
function samplingOf(input: CommandInput): SamplingSettings {
  return {
    temperature: numberOption(input, 'temperature', 1),
    topK: wholeOption(input, 'topK', 0),
    topP: numberOption(input, 'topP', 1),
    minP: numberOption(input, 'minP', 0),
    repetitionPenalty: numberOption(input, 'repetitionPenalty', 1),
    maxNewTokens: wholeOption(input, 'maxNewTokens', 256, 1),
    stop: listOption(input, 'stop'),
    stopTokenIds: listOption(input, 'stopTokenId').map(tokenId),
    seed: wholeOption(input, 'seed', 42),
  };
}

function tokenId(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw usageError(`--stop-token-id: a token id is expected, got '${text}'.`);
}

function summaryLine(rollouts: readonly Rollout[]): StyledLine {
  const judged = rollouts.filter((rollout) => rollout.verdict);
  const clean = judged.filter((rollout) => rollout.verdict?.outcome === 'clean').length;
  const tokens = rollouts.reduce((sum, rollout) => sum + rollout.completionIds.length, 0);
  return line(
    span(
      `${rollouts.length} completions, ${tokens} tokens${judged.length > 0 ? `, ${clean} fully clean` : ''}`,
      'dim',
    ),
  );
}
