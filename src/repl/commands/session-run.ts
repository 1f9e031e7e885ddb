import { existsSync } from 'node:fs';
import path from 'node:path';
import { usageError } from '../../errors.js';
import type { TourEvent } from '../../experiments/run/events.js';
import type { CommandHooks, ParsedCommand } from '../../session/commands/index.js';
import type { Session } from '../../session/index.js';
import { plainText } from '../styled.js';
import { progressLine } from '../views/live-view.js';
import { stepLine } from '../views/tour-lines.js';
import type { CommandContext, CommandResult } from './command.js';

/** Of a new session: what it begins with. */
export interface NewSession {
  config?: string;
  set: string[];
}

/** Opens the session, does the command, saves, and hands back value and lines. */
export async function runOnSession(
  { command, input }: ParsedCommand,
  { session: given, begin, rest }: { session: string; begin: NewSession; rest: readonly string[] },
  context: CommandContext,
): Promise<CommandResult> {
  if (command.name === 'open')
    throw usageError(
      `rlsf open: it is for the prompt, where one session gives way to another. Here name the session itself: --session ${rest[0] ?? 'NAME'}.`,
    );
  const commands = await import('../../session/commands/index.js');
  const { session, folder } = await openFor(given, begin, context);
  const { closeSession, history } = await import('../../session/index.js');
  const { commandLines } = await import('../session-commands/lines.js');
  const before = history(session).entries.length + history(session).cursor;
  const save = async (): Promise<void> => {
    if (folder !== null) await commands.saveWithInputs(session, folder);
  };
  try {
    const line = [command.name, ...rest.map(commands.quoteWord)].join(' ');
    const { savesBetween } = await import('../../session/saved/save.js');
    const hooks = {
      ...hooksOf(context),
      ...(folder === null ? {} : { afterStep: savesBetween(session, () => folder) }),
    };
    const ran = await commands
      .runParsed(session, { command, input }, line, hooks)
      .catch(async (error: unknown) => {
        // Whole steps of a training that was stopped stay made.
        const { entries, cursor } = history(session);
        if (entries.length + cursor !== before) await save();
        throw error;
      });
    const value = await edited(ran.value, {
      context,
      rescored: (file) => commands.runLine(session, `reward ${commands.quoteWord(file)}`, hooks),
    });
    await save();
    await showOutside(value, context);
    return {
      value,
      lines: commandLines(command.name, value, context.width),
      exitCode: isFailedBench(command.name, ran.value) ? 1 : undefined,
    };
  } finally {
    await closeSession(session);
  }
}

/** A saved session, a run folder to look at, or a new session; `folder`: where it is saved. */
async function openFor(
  given: string,
  { config, set }: NewSession,
  context: CommandContext,
): Promise<{ session: Session; folder: string | null }> {
  const { openPlace, isPlace } = await import('../../session/commands/index.js');
  const { sessionFolder } = await import('../../session/saved/places.js');
  if (isPlace(given)) {
    if (config !== undefined || set.length > 0)
      throw usageError(
        `--session ${given}: --config and --set are of a new session, this one has its settings. Change them: rlsf set key value --session ${given}`,
      );
    const { session, place, readOnly } = await openPlace(given);
    return { session, folder: readOnly ? null : place };
  }
  const folder = sessionFolder(given);
  if (existsSync(folder))
    throw usageError(
      `--session ${given}: ${folder} is there, but holds neither a session nor a run. Choose another name.`,
    );
  const { openSession } = await import('../../session/index.js');
  const session = await openSession({
    name: path.basename(folder),
    set,
    ...(config === undefined ? {} : { config }),
  });
  context.note(`New session ${session.name} in ${folder}`);
  return { session, folder };
}

function hooksOf(context: CommandContext): CommandHooks {
  let told = Date.now();
  const emit = (event: TourEvent): void => {
    if (context.json) return;
    if (event.type === 'step') return context.note(plainText(stepLine(event)));
    if (event.type === 'note' || event.type === 'warning') return context.note(event.message);
    if (event.type !== 'progress' || Date.now() - told < 2000) return;
    told = Date.now();
    context.note(plainText(progressLine(event, context.width)));
  };
  return { signal: context.signal, emit, note: context.note };
}

/** `reward edit`: the file in the editor, then scored by it where it was saved as another one. */
async function edited(
  value: unknown,
  {
    context,
    rescored,
  }: { context: CommandContext; rescored: (file: string) => Promise<{ value: unknown }> },
): Promise<unknown> {
  const { edit } = (value ?? {}) as { edit?: unknown };
  if (typeof edit !== 'string' || !context.interactive || context.json) return value;
  const { editFile, editorCommand } = await import('../workbench/programs.js');
  const editor = editorCommand();
  if (editor === null) {
    context.note('$EDITOR and $VISUAL are not set, and there is no nano or vi: export EDITOR=nano');
    return value;
  }
  const { outcome, ...failure } = editFile(edit, editor);
  if (outcome === 'saved') return (await rescored(edit)).value;
  context.note(
    'reason' in failure ? `The editor failed: ${failure.reason}` : `${edit} was not changed.`,
  );
  return value;
}

/** A page in the browser, where one was asked for. */
async function showOutside(value: unknown, context: CommandContext): Promise<void> {
  const page = pageOf(value);
  if (page === null) return;
  const { spawn } = await import('node:child_process');
  const program = process.platform === 'darwin' ? 'open' : 'xdg-open';
  const child = spawn(program, [page], { stdio: 'ignore', detached: true });
  child.on('error', () => context.note(`${program} is not here to open ${page}.`));
  child.unref();
}

function pageOf(value: unknown): string | null {
  const isPage =
    typeof value === 'object' &&
    value !== null &&
    'open' in value &&
    value.open === true &&
    'file' in value &&
    typeof value.file === 'string';
  return isPage ? String(value.file) : null;
}

function isFailedBench(name: string, value: unknown): boolean {
  return (
    name === 'bench' &&
    typeof value === 'object' &&
    value !== null &&
    'passed' in value &&
    value.passed === false
  );
}
