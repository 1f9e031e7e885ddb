import { existsSync } from 'node:fs';
import path from 'node:path';
import { closeSession, openRunSession, openSession, sessionSummary } from '../../session/index.js';
import type { Session } from '../../session/index.js';
import { openWithInputs, saveWithInputs } from '../../session/commands/index.js';
import { savesBetween } from '../../session/saved/save.js';
import { sessionFolder } from '../../session/saved/places.js';
import type { EngineStart } from './opening.js';
import type { SessionSummary } from './protocol.js';

/** The session of an engine: opened, saved after each change, exchanged for another one. */
export interface LiveSession {
  readonly session: Session;
  summary(): SessionSummary;
  /** Whether it is another one than at the last call: its value, its history, or the session itself. */
  hasChanged(): boolean;
  /** Writes the session into its folder; a new one gets a folder with the first change. */
  save(): Promise<void>;
  /** The same between the steps of a training, now and then. */
  saveBetween(): Promise<void>;
  /** Goes on with another session and closes this one. */
  replace(next: Session): Promise<void>;
  close(): Promise<void>;
}

export async function openLiveSession(start: EngineStart): Promise<LiveSession> {
  let session = await openAs(start);
  let mark = markOf(session);
  let saved = session.value;
  let between = betweenOf(session);
  return {
    get session() {
      return session;
    },
    summary: () => sessionSummary(session),
    hasChanged() {
      const now = markOf(session);
      const isSame = now.every((part, index) => part === mark[index]);
      mark = now;
      return !isSame;
    },
    async save() {
      const { folder, readOnly } = session.parts;
      if (readOnly !== null || (folder === null && session.value === saved)) return;
      await saveWithInputs(session, folder ?? sessionFolder(freeName(session.name)));
      saved = session.value;
    },
    saveBetween: () => between(),
    async replace(next) {
      const before = session;
      session = next;
      between = betweenOf(next);
      saved = next.value;
      await closeSession(before);
    },
    close: () => closeSession(session),
  };
}

function betweenOf(session: Session): () => Promise<void> {
  return savesBetween(session, () => session.parts.folder ?? sessionFolder(freeName(session.name)));
}

async function openAs({ opening, again }: EngineStart): Promise<Session> {
  if (again !== null && existsSync(path.join(again, 'session.json'))) return openWithInputs(again);
  if (opening.kind === 'saved') return openWithInputs(opening.folder);
  if (opening.kind === 'run') return openRunSession(opening.folder);
  const { name = 'session', ...options } = opening.options;
  return openSession({ ...options, name: freeName(name) });
}

/** What is saved under a name is never written over: the next number is taken. */
function freeName(name: string): string {
  const isTaken = (each: string): boolean =>
    existsSync(path.join(sessionFolder(each), 'session.json'));
  if (!isTaken(name)) return name;
  const base = name.replace(/-\d+$/, '');
  let number = 2;
  while (isTaken(`${base}-${number}`)) number++;
  return `${base}-${number}`;
}

function markOf(session: Session): unknown[] {
  const { entries, cursor, folder } = session.parts;
  return [session, session.value, entries.length, cursor, folder];
}
