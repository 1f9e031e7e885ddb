import path from 'node:path';
import { usageError } from '../../errors.js';
import { exportTargets } from '../../experiments/export/export-training.js';
import type { ExportTarget } from '../../experiments/export/export-training.js';
import { line, span } from '../styled.js';
import type { Command } from './command.js';
import { flagOption, textOption } from './command.js';
import { publicOption, pushedLine } from './push.js';
import { outputDirOption } from './runs.js';
import { sourceHooks } from './source-hooks.js';

export const exportCommand: Command = {
  name: 'export',
  summary: 'a run or a file of rows for TRL, OpenRLHF or verl: data, their options, a run script',
  arguments: [{ name: 'what', summary: 'a run’s name or folder, or a file of rows' }],
  options: [
    { flags: '--to <trainer>', summary: exportTargets.join(', ') },
    { flags: '--out <folder>', summary: 'where it goes; a name that is free' },
    { flags: '--merge', summary: 'the adapter added into its base, as a whole model' },
    {
      flags: '--push-to-hub <name>',
      summary: 'send the rows to the data set owner/name, and the weights to the model owner/name',
    },
    publicOption,
    outputDirOption,
  ],
  examples: [
    'rlsf export runs/tour --to trl --out for-trl',
    'rlsf export runs/tour --to verl --out for-verl --merge',
    'rlsf export pairs.jsonl --to trl --out dpo-for-trl',
  ],
  async run(input, context) {
    const { exportTraining, pushThing } = await import('../../experiments/export/index.js');
    const given = textOption(input, 'to');
    const to = exportTargets.find((each): each is ExportTarget => each === given);
    if (to === undefined)
      throw usageError(
        `rlsf export: --to expects ${exportTargets.join(', ')}, got ${given === undefined ? 'nothing' : `'${given}'`}.`,
      );
    const out = textOption(input, 'out');
    if (out === undefined)
      throw usageError('rlsf export: --out <folder> is expected, such as --out for-trl.');
    const merge = flagOption(input, 'merge');
    if (merge) {
      const { selectBackend } = await import('../../tensor/index.js');
      await selectBackend('auto', { matmulPrecision: 'highest' });
    }
    const value = await exportTraining(input.arguments['what'] ?? '', {
      to,
      out,
      merge,
      outputDir: textOption(input, 'outputDir'),
      source: sourceHooks(context),
    });
    const name = textOption(input, 'pushToHub');
    const pushed = [];
    const sent = ['train.parquet', 'adapter', 'model'].filter((file) => value.files.includes(file));
    for (const file of name === undefined ? [] : sent)
      pushed.push(
        await pushThing(path.join(out, file), name as string, {
          private: !flagOption(input, 'public'),
          signal: context.signal,
        }),
      );
    return {
      value: { ...value, pushed },
      lines: [
        line(
          span('written ', 'dim'),
          `${value.out}: ${value.files.join(', ')}`,
          span(`  ${value.rows} rows, ${value.method}`, 'dim'),
        ),
        ...value.notes.map((note) => line(span(note, 'warn'))),
        ...pushed.map(pushedLine),
      ],
    };
  },
};
