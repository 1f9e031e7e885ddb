import type { Answer, EngineCrash, QuestionInput, WorkInput } from '../engine/client.js';
import type { Completions, Message, SessionSummary, ViewRequest } from '../engine/protocol.js';
import type { StyledLine } from '../styled.js';
import type { Dashboard } from './dashboard.js';
import type { KeyEvent } from './decode-keys.js';
import type { EditorState } from './editor-state.js';
import { initialEditor } from './editor-state.js';

/** All that the screen shows. Plain data, changed by `reduceWorkbench` alone. */
export interface WorkbenchState {
  columns: number;
  rows: number;
  /** `ended`: it would not start; `/restart` tries again. */
  engine: 'starting' | 'ready' | 'ended';
  /** Milliseconds, from the actions. */
  now: number;
  startedAt: number;
  summary: SessionSummary | null;
  editor: EditorState;
  /** Finished output: written once, above the live part. */
  blocks: readonly Block[];
  /** The last finished lines of the screens before this one: what stands above, when it is drawn again. */
  past: readonly StyledLine[];
  work: WorkInHand | null;
  dashboard: Dashboard | null;
  /** Lines sent while there is work in hand. */
  queue: readonly string[];
  asked: Asked | null;
  /** Typed while the engine says whether the line is whole. */
  waiting: readonly KeyEvent[];
  /** Names after a `/`, asked for once, so that they are completed while the engine is busy. */
  names: Completions | null;
  namesId: number | null;
  /** What the engine says of the place of the cursor. */
  hint: readonly StyledLine[];
  notice: StyledLine | null;
  /** The rest of the last error. */
  error: readonly StyledLine[] | null;
  help: boolean;
  /** When Ctrl-C was pressed last, with nothing else since. */
  interruptedAt: number | null;
  leaving: boolean;
  nextId: number;
}

/** All finished lines that the screen may show above the live part, oldest first. */
export function finishedLines({ past, blocks }: WorkbenchState): StyledLine[] {
  return [...past, ...blocks.flatMap(({ lines }) => lines)];
}

export interface Block {
  id: number;
  lines: readonly StyledLine[];
}

export interface WorkInHand {
  id: number;
  text: string;
  startedAt: number;
  stopping: boolean;
}

export interface Asked {
  kind: 'whole' | 'complete' | 'hint';
  id: number;
  text: string;
  cursor: number;
}

/**
 * What happens to the screen. `crash`: the engine's process ended by itself; `timeout`: it has not
 * answered in time; `say`: lines of the screen itself; `command`: one that no one typed, as after an edited reward was saved; `printed`: what
 * is finished, up to a block, is on the screen, and a new one begins below it.
 */
export type Action =
  | { type: 'keys'; events: readonly KeyEvent[]; at: number }
  | { type: 'message'; message: Message; at: number }
  | { type: 'answer'; id: number; answer: Answer; at: number }
  | { type: 'crash'; crash: EngineCrash; at: number }
  | { type: 'timeout'; id: number; at: number }
  | { type: 'tick'; at: number }
  | { type: 'resize'; columns: number; rows: number }
  | { type: 'say'; lines: readonly StyledLine[] }
  | { type: 'command'; text: string; at: number }
  | { type: 'printed'; upTo: number }
  | { type: 'askHint' };

/**
 * What the reducer asks of the world. Messages about a `work` carry its id; an `ask` is followed by
 * `answer`, a `wait` by `timeout`. `restart` with `anew`: there is no engine left to restart. `leave`
 * with `now`: without waiting for the engine to end well.
 */
export type Effect =
  | { type: 'work'; id: number; input: WorkInput }
  | { type: 'ask'; id: number; question: QuestionInput }
  | { type: 'wait'; id: number; ms: number }
  | { type: 'interrupt' }
  | { type: 'resize'; columns: number }
  | { type: 'restart'; anew: boolean }
  | { type: 'leave'; now: boolean }
  | { type: 'remember'; text: string }
  | { type: 'hintLater' }
  | { type: 'show'; view: ViewRequest }
  | { type: 'redraw' };

export interface Turn {
  state: WorkbenchState;
  effects: readonly Effect[];
}

export function initialWorkbench(options: {
  columns: number;
  rows: number;
  history?: readonly string[];
  at: number;
}): WorkbenchState {
  return {
    columns: options.columns,
    rows: options.rows,
    engine: 'starting',
    now: options.at,
    startedAt: options.at,
    summary: null,
    editor: initialEditor(options.history),
    blocks: [],
    past: [],
    work: null,
    dashboard: null,
    queue: [],
    asked: null,
    waiting: [],
    names: null,
    namesId: null,
    hint: [],
    notice: null,
    error: null,
    help: false,
    interruptedAt: null,
    leaving: false,
    nextId: 1,
  };
}
