import { usageError } from '../../errors.js';
import { line, span } from '../styled.js';
import { flagOption, textOption } from './command.js';
import type { Command, CommandInput } from './command.js';

const places = [
  { flags: '--user', summary: "in the user's own Jupyter folder (the default)" },
  { flags: '--prefix <folder>', summary: 'in FOLDER/share/jupyter, such as a virtual environment' },
];

export const kernelInstallCommand: Command = {
  name: 'kernel install',
  summary: "make Jupyter's kernel 'TypeScript (rlsf)' known to every Jupyter of this user",
  options: places,
  examples: ['rlsf kernel install', 'rlsf kernel install --prefix .venv'],
  async run(input) {
    const { installKernel, kernelName } = await import('../kernel/specification.js');
    const folder = installKernel(placeOf(input));
    return {
      value: { name: kernelName, folder },
      lines: [
        line('kernel ', span(kernelName, 'title'), `  written to ${folder}`),
        line(
          span('It starts this copy of the package; run this again when the package moves.', 'dim'),
        ),
      ],
    };
  },
};

export const kernelRemoveCommand: Command = {
  name: 'kernel remove',
  summary: 'take the kernel away from where kernel install put it',
  options: places,
  async run(input) {
    const { kernelFolder, removeKernel } = await import('../kernel/specification.js');
    const removed = removeKernel(placeOf(input));
    return {
      value: { removed },
      lines: [
        line(
          removed === null
            ? `no kernel at ${kernelFolder(placeOf(input))}; nothing was removed`
            : `removed ${removed}`,
        ),
      ],
    };
  },
};

function placeOf(input: CommandInput): { prefix?: string } {
  const prefix = textOption(input, 'prefix');
  if (prefix !== undefined && flagOption(input, 'user'))
    throw usageError(
      'rlsf kernel: --user and --prefix name two places. Give one of them, or neither.',
    );
  return prefix === undefined ? {} : { prefix };
}
