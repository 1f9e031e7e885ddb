import type { Whole } from '../engine/protocol.js';
import { line, span } from '../styled.js';
import { initialDashboard } from './dashboard.js';
import { newline, sent } from './editor.js';
import type { Turn, WorkbenchState } from './state.js';
import { echo, print, followed, turn } from './turn.js';
import { looksWhole } from './whole.js';

/** Longer than this the prompt does not wait for the engine: it decides by itself. */
const wholeMs = 300;

const waitsForEngine = line(span('! queued: there is no engine; /restart starts one', 'warn'));

/** Enter: sends what is whole, else begins a new line. */
export function enter(state: WorkbenchState, at: number): Turn {
  const { text, cursor } = state.editor;
  if (text.trim() === '') return turn({ ...state, editor: sent(state.editor, false) });
  if (text.trim().startsWith('/')) return submit(state, at);
  if (state.engine !== 'ready' || state.work) return decide(state, looksWhole(text), at);
  const id = state.nextId;
  return turn(
    { ...state, nextId: id + 1, asked: { kind: 'whole', id, text, cursor } },
    { type: 'ask', id, question: { type: 'whole', text } },
    { type: 'wait', id, ms: wholeMs },
  );
}

export function decide(state: WorkbenchState, { whole, indent }: Whole, at: number): Turn {
  const atEnd = state.editor.text.slice(state.editor.cursor).trim() === '';
  if (whole) return submit(state, at);
  return turn({ ...state, editor: newline(state.editor, atEnd ? indent : undefined) });
}

/** A line that begins with a space is not remembered: the way to type a secret. */
function submit(state: WorkbenchState, at: number): Turn {
  const { text } = state.editor;
  const remembered = !text.startsWith(' ');
  const next = { ...state, editor: sent(state.editor, remembered), hint: [], notice: null };
  const started = run(next, text.trim(), at);
  return remembered
    ? { ...started, effects: [{ type: 'remember', text }, ...started.effects] }
    : started;
}

/** Commands of the screen alone. */
export const localCommands: readonly { name: string; summary: string }[] = [
  { name: 'quit', summary: 'leave; the session is saved' },
  { name: 'exit', summary: 'leave; the session is saved' },
  { name: 'clear', summary: 'clear the screen' },
  { name: 'keys', summary: 'the key map' },
  { name: 'restart', summary: 'start the engine again, with the session as it is saved' },
];

/** Runs a line, or queues it while there is work in hand. */
export function run(state: WorkbenchState, text: string, at: number): Turn {
  switch (/^\/(\w+)\s*$/.exec(text)?.[1]) {
    case 'quit':
    case 'exit':
      return leave(state);
    case 'clear':
      return turn({ ...state, blocks: [], past: [] }, { type: 'redraw' });
    case 'keys':
      return turn({ ...state, help: true });
    case 'restart':
      return turn(
        state.engine === 'ended'
          ? { ...state, engine: 'starting', startedAt: at, now: at, help: false, notice: null }
          : state,
        { type: 'restart', anew: state.engine === 'ended' },
      );
    default: {
      if (state.engine === 'ready' && !state.work) return start(state, text, at);
      const queued = { ...state, queue: [...state.queue, text] };
      return turn(state.engine === 'ended' ? { ...queued, notice: waitsForEngine } : queued);
    }
  }
}

/** The next of the queue, when nothing is in hand. */
export function startQueued(state: WorkbenchState, at: number): Turn {
  const [text, ...queue] = state.queue;
  if (text === undefined || state.work || state.engine !== 'ready') return turn(state);
  return start({ ...state, queue }, text, at);
}

/** The first time the engine is asked to end well; the second it is ended. */
export function leave(state: WorkbenchState): Turn {
  return turn(
    {
      ...state,
      leaving: true,
      notice: line(span('leaving … Ctrl-C leaves at once', 'dim')),
    },
    { type: 'leave', now: state.leaving },
  );
}

/** What was in hand or queued is gone with the engine. */
export function lostWork(state: WorkbenchState): WorkbenchState {
  const dropped = state.queue.length;
  const next = { ...state, work: null, dashboard: null, asked: null, queue: [], names: null };
  return dropped === 0
    ? next
    : print(next, [
        line(
          span(`! ${dropped} queued ${dropped === 1 ? 'line' : 'lines'} not run: `, 'warn'),
          state.queue.join(' · '),
        ),
      ]);
}

function start(state: WorkbenchState, text: string, at: number): Turn {
  const printed = print(state, echo(text));
  const id = printed.nextId;
  return followed(
    turn({
      ...printed,
      nextId: id + 1,
      now: at,
      error: null,
      work: { id, text, startedAt: at, stopping: false },
      dashboard: initialDashboard(state.columns - 1),
    }),
    (next) =>
      turn(next, {
        type: 'work',
        id,
        input: text.startsWith('/')
          ? { type: 'command', text: text.slice(1) }
          : { type: 'evaluate', code: text },
      }),
  );
}
