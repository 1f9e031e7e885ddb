import { usageError } from '../../errors.js';
import type { Pushed } from '../../hub/push.js';
import { line, span, type StyledLine } from '../styled.js';
import type { Command } from './command.js';
import { flagOption, textOption } from './command.js';
import { outputDirOption } from './runs.js';

export const publicOption = {
  flags: '--public',
  summary: 'for everybody to see, where the repository is made now (default: private)',
};

export const pushCommand: Command = {
  name: 'push',
  summary: 'send an adapter, a model or a data set to the Hugging Face Hub',
  arguments: [
    {
      name: 'what',
      summary: 'a run, a folder of an adapter or a model, or a file or folder of rows',
    },
  ],
  options: [
    { flags: '--push-to-hub <name>', summary: 'the repository, owner/name' },
    publicOption,
    { flags: '--message <text>', summary: 'of the commit (default: Upload by rlsf)' },
    outputDirOption,
  ],
  examples: [
    'HF_TOKEN=… rlsf push runs/tour --push-to-hub me/tour-adapter',
    'rlsf push pairs.jsonl --push-to-hub me/cpp-pairs --public',
  ],
  async run(input, context) {
    const name = textOption(input, 'pushToHub');
    if (name === undefined) throw usageError('rlsf push: --push-to-hub <owner/name> is expected.');
    const { pushThing } = await import('../../experiments/export/index.js');
    const value = await pushThing(input.arguments['what'] ?? '', name, {
      private: !flagOption(input, 'public'),
      title: textOption(input, 'message'),
      outputDir: textOption(input, 'outputDir'),
      signal: context.signal,
    });
    return { value, lines: [pushedLine(value)] };
  },
};

export function pushedLine({ url, files, commit }: Pushed): StyledLine {
  return line(
    span('pushed ', 'dim'),
    url,
    span(`  ${files.length} files, commit ${commit.slice(0, 8)}`, 'dim'),
  );
}
