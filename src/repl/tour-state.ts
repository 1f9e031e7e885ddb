import type { ProgressEvent, StepEvent, TourEvent } from '../experiments/run/events.js';
import type { StyledLine } from './styled.js';
import { eventLines } from './views/tour-lines.js';

/** What the live view draws. Finished lines only grow: Ink writes each once. */
export interface TourState {
  width: number;
  finished: StyledLine[];
  stage: string | null;
  progress: ProgressEvent | null;
  step: StepEvent | null;
  /** Every metric over the steps seen so far. */
  history: Record<string, number[]>;
  stopping: boolean;
  ended: boolean;
}

export type TourAction =
  { type: 'event'; event: TourEvent } | { type: 'stopping' } | { type: 'ended' };

export function initialTourState(width: number): TourState {
  return {
    width,
    finished: [],
    stage: null,
    progress: null,
    step: null,
    history: {},
    stopping: false,
    ended: false,
  };
}

export function reduceTour(state: TourState, action: TourAction): TourState {
  if (action.type === 'stopping') return { ...state, stopping: true };
  if (action.type === 'ended') return { ...state, ended: true, progress: null };
  const { event } = action;
  const added = eventLines(event, state.width);
  const next =
    added.length > 0 ? { ...state, finished: [...state.finished, ...added] } : { ...state };
  switch (event.type) {
    case 'stage':
      return { ...next, stage: event.title, progress: null };
    case 'progress':
      return { ...next, progress: event };
    case 'step':
      return { ...next, step: event, history: withMetrics(state.history, event.metrics) };
    case 'finished':
    case 'interrupted':
      return { ...next, progress: null, stage: null };
    default:
      return next;
  }
}

function withMetrics(
  history: Record<string, number[]>,
  metrics: Record<string, number>,
): Record<string, number[]> {
  const grown = { ...history };
  for (const [name, value] of Object.entries(metrics))
    grown[name] = [...(history[name] ?? []), value];
  return grown;
}
