import { help } from '../../session/commands/help.js';
import type { SessionCommand } from '../../session/commands/command.js';
import { sessionCommands } from '../../session/commands/index.js';
import { helpLines } from '../session-commands/help-lines.js';
import { line, padEnd, plainText, span, fitLine } from '../styled.js';
import type { CommandResult } from './command.js';

/** `rlsf sample --session x --help`: the form on a session. */
export function sessionHelp(command: SessionCommand, width: number): CommandResult {
  const own = help(command);
  const onSession = own.examples.map((example) => `${example} --session mine`);
  const always: [string, string][] = [
    ['--session <name|folder>', 'the session to work on; a new one is made on first use'],
    ['--config <file>', 'of a new session: the config file to start from'],
    ['--set <key=value>', 'of a new session: a setting; may be repeated'],
    ['--json', 'print the value as JSON'],
  ];
  const fields = [...own.fields, ...always.map(([typed, summary]) => ({ typed, summary }))];
  const shown = {
    ...own,
    usage: `${own.usage} --session <name|folder>`,
    fields,
    examples: onSession,
  };
  return { value: shown, lines: helpLines([shown], width, 'rlsf ') };
}

/** What `rlsf --help` says of the table. */
export function sessionCommandsText(width: number): string {
  const names = Math.max(...sessionCommands.map(({ name }) => name.length));
  const lines = sessionCommands.map(({ name, summary }) =>
    plainText(fitLine(line(`  ${padEnd(name, names)}  `, span(summary, 'dim')), width)),
  );
  return [
    '',
    'On a session (rlsf <command> --session NAME; NAME is made on first use):',
    ...lines,
  ].join('\n');
}
