import { usageError } from '../errors.js';
import type { Session } from './session.js';

/** How one act is taken back. */
export interface Change {
  act: string;
  restore(session: Session): void;
  /** Frees what was kept for `restore`, once it is out of reach. */
  forget?(): void;
}

/** Acts that can be taken back. A kept update holds a copy of the trained weights. */
const kept = 20;

/** Called before an act changes the session. */
export function remember(session: Session, act: string, extra?: Partial<Change>): void {
  const { problems, rollouts, rewards, draws, steps } = session;
  session.past.push({
    act,
    restore(target) {
      Object.assign(target, { problems, rollouts, rewards, draws, steps });
      extra?.restore?.(target);
    },
    ...(extra?.forget ? { forget: () => extra.forget?.() } : {}),
  });
  if (session.past.length > kept) session.past.shift()?.forget?.();
}

/** Takes the last act back and says which one it was. */
export function undo(session: Session): string {
  const change = session.past.pop();
  if (!change)
    throw usageError('undo: nothing was done in this session yet, so there is nothing to take back.');
  change.restore(session);
  change.forget?.();
  return change.act;
}
