import type { TourEvent } from '../../experiments/run/events.js';
import type { RolloutSource, SessionSummary } from '../../session/summary.js';
import type { StyledLine } from '../styled.js';

export type { RolloutSource, SessionSummary };

/**
 * What the screen's process and the engine's say to each other. The engine holds the session, tslab's
 * executor and all long work; the screen only draws, so a key is painted while a policy trains. Requests
 * carry an id, and each is ended by one `done`. One request of `Work` runs at a time; the engine queues.
 */
export type Request = Work | Question | Signal;

/** Ends with `done`, after any `output`, `progress` and `state`. */
export type Work = { id: number } & (
  | /** A line that began with `/`, without it. */
    { type: 'command'; text: string }
    /** TypeScript of one or several lines. */
  | { type: 'evaluate'; code: string }
);

/** Answered by `answer` where the engine is free to; the screen does not wait for one. */
export type Question = { id: number } & (
  | /** Names that fit at `cursor` (UTF-16 units): in TypeScript, or, after a `/`, in a command's arguments. */
    { type: 'complete'; text: string; cursor: number }
    /** Type and documentation of what stands at `cursor`; the signature of the call that it is in. */
  | { type: 'hint'; text: string; cursor: number }
  /** Whether the lines so far are whole, or the prompt goes on to the next. */
  | { type: 'whole'; text: string }
);

export type Signal =
  | /** Ctrl-C: ends the work in hand, not the engine. */
    { type: 'interrupt' }
  | { type: 'resize'; columns: number }
  /** Ends well: what is unsaved is written, judging processes are ended. */
  | { type: 'close' };

export type Message =
  | { type: 'ready'; state: SessionSummary }
  | { type: 'output'; id: number; lines: StyledLine[]; isError?: true }
  | { type: 'progress'; id: number; event: TourEvent }
  /** After every change, and before `done`. */
  | { type: 'state'; state: SessionSummary }
  /** A command asks the screen to show something: `inspect 3`, `browse`, `reward edit`. */
  | { type: 'show'; view: ViewRequest }
  | { type: 'answer'; id: number; answer: Completions | Hint | Whole | null }
  | { type: 'done'; id: number; outcome: 'well' | 'failed' | 'interrupted' };

export interface Completions {
  /** The range that a candidate replaces, in UTF-16 units. */
  start: number;
  end: number;
  candidates: { text: string; summary?: string }[];
}

export interface Hint {
  lines: StyledLine[];
}

export interface Whole {
  whole: boolean;
  /** Spaces that the next line begins with. */
  indent: number;
}

export type ViewRequest =
  | /** The rollouts in hand, or of a file; `position` (1-based) opens the inspector on one. */
    { view: 'rollouts'; source: RolloutSource; position?: number }
  | { view: 'problems' }
  /** A text to change in `$EDITOR`; saved, it goes back as the command `reward <file>`. */
  | { view: 'editor'; file: string }
  /** An HTML page to open in the browser. */
  | { view: 'page'; file: string };
