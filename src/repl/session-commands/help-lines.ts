import type { CommandHelp } from '../../session/commands/help.js';
import type { StyledLine } from '../styled.js';
import { line, padEnd, span, textWidth, wrapText } from '../styled.js';

/** All commands by group, or one with what it takes and examples; `before` stands before a name. */
export function helpLines(
  commands: readonly CommandHelp[],
  width: number,
  before = '/',
): StyledLine[] {
  if (commands.length === 1) return commandHelp(commands[0], width, before);
  const groups = [...new Set(commands.map(({ group }) => group))];
  const names = Math.max(...commands.map(({ name }) => name.length)) + before.length;
  return groups.flatMap((group) => [
    line(span(group, 'title')),
    ...commands
      .filter((command) => command.group === group)
      .flatMap(({ name, summary }) =>
        namedRows(`  ${padEnd(`${before}${name}`, names)}  `, summary, width),
      ),
  ]);
}

/** A name and what it is, over as many rows as that takes. */
export function namedRows(name: string, summary: string, width: number): StyledLine[] {
  const indent = textWidth(name);
  return wrapText(summary, Math.max(20, width - indent)).map((row, index) =>
    line(index === 0 ? name : ' '.repeat(indent), span(row, 'dim')),
  );
}

function commandHelp(command: CommandHelp, width: number, before: string): StyledLine[] {
  const { summary, usage, fields, examples, changes } = command;
  const typed = Math.min(36, Math.max(0, ...fields.map((field) => textWidth(field.typed))));
  return [
    line(span(`${before}${usage}`, 'title')),
    ...wrapText(summary, width).map((row) => line(row)),
    ...fields.flatMap((field) => {
      const rows = wrapText(field.summary, Math.max(20, width - typed - 4));
      const fits = textWidth(field.typed) <= typed;
      return [
        ...(fits ? [] : [line(`  ${field.typed}`)]),
        ...rows.map((row, index) =>
          line(`  ${padEnd(fits && index === 0 ? field.typed : '', typed)}  `, span(row, 'dim')),
        ),
      ];
    }),
    ...examples.map((example, index) =>
      line(span(index === 0 ? 'e.g. ' : '     ', 'dim'), `${before}${example}`),
    ),
    ...(changes ? [line(span('undo takes it back.', 'dim'))] : []),
  ];
}
