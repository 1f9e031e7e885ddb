import { usageError } from '../../errors.js';
import { languages } from '../../records.js';
import type { Language } from '../../records.js';
import { line, span } from '../styled.js';
import type { Command } from './command.js';
import { textOption } from './command.js';

export const tasksNewCommand: Command = {
  name: 'tasks new',
  summary: 'make the folder of a problem of your own: statement, starter code, tests, reference',
  arguments: [{ name: 'folder', summary: 'its name or path' }],
  options: [{ flags: '--language <name>', summary: 'cpp (default), python, java or text' }],
  examples: ['rlsf tasks new my-task', 'rlsf tasks validate ./my-task'],
  async run(input) {
    const folder = input.arguments['folder'] ?? '';
    const asked = textOption(input, 'language') ?? 'cpp';
    const known = Object.keys(languages) as Language[];
    const language = known.find((each) => each === asked);
    if (language === undefined)
      throw usageError(`rlsf tasks new: --language expects ${known.join(', ')}, got '${asked}'.`);
    const { writeOwnTask } = await import('../../tasks/index.js');
    const files = await writeOwnTask(folder, { language });
    const path = /[/\\]/.test(folder) ? folder : `./${folder}`;
    return {
      value: { folder, files },
      lines: [
        ...files.map((file) => line(file)),
        line(
          span(
            `Edit them; then: rlsf tasks validate ${path}, rlsf sample --task ${path}, rlsf evaluate --task ${path}`,
            'dim',
          ),
        ),
      ],
    };
  },
};
