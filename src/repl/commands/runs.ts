import type { RunEntry } from '../../experiments/runs/index.js';
import { runDetailsLines, runEntryLines } from '../views/runs-view.js';
import type { Command, CommandOption } from './command.js';
import { textOption } from './command.js';

export const outputDirOption: CommandOption = {
  flags: '--output-dir <folder>',
  summary: 'folder that holds the runs (default: runs)',
};

export const runsListCommand: Command = {
  name: 'runs list',
  summary: 'every run with its state, steps, headline figure, age and size',
  options: [outputDirOption],
  examples: ['rlsf runs list', 'rlsf runs list --output-dir /data/runs --json'],
  async run(input, context) {
    const { runEntries } = await import('../../experiments/runs/index.js');
    const outputDir = textOption(input, 'outputDir') ?? 'runs';
    const entries: RunEntry[] = await runEntries(outputDir);
    return {
      value: entries,
      lines: runEntryLines(entries, { outputDir, width: context.width, now: Date.now() }),
    };
  },
};

export const runsShowCommand: Command = {
  name: 'runs show',
  summary: 'one run: options that differ from the defaults, machine, figures, files with sizes',
  arguments: [{ name: 'run', summary: 'name of a run, or its folder' }],
  options: [outputDirOption],
  examples: ['rlsf runs show tour-2', 'rlsf runs show runs/study-cpp/1/grpo-token'],
  async run(input, context) {
    const { runDetails } = await import('../../experiments/runs/index.js');
    const outputDir = textOption(input, 'outputDir') ?? 'runs';
    const details = await runDetails(input.arguments['run'] ?? '', outputDir);
    return { value: details, lines: runDetailsLines(details, context.width, Date.now()) };
  },
};
