import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { inputError, usageError } from '../../errors.js';
import { didYouMean } from '../../tasks/closest.js';
import type { Session } from '../session.js';
import { defineCommand } from './command.js';
import { copyInputs, inputsOf, loadInputs, saveInputs } from './inputs.js';
import { listSessions, sessionFolder } from '../saved/places.js';
import { pathsAt, runFolders } from './places.js';

export interface Saved {
  kind: 'session' | 'notebook';
  /** A folder, or the notebook's file. */
  path: string;
}

export const saveCommand = defineCommand({
  name: 'save',
  summary: 'save the session under its name or another, or what was done in it as a notebook',
  group: 'session',
  input: { to: z.string().optional().describe('a name, a folder, or a file NAME.ipynb') },
  positional: ['to'],
  examples: ['save', 'save before-dpo', 'save notebook.ipynb'],
  changes: false,
  complete: async (_, __, typed) => [
    ...(await listSessions()),
    ...(await pathsAt(typed, /\.ipynb$/)),
  ],
  async run(session, { to }): Promise<Saved> {
    if (to?.endsWith('.ipynb')) {
      await writeNotebook(session, to);
      return { kind: 'notebook', path: to };
    }
    const folder = to === undefined ? session.parts.folder : sessionFolder(to);
    const place = folder ?? sessionFolder(session.name);
    await saveWithInputs(session, place);
    return { kind: 'session', path: place };
  },
  code: () => '',
});

export interface Forked {
  name: string;
  folder: string;
}

export const forkCommand = defineCommand({
  name: 'fork',
  summary: 'a copy of the session under another name, with its history; open goes over to it',
  group: 'session',
  input: { name: z.string().describe('name of the copy') },
  positional: ['name'],
  examples: ['fork harsher'],
  changes: false,
  async run(session, { name }): Promise<Forked> {
    const { closeSession, fork } = await import('../index.js');
    const folder = sessionFolder(name);
    if (existsSync(path.join(folder, 'session.json')))
      throw inputError(
        `fork: ${folder} holds a session already. Choose another name, or remove that folder.`,
      );
    const copy = await fork(session, { name: path.basename(folder) });
    try {
      await copyInputs(session, copy);
      await saveWithInputs(copy, folder);
    } finally {
      await closeSession(copy);
    }
    return { name: path.basename(folder), folder };
  },
  code: ({ name }) => `// fork '${name}': a copy of the session as it is here`,
});

/** What `open` hands to the front end, which goes on with that session and closes the other. */
export interface Opened {
  folder: string;
  readOnly: boolean;
  /** Not in what is printed. */
  session(): Session;
}

export const openCommand = defineCommand({
  name: 'open',
  summary: 'go over to a saved session, or look at a run folder (it is read only)',
  group: 'session',
  input: { folder: z.string().describe('a session’s name, its folder, or a run folder') },
  positional: ['folder'],
  examples: ['open harsher', 'open runs/tour'],
  changes: false,
  async complete(session, _, typed) {
    const output = session.config.run.output_dir;
    return [
      ...(await listSessions()),
      ...(await runFolders('rollouts.jsonl', { output })),
      ...(await pathsAt(typed, /$^/)),
    ];
  },
  async run(_, { folder }): Promise<Opened> {
    const { session, place, readOnly } = await openPlace(folder);
    return { folder: place, readOnly, session: () => session };
  },
  code: () => '',
});

/** Whether a command handed over another session. */
export function isOpened(value: unknown): value is Opened {
  return (
    typeof value === 'object' &&
    value !== null &&
    'session' in value &&
    typeof value.session === 'function' &&
    'readOnly' in value
  );
}

/** Whether a name or folder is a saved session or a run. */
export function isPlace(given: string): boolean {
  return savedPlace(given) !== null || isRun(given);
}

/** A saved session by name or folder, else a run folder, which is only looked at. */
export async function openPlace(
  given: string,
): Promise<{ session: Session; place: string; readOnly: boolean }> {
  const saved = savedPlace(given);
  if (saved !== null)
    return { session: await openWithInputs(saved), place: saved, readOnly: false };
  if (isRun(given)) {
    const { openRunSession } = await import('../index.js');
    return { session: await openRunSession(given), place: given, readOnly: true };
  }
  const known = await listSessions();
  throw usageError(
    `open: expected the name of a saved session or a run folder, but '${given}' is neither.${didYouMean(given, known)} Saved are: ${known.join(', ') || 'none'}.`,
  );
}

function savedPlace(given: string): string | null {
  const isSaved = (folder: string): boolean => existsSync(path.join(folder, 'session.json'));
  return [sessionFolder(given), given].find(isSaved) ?? null;
}

function isRun(folder: string): boolean {
  return ['rollouts.jsonl', 'run_metadata.json'].some((file) =>
    existsSync(path.join(folder, file)),
  );
}

/** Opens a saved session with what was put into it. */
export async function openWithInputs(folder: string): Promise<Session> {
  const { openSavedSession } = await import('../index.js');
  const session = await openSavedSession(folder);
  await loadInputs(session, folder);
  return session;
}

/** Saves a session and what was put into it. */
export async function saveWithInputs(session: Session, folder: string): Promise<void> {
  const { saveSession } = await import('../index.js');
  await saveSession(session, folder);
  await saveInputs(session, folder);
}

async function writeNotebook(session: Session, file: string): Promise<void> {
  const [{ notebookOf }, library, { writeJson }] = await Promise.all([
    import('./notebook.js'),
    import('../../index.js'),
    import('../../experiments/run/files.js'),
  ]);
  const { open, entries } = await inputsOf(session);
  const title = `Session ${session.name}`;
  await writeJson(file, notebookOf(entries, { title, open, library: Object.keys(library) }));
}
