import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { inputError } from '../../errors.js';
import { openBackend } from '../../experiments/workplace/index.js';
import type { SourceOptions } from '../../policy/index.js';
import { baseHash } from '../hash.js';
import { closeLive, openLive } from '../live.js';
import type { Session } from '../session.js';
import { sessionWith } from '../session.js';
import type { Entry } from '../value.js';
import { lockSession } from './lock.js';
import { readValue } from './read-value.js';
import type { SessionFile } from './save.js';
import { sessionVersion } from './save.js';

export interface OpenSavedOptions {
  /** How a Hub id is fetched. */
  source?: SourceOptions;
  /** Told, in a sentence each, what is not as it was: reward functions to hand in again. */
  note?(text: string): void;
}

/**
 * A saved session as it was left, with its history: undo goes on where it stood. The folder is this
 * session's until it is closed.
 */
export async function openSavedSession(
  folder: string,
  options: OpenSavedOptions = {},
): Promise<Session> {
  const { source = {}, note = () => undefined } = options;
  const place = path.resolve(folder);
  await readSessionFile(place);
  const lock = await lockSession(place);
  try {
    // Read again: whoever held the lock may have saved meanwhile.
    const file = await readSessionFile(place);
    const read = new Map<string, unknown>();
    const entries = file.entries.map((record): Entry => ({
      act: record.act,
      at: record.at,
      value: null,
      record,
    }));
    const current = entries[file.cursor];
    const value = await readValue({ folder: place, read }, current);
    current.value = value;
    const live = await openLive(value, await openBackend(value.config), source);
    if (baseHash(live) !== file.policy.base) {
      await closeLive(live);
      throw inputError(
        `${place}: expected the policy that the session was made with, but ${file.policy.name} holds other weights now. Put the old ones back, or open a new session.`,
      );
    }
    const given = new Set(
      file.entries.flatMap(({ rewards }) => (rewards ?? []).map(({ name }) => name)),
    );
    if (value.rewardsAreGiven)
      note(
        `The reward ${[...given].join(', ')} was handed in as a function and is not there any more: score(session, [${[...given].join(', ')}]) sets it again. What was scored keeps its scores.`,
      );
    return sessionWith(file.name, {
      ...{ live, entries, cursor: file.cursor, folder: place, lock, read },
      ...{ readOnly: null, busy: null, closed: false },
    });
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function readSessionFile(folder: string): Promise<SessionFile> {
  const file = path.join(folder, 'session.json');
  if (!existsSync(file)) {
    const isRun = existsSync(path.join(folder, 'status.json'));
    throw inputError(
      `${folder}: expected a saved session, but there is no session.json in it. ${isRun ? 'It is a run: openRunSession opens it, to look at.' : 'Sessions lie in sessions/ unless RLSF_SESSIONS says otherwise.'}`,
    );
  }
  let content: Partial<SessionFile> | null;
  try {
    content = JSON.parse(await readFile(file, 'utf8')) as Partial<SessionFile> | null;
  } catch (cause) {
    throw inputError(
      `${file}: expected the JSON that a session was saved as, got ${cause instanceof Error ? cause.message : String(cause)}. Restore the file from a copy.`,
      { cause },
    );
  }
  const { version, entries, cursor } = content ?? {};
  if (typeof version === 'number' && version > sessionVersion)
    throw inputError(
      `${file}: expected a session of version ${sessionVersion} or older, got version ${version}. It was saved by a newer release: open it with that one.`,
    );
  if (!isWhole(version, entries, cursor))
    throw inputError(
      `${file}: expected a saved session with its entries, got other JSON. Restore the file from a copy.`,
    );
  return content as SessionFile;
}

function isWhole(version: unknown, entries: unknown, cursor: unknown): boolean {
  return (
    typeof version === 'number' &&
    Array.isArray(entries) &&
    typeof cursor === 'number' &&
    cursor in entries
  );
}
