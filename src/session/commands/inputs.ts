/** What was put into a session, in order: what `/save notebook.ipynb` writes out again. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { inputError } from '../../errors.js';
import type { Session } from '../session.js';
import { literal } from './code.js';
import { differences } from './config-values.js';
import type { InputEntry } from './notebook.js';

export interface SessionInputs {
  /** TypeScript that opens the session as it was before the first input. */
  open: string;
  entries: InputEntry[];
}

const known = new WeakMap<Session, SessionInputs>();

/** The inputs so far; the first call says how the session begins. */
export async function inputsOf(session: Session): Promise<SessionInputs> {
  const found = known.get(session);
  if (found) return found;
  const begun: SessionInputs = { open: await openingOf(session), entries: [] };
  known.set(session, begun);
  return begun;
}

/** Notes an input that did its work. */
export async function recordInput(session: Session, entry: InputEntry): Promise<void> {
  (await inputsOf(session)).entries.push(entry);
}

const fileName = 'inputs.json';

/** Beside the saved session. */
export async function saveInputs(session: Session, folder: string): Promise<void> {
  const { writeJson } = await import('../../experiments/run/files.js');
  await writeJson(path.join(folder, fileName), await inputsOf(session));
}

/** The inputs of a session that was just opened from its folder. */
export async function loadInputs(session: Session, folder: string): Promise<void> {
  const file = path.join(folder, fileName);
  if (!existsSync(file)) return;
  try {
    known.set(session, JSON.parse(await readFile(file, 'utf8')) as SessionInputs);
  } catch (cause) {
    throw inputError(
      `${file}: expected the inputs of a session, got no JSON. Remove the file; only save notebook.ipynb needs it.`,
      { cause },
    );
  }
}

/** For a fork: what was put in before it belongs to both. */
export async function copyInputs(from: Session, to: Session): Promise<void> {
  const { open, entries } = await inputsOf(from);
  known.set(to, { open, entries: [...entries] });
}

/** A session that nothing was done in opens from its settings, another one from its folder. */
async function openingOf(session: Session): Promise<string> {
  const { folder, readOnly, cursor } = session.parts;
  if (readOnly !== null)
    return `const session = await openRunSession(${literal(readOnly.folder)});`;
  if (cursor > 0 && folder !== null)
    return `const session = await openSavedSession(${literal(folder)});`;
  const { configTree } = await import('../../experiments/config/schema.js');
  const settings = Object.entries(differences(session.config, configTree.parse({})));
  const set = settings.map(
    ([key, value]) => `    ${literal(`${key}=${JSON.stringify(value)}`)},\n`,
  );
  const method = session.method === 'grpo' ? '' : `  method: ${literal(session.method)},\n`;
  return `const session = await openSession({\n${method}  set: [\n${set.join('')}  ],\n});`;
}
