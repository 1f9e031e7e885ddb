import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { inputError } from '../../errors.js';
import { writeJson } from '../../experiments/run/files.js';
import { baseHash } from '../hash.js';
import { alone } from '../history.js';
import { policyNameOf } from '../live.js';
import type { Session, SessionParts } from '../session.js';
import type { Entry, EntryRecord, SessionValue } from '../value.js';
import type { SessionLock } from './lock.js';
import { lockSession } from './lock.js';
import type { Part } from './objects.js';
import {
  configPart,
  metricsPart,
  problemsPart,
  removeOthers,
  rolloutsPart,
  tensorsPart,
  writeObject,
} from './objects.js';
import { sessionFolder } from './places.js';
import { readValue } from './read-value.js';

/** Of `session.json`. */
export const sessionVersion = 1;

export interface SessionFile {
  version: number;
  name: string;
  /** The policy, and a hash of the weights under the adapter. */
  policy: { name: string; base: string };
  cursor: number;
  entries: EntryRecord[];
}

/**
 * Saves the whole session with its history: only what is new is written, and a crash leaves the save
 * before or this one. The folder is the session's from here on; nobody else can write it until it is closed.
 * @param folder @default where it was saved before, else `sessions/<name>`
 */
export function saveSession(session: Session, folder?: string): Promise<void> {
  return alone(session, 'save', () => saveBetween(session, folder));
}

/** The same between two steps of an act that has the session to itself. */
export async function saveBetween(session: Session, folder?: string): Promise<void> {
  const { parts } = session;
  const place = path.resolve(folder ?? parts.folder ?? sessionFolder(session.name));
  const { lock, isNew } = await lockOf(parts, place);
  try {
    await lock.check();
    const entries: EntryRecord[] = [];
    for (const entry of parts.entries) entries.push(await recordOf(parts, entry, place));
    const file: SessionFile = {
      version: sessionVersion,
      name: session.name,
      policy: { name: policyNameOf(session.value), base: baseHash(parts.live) },
      cursor: parts.cursor,
      entries,
    };
    await writeJson(path.join(place, 'session.json'), file);
    await removeOthers(place, new Set(entries.flatMap(objectsOf)));
    if (isNew) await parts.lock?.release();
    parts.entries.forEach((entry, index) => (entry.record = entries[index]));
    Object.assign(parts, { lock, folder: place });
  } catch (error) {
    if (isNew) await lock.release();
    throw error;
  }
}

/** Of the time of a training, saving between its steps may take so much at most. */
const shareOfTime = 0.05;

/**
 * A save for between the steps of a training: what was learned outlives a crash. The first step is saved,
 * then each that comes when a save is a small part of the time since the one before.
 */
export function savesBetween(session: Session, folder: () => string): () => Promise<void> {
  let next = 0;
  return async () => {
    const begun = performance.now();
    if (begun < next) return;
    await saveBetween(session, folder());
    const ended = performance.now();
    next = ended + (ended - begun) / shareOfTime;
  };
}

async function lockOf(
  { lock, folder }: SessionParts,
  place: string,
): Promise<{ lock: SessionLock; isNew: boolean }> {
  if (lock && folder === place) return { lock, isNew: false };
  await checkPlace(place);
  return { lock: await lockSession(place), isNew: true };
}

/** An empty folder, or none, or that of a session: nothing else is written over. */
async function checkPlace(place: string): Promise<void> {
  if (!existsSync(place)) return;
  const names = (await readdir(place)).filter((name) => name !== 'lock.json');
  if (names.includes('session.json'))
    throw inputError(
      `${place}: expected a free name, but another session is saved there. Save under another name, or remove that folder.`,
    );
  const others = names.filter((name) => name !== 'objects' && name !== 'session.json.partial');
  if (others.length > 0)
    throw inputError(
      `${place}: expected a new folder for the session, but there is ${others[0]} in it. Save under another name.`,
    );
}

/** Writes the parts of an entry that are not there yet. */
async function recordOf(parts: SessionParts, entry: Entry, place: string): Promise<EntryRecord> {
  if (entry.record && parts.folder === place) return entry.record;
  const value = entry.value ?? (await readValue(parts, entry));
  const write = (part: Part): Promise<string> => writeObject(place, part);
  const writeAll = (rows: readonly object[], part: Part): Promise<string> | null =>
    rows.length > 0 ? write(part) : null;
  const { trained } = value;
  return {
    act: entry.act,
    at: entry.at,
    method: value.method,
    policySeed: value.policySeed,
    config: await write(configPart(value.config)),
    rewards: givenRewards(value),
    problems: await writeAll(value.problems, problemsPart(value.problems)),
    pinned: value.pinned,
    rollouts: await writeAll(value.rollouts, rolloutsPart(value.rollouts)),
    weights: trained && (await write(tensorsPart(trained.weights, 'weights'))),
    optimizer: trained && {
      method: trained.optimizer.method,
      step: trained.optimizer.step,
      moments: await write(tensorsPart(trained.optimizer.moments, 'moments')),
    },
    metrics: await writeAll(value.metrics, metricsPart(value.metrics)),
    taken: value.taken,
    draws: value.draws,
    steps: value.steps,
  };
}

function givenRewards({ rewards, rewardsAreGiven }: SessionValue): EntryRecord['rewards'] {
  return rewardsAreGiven ? rewards.map(({ name, weight = 1 }) => ({ name, weight })) : null;
}

function objectsOf(record: EntryRecord): string[] {
  const { config, problems, rollouts, weights, optimizer, metrics } = record;
  return [config, problems, rollouts, weights, optimizer?.moments ?? null, metrics].filter(
    (name) => name !== null,
  );
}
