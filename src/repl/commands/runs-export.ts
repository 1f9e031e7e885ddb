import { usageError } from '../../errors.js';
import { line, span } from '../styled.js';
import { humanSize } from '../../experiments/runs/human-size.js';
import type { Command } from './command.js';
import { flagOption, textOption } from './command.js';
import { outputDirOption } from './runs.js';

export const runsExportCommand: Command = {
  name: 'runs export',
  summary:
    'a run to hand on: a folder or archive without paths of this machine and without secrets',
  arguments: [{ name: 'run', summary: 'name of a run, or its folder' }],
  options: [
    {
      flags: '--output <file>',
      summary: 'where to: .tar.gz, .tgz or .tar for an archive, anything else for a folder',
    },
    {
      flags: '--with-rollouts',
      summary: 'the logs of rollouts and the data sets built of them too',
    },
    { flags: '--with-checkpoints', summary: 'the checkpoints too' },
    outputDirOption,
  ],
  examples: ['rlsf runs export tour-2 --output tour-2.tar.gz --with-rollouts'],
  async run(input) {
    const output = textOption(input, 'output');
    if (output === undefined)
      throw usageError(
        'rlsf runs export: --output <file> is expected, such as --output tour-2.tar.gz.',
      );
    const { exportRun } = await import('../../experiments/runs/index.js');
    const exported = await exportRun(
      input.arguments['run'] ?? '',
      textOption(input, 'outputDir') ?? 'runs',
      {
        output,
        withRollouts: flagOption(input, 'withRollouts'),
        withCheckpoints: flagOption(input, 'withCheckpoints'),
      },
    );
    const { files, bytes } = exported;
    return {
      value: exported,
      lines: [
        line(
          span('written ', 'dim'),
          exported.output,
          span(`  ${files.length} files, ${humanSize(bytes)}`, 'dim'),
        ),
      ],
    };
  },
};
