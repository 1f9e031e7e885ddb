import { usageError } from '../errors.js';
import type { Session } from './session.js';

/** How one act is taken back. */
export interface Change {
  act: string;
  restore(session: Session): void;
}

/** Acts that can be taken back. A kept update holds a copy of the trained weights. */
const kept = 20;

/** Called before an act changes the session. */
export function remember(session: Session, act: string, restoreMore?: () => void): void {
  const { problems, rollouts, rewards, draws, steps } = session;
  session.past.push({
    act,
    restore(target) {
      Object.assign(target, { problems, rollouts, rewards, draws, steps });
      restoreMore?.();
    },
  });
  if (session.past.length > kept) session.past.shift();
}

/** Takes the last act back and says which one it was. */
export function undo(session: Session): string {
  const change = session.past.pop();
  if (!change)
    throw usageError(
      'undo: nothing was done in this session yet, so there is nothing to take back.',
    );
  change.restore(session);
  return change.act;
}
