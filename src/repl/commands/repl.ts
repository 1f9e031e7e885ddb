import process from 'node:process';
import { usageError } from '../../errors.js';
import { startEngine } from '../engine/client.js';
import { showRun } from '../show-run.js';
import type { ReplOptions } from '../workbench/options.js';
import { replOptions } from '../workbench/options.js';
import { runPlain } from '../workbench/plain.js';
import type { Command, CommandContext, CommandInput } from './command.js';
import { configOptions } from './command.js';

export const replCommand: Command = {
  name: 'repl',
  summary: 'the workbench: commands and TypeScript on a session; `rlsf` alone opens it too',
  options: [
    {
      flags: '--session <name>',
      summary: 'a session kept under sessions/, or its folder; else a new one of that name',
    },
    {
      flags: '--run <folder>',
      summary: 'look at a run, also while it trains; nothing can be changed',
    },
    {
      flags: '--policy <name>',
      summary: 'a shipped policy, a folder, or the address of an endpoint',
    },
    { flags: '--task <name>', summary: 'the task to work on' },
    ...configOptions,
    {
      flags: '--screen-reader',
      summary: 'sentences instead of drawings (also INK_SCREEN_READER=true)',
    },
    { flags: '--plain', summary: 'read lines from standard input, also in a terminal' },
  ],
  examples: [
    'rlsf repl --task cpp --set grpo.beta=0.04',
    'rlsf repl --session monday',
    'rlsf repl --run runs/tour',
    "printf '/sample 4\\n/judge\\n' | rlsf repl",
  ],
  async run(input, context) {
    const options = optionsOf(input);
    const exitCode =
      context.interactive && !options.plain && !options.json
        ? await inTerminal(options)
        : await inPipe(options, context);
    return { value: undefined, lines: [], exitCode };
  },
};

function optionsOf(input: CommandInput): ReplOptions {
  try {
    return replOptions(input.options);
  } catch (error) {
    throw usageError(`rlsf repl: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function inTerminal(options: ReplOptions): Promise<number> {
  const { openScreen } = await import('../workbench/open.js');
  return openScreen(options);
}

async function inPipe(options: ReplOptions, context: CommandContext): Promise<number> {
  const text = await readAll(process.stdin);
  return showRun(
    ({ signal, emit }) =>
      runPlain({
        text,
        json: options.json,
        colour: process.stdout.isTTY === true && !process.env['NO_COLOR'],
        signal,
        write: (each) => void process.stdout.write(each),
        note: (each) => context.note(each),
        emit,
        startEngine: (hooks) =>
          startEngine({
            opening: options.opening,
            columns: context.width,
            linesOnly: true,
            ...hooks,
          }),
      }),
    {
      mode: 'plain',
      width: context.width,
      colour: false,
      write: (each) => void process.stdout.write(each),
      interrupts: { signal: context.signal, interrupt: () => {} },
    },
  );
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const part of stream) text += String(part);
  return text;
}
