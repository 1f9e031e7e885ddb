import { usageError } from '../../errors.js';
import { line, span } from '../styled.js';
import type { Command } from './command.js';
import { textOption } from './command.js';
import { sourceHooks } from './source-hooks.js';

export const importCommand: Command = {
  name: 'import',
  summary: 'rollouts of TRL (completions parquet) or verl (rollout dumps) as a log of ours',
  arguments: [{ name: 'file', summary: 'a .parquet or .jsonl file, or a folder of them' }],
  options: [
    { flags: '--out <folder>', summary: 'where the log goes; a name that is free' },
    {
      flags: '--task <name>',
      summary: 'the task their prompts are of: then they can be judged again',
    },
    { flags: '--path <path>', summary: 'the task’s data, where it is not in its usual place' },
  ],
  examples: [
    'rlsf import out/completions --task cpp --out runs/from-trl',
    'rlsf import rollouts/10.jsonl --out runs/from-verl && rlsf query runs/from-verl',
  ],
  async run(input, context) {
    const { importRollouts } = await import('../../experiments/import/index.js');
    const out = textOption(input, 'out');
    if (out === undefined)
      throw usageError('rlsf import: --out <folder> is expected, such as --out runs/from-trl.');
    const task = textOption(input, 'task');
    const value = await importRollouts(input.arguments['file'] ?? '', {
      out,
      task,
      taskOptions: { ...sourceHooks(context), path: textOption(input, 'path') },
    });
    const of = task === undefined ? '' : `, the problems of ${value.matched} found in ${task}`;
    return {
      value,
      lines: [
        line(
          span('written ', 'dim'),
          value.file,
          span(
            `  ${value.rollouts} rollouts of ${value.steps} steps from ${value.format}${of}`,
            'dim',
          ),
        ),
        ...(task === undefined
          ? [
              line(
                span('Without --task they can be looked at and queried, not judged again.', 'dim'),
              ),
            ]
          : []),
      ],
    };
  },
};
