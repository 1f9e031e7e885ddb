import type { SessionCommand } from '../../session/commands/command.js';
import type { Field } from '../../session/commands/fields.js';
import type { Command, CommandOption } from './command.js';

/** What may stand behind a flag or at a place: nothing known, words, or names from the disk. */
export type CompletedValue =
  | { kind: 'any' | 'files' | 'folders' | 'runs' | 'sessions' }
  | { kind: 'words'; words: readonly string[] };

export interface CompletedFlag {
  /** `-n` and `--n`. */
  names: string[];
  summary: string;
  /** `null`: it stands alone. */
  value: CompletedValue | null;
  many: boolean;
}

/** A command as the completion scripts of the shells see it. */
export interface CompletedCommand {
  /** `train grpo`. */
  name: string;
  summary: string;
  flags: CompletedFlag[];
  /** What its arguments are. */
  argument: CompletedValue | null;
  /** This is the form with `--session`. */
  onSession: boolean;
}

export interface CompletedProgram {
  /** First words of the command line. */
  names: { name: string; summary: string }[];
  /** Second words, by first word. */
  parents: Map<string, { name: string; summary: string }[]>;
  commands: CompletedCommand[];
}

const common: CompletedFlag[] = [
  { names: ['--json'], summary: 'print the value as JSON', value: null, many: false },
  { names: ['--verbose'], summary: 'show the stack of an error', value: null, many: false },
  { names: ['--help'], summary: 'what it takes, with examples', value: null, many: false },
];

const sessionFlag: CompletedFlag = {
  names: ['--session'],
  summary: 'work on this saved session',
  value: { kind: 'sessions' },
  many: false,
};

/** Every command of the command line and of the table, each with its flags. */
export function completedProgram(
  commands: readonly Command[],
  onSession: readonly { command: SessionCommand; fields: readonly Field[] }[],
  parentSummaries: Readonly<Record<string, string>>,
): CompletedProgram {
  const sessionNames = new Set(onSession.map(({ command }) => command.name));
  const names = new Map<string, string>();
  const parents: CompletedProgram['parents'] = new Map();
  for (const { name, summary } of commands) {
    const [first, second] = name.split(' ');
    names.set(first, second === undefined ? summary : (parentSummaries[first] ?? ''));
    if (second !== undefined)
      parents.set(first, [...(parents.get(first) ?? []), { name: second, summary }]);
  }
  for (const { command } of onSession)
    if (!names.has(command.name)) names.set(command.name, `${command.summary} (of a session)`);
  return {
    names: [...names].map(([name, summary]) => ({ name, summary })),
    parents,
    commands: [
      ...commands.map((command) => oneShot(command, sessionNames)),
      ...onSession.map(({ command, fields }) => sessionForm(command, fields)),
    ],
  };
}

function oneShot(command: Command, sessionNames: ReadonlySet<string>): CompletedCommand {
  const { name, summary, options = [], arguments: taken = [] } = command;
  const hasSession = sessionNames.has(name.split(' ')[0]);
  return {
    name,
    summary,
    flags: [...options.map(flagOf), ...(hasSession ? [sessionFlag] : []), ...common],
    argument: taken.length === 0 ? null : argumentOf(taken.map((each) => each.name)),
    onSession: false,
  };
}

function flagOf({ flags, summary, many = false }: CommandOption): CompletedFlag {
  const placeholder = /[<[]([^>\]]+)[>\]]/.exec(flags)?.[1] ?? null;
  const names = flags
    .replace(/[<[].*$/, '')
    .split(',')
    .map((each) => each.trim());
  if (names.includes('--session')) return { ...sessionFlag, summary };
  return { names, summary, value: placeholder === null ? null : placed(placeholder), many };
}

function placed(placeholder: string): CompletedValue {
  const name = placeholder.replace('...', '');
  if (name === 'run') return { kind: 'runs' };
  if (/folder/.test(name)) return { kind: 'folders' };
  return /file|path|what/.test(name) ? { kind: 'files' } : { kind: 'any' };
}

function argumentOf(names: readonly string[]): CompletedValue {
  if (names.some((name) => /^(runs?|rollouts)$/.test(name))) return { kind: 'runs' };
  return { kind: names.every((name) => /^(id|profile|sql)$/.test(name)) ? 'any' : 'files' };
}

function sessionForm(command: SessionCommand, fields: readonly Field[]): CompletedCommand {
  const places = fields.slice(0, command.positional?.length ?? 0);
  return {
    name: command.name,
    summary: command.summary,
    flags: [
      sessionFlag,
      ...fields.map((field) => ({
        names: [field.flag],
        summary: field.summary,
        value: field.kind === 'flag' ? null : fieldValue(field),
        many: field.isList,
      })),
      ...common,
    ],
    argument: places.length === 0 ? null : fieldValue(places[0]),
    onSession: true,
  };
}

function fieldValue({ name, kind, choices }: Field): CompletedValue {
  if (kind === 'choice') return { kind: 'words', words: choices };
  if (kind === 'number') return { kind: 'any' };
  if (/^runs?$/.test(name)) return { kind: 'runs' };
  return { kind: /^(policy|adapter|folder)$/.test(name) ? 'folders' : 'files' };
}
