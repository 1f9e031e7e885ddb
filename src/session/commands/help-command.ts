import { z } from 'zod';
import { defineCommand } from './command.js';
import type { SessionCommand } from './command.js';
import { help } from './help.js';
import type { CommandHelp } from './help.js';
import { findCommand } from './parse.js';

/** The table's own command: what there is, or what one of them takes. */
export function helpCommand(table: () => readonly SessionCommand[]): SessionCommand {
  return defineCommand({
    name: 'help',
    summary: 'the commands there are, or what one of them takes, with examples',
    group: 'session',
    input: { command: z.string().optional().describe('one of them') },
    positional: ['command'],
    examples: ['help', 'help sample'],
    changes: false,
    complete: async () => table().map(({ name, summary }) => ({ text: name, summary })),
    async run(_, { command }): Promise<CommandHelp[]> {
      if (command === undefined) return table().map(help);
      return [help(findCommand(command.replace(/^\//, ''), table()))];
    },
    code: () => '',
  });
}
