import { usageError } from '../errors.js';
import { settle } from './live.js';
import { readValue } from './saved/read-value.js';
import type { Session } from './session.js';
import type { Entry, SessionValue, Trained } from './value.js';

/** Values that can be gone back to. */
export const keptValues = 100;

/** Bytes of trained weights and moments that they may hold; beyond it the oldest values go. */
export const keptBytes = 2 ** 31;

export interface Made<T> {
  value: SessionValue;
  result: T;
}

/** What was done so far, the oldest first; the session is at `cursor`, what comes after was undone. */
export interface SessionHistory {
  entries: { act: string; at: string }[];
  cursor: number;
}

/**
 * One act: nothing else changes the session meanwhile, and it makes the next value or, where it fails or
 * is stopped, leaves everything as it was.
 */
export function change<T>(
  session: Session,
  act: string,
  make: (value: SessionValue) => Promise<Made<T>>,
): Promise<T> {
  return alone(session, act, () => commit(session, act, make));
}

/** Keeps other acts out while one is under way. */
export async function alone<T>(session: Session, act: string, work: () => Promise<T>): Promise<T> {
  const { parts } = session;
  requireOpen(session, act);
  if (parts.readOnly)
    throw usageError(
      `${act}: expected a session of its own, but ${parts.readOnly.folder} is a run, which is only looked at. Fork it: fork(session, { name }) gives a session that can be changed.`,
    );
  if (parts.busy !== null)
    throw usageError(
      `${act}: expected a free session, but ${parts.busy} is still under way. Await it first.`,
    );
  parts.busy = act;
  try {
    return await work();
  } finally {
    parts.busy = null;
  }
}

/** @throws where the session was closed */
export function requireOpen({ parts }: Session, act: string): void {
  if (parts.closed)
    throw usageError(`${act}: expected an open session, but it was closed. Open another one.`);
}

/** `change` inside an act of several values. */
export async function commit<T>(
  session: Session,
  act: string,
  make: (value: SessionValue) => Promise<Made<T>>,
): Promise<T> {
  const { parts, value: before } = session;
  try {
    const { value, result } = await make(before);
    await settle(parts.live, value);
    remember(session, { act, at: new Date().toISOString(), value, record: null });
    return result;
  } catch (error) {
    await settle(parts.live, before);
    throw error;
  }
}

/** Takes the last act back and says which one it was. */
export function undo(session: Session): Promise<string> {
  return alone(session, 'undo', async () => {
    const { entries, cursor } = session.parts;
    if (cursor === 0)
      throw usageError(
        entries[0].act === 'open'
          ? 'undo: nothing was done in this session yet, so there is nothing to take back.'
          : `undo: what was before is not kept: a session goes back ${keptValues} acts at most.`,
      );
    await goTo(session, cursor - 1);
    return entries[cursor].act;
  });
}

/** Does again what was taken back last, without computing it anew, and says which act it was. */
export function redo(session: Session): Promise<string> {
  return alone(session, 'redo', async () => {
    const { entries, cursor } = session.parts;
    if (cursor + 1 >= entries.length)
      throw usageError('redo: nothing was taken back, so there is nothing to do again.');
    await goTo(session, cursor + 1);
    return entries[cursor + 1].act;
  });
}

export function history({ parts }: Session): SessionHistory {
  return { entries: parts.entries.map(({ act, at }) => ({ act, at })), cursor: parts.cursor };
}

async function goTo({ parts }: Session, cursor: number): Promise<void> {
  const entry = parts.entries[cursor];
  const value = entry.value ?? (await readValue(parts, entry));
  await settle(parts.live, value);
  entry.value = value;
  parts.cursor = cursor;
}

function remember({ parts }: Session, entry: Entry): void {
  parts.entries.splice(parts.cursor + 1);
  parts.entries.push(entry);
  while (
    parts.entries.length > keptValues ||
    (parts.entries.length > 2 && bytesOf(parts.entries) > keptBytes)
  )
    parts.entries.shift();
  parts.cursor = parts.entries.length - 1;
}

/** Of what training keeps in memory, each copy once. */
function bytesOf(entries: readonly Entry[]): number {
  const copies = new Set<Trained>();
  for (const { value } of entries) if (value?.trained) copies.add(value.trained);
  let sum = 0;
  for (const { weights, optimizer } of copies)
    for (const { values } of [...weights.values(), ...optimizer.moments.values()])
      sum += values.byteLength;
  return sum;
}
