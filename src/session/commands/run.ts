import type { Session } from '../session.js';
import type { CommandHooks } from './command.js';
import { inputsOf, recordInput } from './inputs.js';
import { parseLine } from './parse.js';
import type { ParsedCommand } from './parse.js';
import { sessionCommands } from './table.js';

export interface RanCommand extends ParsedCommand {
  value: unknown;
}

/** A typed line, without or with its slash, done on the session and noted among its inputs. */
export async function runLine(
  session: Session,
  line: string,
  hooks: CommandHooks,
): Promise<RanCommand> {
  return runParsed(session, parseLine(line, sessionCommands), line, hooks);
}

/** The same of a line that is parsed already. */
export async function runParsed(
  session: Session,
  parsed: ParsedCommand,
  line: string,
  hooks: CommandHooks,
): Promise<RanCommand> {
  const { command, input } = parsed;
  await inputsOf(session);
  const value = await command.run(session, input, hooks);
  const text = line.trim().replace(/^\//, '');
  await recordInput(session, { kind: 'command', text, code: command.code(input) });
  return { ...parsed, value };
}
