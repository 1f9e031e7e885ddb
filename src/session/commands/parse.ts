import { z } from 'zod';
import { usageError } from '../../errors.js';
import { didYouMean } from '../../tasks/closest.js';
import type { SessionCommand } from './command.js';
import { fieldsOf } from './fields.js';
import type { Field } from './fields.js';
import { shortUsage } from './help.js';
import { splitWords } from './words.js';
import type { Word } from './words.js';

export interface ParsedCommand {
  command: SessionCommand;
  input: Record<string, unknown>;
}

/**
 * A typed line, without or with its slash, as a command of `commands` and its input.
 * @throws a usage error that names what was probably meant
 */
export function parseLine(line: string, commands: readonly SessionCommand[]): ParsedCommand {
  const text = line.replace(/^\s*\//, '');
  const { words, open } = splitWords(text);
  if (open !== null)
    throw usageError(
      `a quote (${open}) is opened and never closed. Close it, or put a \\ before it.`,
    );
  if (words.length === 0)
    throw usageError('expected a command behind the slash. help lists them all.');
  const command = findCommand(words[0].text, commands);
  return { command, input: readInput(command, words.slice(1), text) };
}

/** The same from the words of a command line, which a shell has split already. */
export function parseWords(
  command: SessionCommand,
  words: readonly string[],
): Record<string, unknown> {
  return readInput(
    command,
    words.map((text) => ({ text, start: 0, end: 0, isQuoted: false })),
    null,
  );
}

export function findCommand(name: string, commands: readonly SessionCommand[]): SessionCommand {
  const found = commands.find((command) => command.name === name);
  if (found) return found;
  const names = commands.map((command) => command.name);
  throw usageError(`there is no command '${name}'.${didYouMean(name, names)} help lists them all.`);
}

type Given = Map<Field, (string | boolean)[]>;

function readInput(
  command: SessionCommand,
  words: readonly Word[],
  line: string | null,
): Record<string, unknown> {
  const fields = fieldsOf(command);
  const places = fields.slice(0, command.positional?.length ?? 0);
  const given: Given = new Map();
  const put = (field: Field, value: string | boolean): void => {
    const before = given.get(field) ?? [];
    if (before.length > 0 && !field.isList)
      throw wrong(command, `${shown(field, places)} is given twice`);
    given.set(field, [...before, value]);
  };
  let place = 0;
  let flagsEnded = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    if (!flagsEnded && word.text === '--' && !word.isQuoted) {
      flagsEnded = true;
    } else if (!flagsEnded && isFlag(word)) {
      const { field, value, isNegated } = readFlag(command, word.text, fields);
      if (field.kind === 'flag') put(field, flagValue(command, field, value, isNegated));
      else if (value !== null) put(field, value);
      else if (at + 1 < words.length) put(field, words[++at].text);
      else throw wrong(command, `${field.flag} expects ${field.expected}, got nothing`);
    } else {
      while (place < places.length && given.has(places[place]) && !places[place].isList) place++;
      if (place >= places.length) throw tooMuch(command, word, places);
      const field = places[place];
      if (field.takesRest && line !== null && !isWholeQuoted(word, line)) {
        put(field, line.slice(word.start).trim());
        break;
      }
      if (field.takesRest)
        put(
          field,
          words
            .slice(at)
            .map(({ text }) => text)
            .join(' '),
        );
      else put(field, word.text);
      if (field.takesRest) break;
    }
  }
  return checked(command, fields, places, given);
}

/** `--x`, `-n`, but no number and nothing that was quoted. */
function isFlag({ text, isQuoted }: Word): boolean {
  return !isQuoted && /^--?[A-Za-z]/.test(text);
}

/** A quoted word that nothing follows is its text; else the quotes are part of what is meant. */
function isWholeQuoted({ isQuoted, start, end }: Word, line: string): boolean {
  return isQuoted && line.slice(end).trim() === '' && line[start] === line[end - 1];
}

function readFlag(
  command: SessionCommand,
  text: string,
  fields: readonly Field[],
): { field: Field; value: string | null; isNegated: boolean } {
  const at = text.indexOf('=');
  const flag = at < 0 ? text : text.slice(0, at);
  const value = at < 0 ? null : text.slice(at + 1);
  const long = flag.startsWith('--') ? flag : `-${flag}`;
  const field = fields.find((each) => each.flag === long);
  if (field) return { field, value, isNegated: false };
  const positive = fields.find(
    (each) => each.kind === 'flag' && each.flag === long.replace(/^--no-/, '--'),
  );
  if (positive && long.startsWith('--no-')) return { field: positive, value, isNegated: true };
  const known = fields.map((each) => each.flag);
  throw wrong(command, `there is no ${flag} here.${didYouMean(long, known)}`);
}

function flagValue(
  command: SessionCommand,
  field: Field,
  value: string | null,
  isNegated: boolean,
): boolean {
  if (value === null) return !isNegated;
  if (/^(true|yes|on|1)$/i.test(value)) return !isNegated;
  if (/^(false|no|off|0)$/i.test(value)) return isNegated;
  throw wrong(command, `${field.flag} expects yes or no, got '${value}'`);
}

function checked(
  command: SessionCommand,
  fields: readonly Field[],
  places: readonly Field[],
  given: Given,
): Record<string, unknown> {
  const entries = [...given].map(([field, values]): [string, unknown] => {
    const read = values.map((value) => coerced(command, field, value, places));
    return [field.name, field.isList ? read : read[0]];
  });
  // After what was given: a word that fits no place is what there is to say of.
  const missing = fields.find((field) => field.isRequired && !given.has(field));
  if (missing)
    throw wrong(command, `expected ${shown(missing, places)} (${missing.summary}), got nothing`);
  const result = z.strictObject(command.input).safeParse(Object.fromEntries(entries));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = fields.find(({ name }) => name === issue.path[0]);
  if (!field) throw wrong(command, issue.message);
  const came = given.get(field)?.join(' ') ?? 'nothing';
  const expected = issue.code === 'custom' ? issue.message : `expects ${field.expected}`;
  throw wrong(command, `${shown(field, places)} ${expected}, got '${came}'`);
}

function coerced(
  command: SessionCommand,
  field: Field,
  value: string | boolean,
  places: readonly Field[],
): unknown {
  if (typeof value === 'boolean') return value;
  if (field.kind === 'choice' && !field.choices.includes(value))
    throw wrong(
      command,
      `${shown(field, places)} expects ${field.expected}, got '${value}'.${didYouMean(value, field.choices)}`,
    );
  if (field.kind !== 'number') return value;
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number))
    throw wrong(command, `${shown(field, places)} expects ${field.expected}, got '${value}'`);
  return number;
}

function shown(field: Field, places: readonly Field[]): string {
  return places.includes(field) ? `<${field.name}>` : field.flag;
}

function tooMuch(command: SessionCommand, word: Word, places: readonly Field[]): Error {
  const takes =
    places.length === 0
      ? 'it takes nothing by its place'
      : `it takes ${places.map(({ name }) => `<${name}>`).join(' ')}`;
  return wrong(command, `there is no place for '${word.text}': ${takes}`);
}

function wrong(command: SessionCommand, what: string): Error {
  const end = /[.?]$/.test(what) ? '' : '.';
  return usageError(
    `${command.name}: ${what}${end} Usage: ${shortUsage(command)} (help ${command.name})`,
  );
}
