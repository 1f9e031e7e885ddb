import { usageError } from '../../errors.js';
import type { SessionCommand } from '../../session/commands/command.js';
import type { Command, CommandInput } from './command.js';
import type { NewSession } from './session-run.js';

/** `rlsf <command> … --session FOLDER`, taken apart. */
export interface SessionCall {
  command: Command;
  input: CommandInput;
}

/**
 * What a command line means for the table of session commands: a call on a session, or `null` where it
 * is one of the command line's own. A command that only the table has says what it needs.
 * @param own the command line's own commands
 */
export async function sessionCall(
  argv: readonly string[],
  own: readonly Command[],
): Promise<SessionCall | null> {
  const [name] = argv;
  const asksSession = argv.some((word) => /^--session(=|$)/.test(word));
  if (name === undefined || name.startsWith('-') || name === 'help') return null;
  const known = own.filter((command) => command.name.split(' ')[0] === name);
  if (known.length > 0 && !asksSession) return null;
  // `repl` has a --session of its own.
  if (known.some(({ options = [] }) => options.some(({ flags }) => /^--session\b/.test(flags))))
    return null;
  const { sessionCommands } = await import('../../session/commands/index.js');
  const found = sessionCommands.find((command) => command.name === name);
  if (!found && known.length > 0)
    throw usageError(
      `rlsf ${name}: it does not work on a session, so it takes no --session. Those that do: ${sessionCommands.map((each) => each.name).join(', ')}.`,
    );
  if (!found) return null;
  const words = taken(argv.slice(1));
  if (!asksSession && !words.help)
    throw usageError(
      `rlsf ${name}: it works on a session: name one with --session, a new one is made. Example: rlsf ${found.examples[0]} --session mine. See rlsf ${name} --help.`,
    );
  return { command: await formOf(found, words), input: inputOf(words) };
}

interface Words {
  session: string;
  begin: NewSession;
  help: boolean;
  json: boolean;
  verbose: boolean;
  /** What is the command's own. */
  rest: string[];
}

/** Takes the options that belong to every session command out of the words. */
function taken(argv: readonly string[]): Words {
  const words: Words = {
    session: '',
    begin: { set: [] },
    help: false,
    json: false,
    verbose: false,
    rest: [],
  };
  for (let at = 0; at < argv.length; at++) {
    const [, flag, joined] = /^(--[a-z]+)(?:=(.*))?$/s.exec(argv[at]) ?? [];
    const value = (): string => {
      const given = joined ?? argv[++at];
      if (given !== undefined && given !== '') return given;
      throw usageError(`${flag}: a value is expected, got nothing.`);
    };
    if (flag === '--session') words.session = value();
    else if (flag === '--config') words.begin.config = value();
    else if (flag === '--set') words.begin.set.push(value());
    else if (argv[at] === '--json') words.json = true;
    else if (argv[at] === '--verbose') words.verbose = true;
    else if (argv[at] === '--help' || argv[at] === '-h') words.help = true;
    else words.rest.push(argv[at]);
  }
  return words;
}

function inputOf({ rest, json, verbose }: Words): CommandInput {
  return { arguments: {}, rest, options: { json, verbose } };
}

/** As the command line's other commands look: the lines or the value, and an exit code. */
async function formOf(found: SessionCommand, words: Words): Promise<Command> {
  const { name, summary } = found;
  if (words.help) {
    const { sessionHelp } = await import('./session-help.js');
    return { name, summary, run: (_, { width }) => Promise.resolve(sessionHelp(found, width)) };
  }
  const { parseWords } = await import('../../session/commands/index.js');
  const input = parseWords(found, words.rest);
  const { runOnSession } = await import('./session-run.js');
  return {
    name,
    summary,
    run: (_, context) => runOnSession({ command: found, input }, words, context),
  };
}
