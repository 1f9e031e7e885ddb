import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Opening } from '../engine/opening.js';

/** What `rlsf repl` was asked for. */
export interface ReplOptions {
  opening: Opening;
  /** For a screen reader. */
  spoken: boolean;
  /** Lines, even in a terminal. */
  plain: boolean;
  json: boolean;
}

/** The options of the command line by camelCase name, as commander and the fast path give them. */
export type GivenOptions = Readonly<Record<string, string | boolean | string[] | undefined>>;

/** Options with a value, and those that are said or not. */
const withValue = ['session', 'run', 'config', 'policy', 'task', 'set'];
const flags = ['screen-reader', 'plain', 'json'];

/** @throws Error with a sentence when two options exclude each other or a folder is not there. */
export function replOptions(given: GivenOptions): ReplOptions {
  return {
    opening: openingOf(given),
    spoken: given['screenReader'] === true || process.env['INK_SCREEN_READER'] === 'true',
    plain: given['plain'] === true,
    json: given['json'] === true,
  };
}

/**
 * The command line without commander, which takes longer to load than the screen. `null`: there is more
 * in it than the usual, and commander says what.
 */
export function readArguments(argv: readonly string[]): GivenOptions | null {
  const given: Record<string, string | boolean | string[]> = {};
  const [command, ...rest] = argv;
  if (command !== undefined && command !== 'repl') return null;
  for (let at = 0; at < rest.length; at++) {
    const [, name = '', inline] = /^--([a-z-]+)(?:=(.*))?$/s.exec(rest[at]) ?? [];
    if (flags.includes(name) && inline === undefined) given[camelCase(name)] = true;
    else if (withValue.includes(name)) {
      const value = inline ?? rest[++at];
      if (value === undefined || (inline === undefined && value.startsWith('-'))) return null;
      if (name === 'set') {
        const values = [value];
        while (inline === undefined && rest[at + 1] !== undefined && !rest[at + 1].startsWith('-'))
          values.push(rest[++at]);
        given['set'] = [...((given['set'] as string[] | undefined) ?? []), ...values];
      } else given[name] = value;
    } else return null;
  }
  return given;
}

function openingOf(given: GivenOptions): Opening {
  const text = (name: string): string | undefined => {
    const value = given[name];
    return typeof value === 'string' ? value : undefined;
  };
  const run = text('run');
  const session = text('session');
  const others = ['config', 'policy', 'task', 'set'].filter((name) => given[name] !== undefined);
  if (run !== undefined) {
    if (session !== undefined || others.length > 0)
      throw new Error(
        `--run opens a run as it is: leave out --${session !== undefined ? 'session' : others[0]}.`,
      );
    return { kind: 'run', folder: run };
  }
  const saved = session === undefined ? undefined : savedFolder(session);
  if (saved !== undefined) {
    if (others.length > 0)
      throw new Error(
        `--session ${session}: it is saved with its settings. Leave out --${others[0]}; /set changes them.`,
      );
    return { kind: 'saved', folder: saved };
  }
  if (session !== undefined && /[/\\]/.test(session))
    throw new Error(
      `--session ${session}: there is no session.json. ls sessions/ shows what there is.`,
    );
  return {
    kind: 'new',
    options: {
      ...(session === undefined ? {} : { name: session }),
      ...(text('config') === undefined ? {} : { config: text('config') }),
      ...(text('policy') === undefined ? {} : { policy: text('policy') }),
      ...(text('task') === undefined ? {} : { task: text('task') }),
      ...(Array.isArray(given['set']) ? { set: given['set'] } : {}),
    },
  };
}

/** A folder, or a name under `sessions/`; `undefined`: nothing is saved there. */
function savedFolder(session: string): string | undefined {
  const under = path.join(process.env['RLSF_SESSIONS'] ?? 'sessions', session);
  return [session, under].find((folder) => existsSync(path.join(folder, 'session.json')));
}

function camelCase(name: string): string {
  return name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
