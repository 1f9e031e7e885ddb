import { usageError } from '../errors.js';
import { requireOpen } from './history.js';
import { openLive } from './live.js';
import { readValue } from './saved/read-value.js';
import type { Session } from './session.js';
import { sessionWith } from './session.js';
import { checkSessionName } from './options.js';
import type { Entry } from './value.js';

export interface ForkSessionOptions {
  /** Of the new session. */
  name: string;
}

/**
 * A session of its own that stands where this one stands, history included: a copy of the policy is
 * loaded, so that neither sees what becomes of the other. Of a run that is looked at, one that can be
 * changed.
 */
export async function fork(session: Session, { name }: ForkSessionOptions): Promise<Session> {
  requireOpen(session, 'fork');
  checkSessionName(name);
  const { parts, value } = session;
  if (parts.busy !== null)
    throw usageError(`fork: expected a free session, but ${parts.busy} is still under way.`);
  // Read now: the other session's folder may change without this one.
  const entries: Entry[] = [];
  for (const entry of parts.entries)
    entries.push({ ...entry, value: entry.value ?? (await readValue(parts, entry)), record: null });
  const live = await openLive(value, parts.live.backend, parts.live.source);
  return sessionWith(name, {
    ...{ live, entries, cursor: parts.cursor },
    ...{ folder: null, lock: null, readOnly: null, busy: null, closed: false, read: new Map() },
  });
}
