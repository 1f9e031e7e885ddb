import type { CommandGroup, SessionCommand } from './command.js';
import { fieldsOf } from './fields.js';
import type { Field } from './fields.js';

/** What a command takes, on one line: `sample [n] [--ids <text> …]`. */
export function usage(command: SessionCommand): string {
  const places = command.positional?.length ?? 0;
  const fields = fieldsOf(command);
  return [
    command.name,
    ...fields.slice(0, places).map(placeText),
    ...fields.slice(places).map((field) => optional(flagText(field), field.isRequired)),
  ].join(' ');
}

/** The same with its flags summed up, where they are many: for a message. */
export function shortUsage(command: SessionCommand): string {
  const places = command.positional?.length ?? 0;
  const fields = fieldsOf(command);
  if (fields.length - places <= 3) return usage(command);
  return [command.name, ...fields.slice(0, places).map(placeText), '[flags]'].join(' ');
}

/** Everything a front end says of a command, as data. */
export interface CommandHelp {
  name: string;
  summary: string;
  group: CommandGroup;
  usage: string;
  fields: { typed: string; summary: string }[];
  examples: readonly string[];
  /** It can be undone. */
  changes: boolean;
}

export function help(command: SessionCommand): CommandHelp {
  const { name, summary, group, examples, changes } = command;
  const places = command.positional?.length ?? 0;
  const fields = fieldsOf(command).map((field, index) => ({
    typed: index < places ? `${placeText(field)}, ${flagText(field)}` : flagText(field),
    summary: [field.summary, ...(field.kind === 'choice' ? [field.expected] : [])].join('; '),
  }));
  return { name, summary, group, usage: usage(command), fields, examples, changes };
}

function placeText({ name, isList, takesRest, isRequired }: Field): string {
  const text = isList || takesRest ? `${name}…` : name;
  return isRequired ? `<${text}>` : `[${text}]`;
}

function flagText({ flag, kind, isList, choices }: Field): string {
  if (kind === 'flag') return flag;
  const value = kind === 'choice' ? choices.join('|') : kind;
  return `${flag} <${value}>${isList ? ' …' : ''}`;
}

function optional(text: string, isRequired: boolean): string {
  return isRequired ? text : `[${text}]`;
}
