import type { EngineCrash } from '../engine/client.js';
import type { Message } from '../engine/protocol.js';
import { line, span } from '../styled.js';
import { countOf } from '../views/numbers.js';
import { reduceDashboard } from './dashboard.js';
import type { KeyEvent } from './decode-keys.js';
import type { EditorAsk } from './editor.js';
import { editKey } from './editor.js';
import { answered, askHint, askNames, complete } from './questions.js';
import type { Action, Turn, WorkbenchState } from './state.js';
import { decide, enter, leave, lostWork, run, startQueued } from './submit.js';
import { print, printError, followed, turn } from './turn.js';
import { looksWhole } from './whole.js';

/** Two presses of Ctrl-C within this time are one wish: to leave. */
const twiceMs = 2000;
/** No terminal is higher than this. */
const pastLines = 500;

/** The whole of the screen's behaviour: the state after an action, and what it asks of the world. */
export function reduceWorkbench(state: WorkbenchState, action: Action): Turn {
  switch (action.type) {
    case 'keys':
      return keys(state, action.events, action.at);
    case 'message':
      return message(state, action.message, action.at);
    case 'answer':
      return replay(answered(state, action.id, action.answer, action.at), action.at);
    case 'crash':
      return crashed(state, action.crash, action.at);
    case 'timeout':
      if (state.asked?.id !== action.id) return turn(state);
      if (state.asked.kind !== 'whole') return turn({ ...state, asked: null });
      return replay(
        decide({ ...state, asked: null }, looksWhole(state.editor.text), action.at),
        action.at,
      );
    case 'tick':
      return turn(tick(state, action.at));
    case 'resize':
      return turn(
        { ...state, columns: action.columns, rows: action.rows },
        { type: 'resize', columns: action.columns },
      );
    case 'say':
      return turn(print(state, action.lines));
    case 'command':
      return run(state, `/${action.text}`, action.at);
    case 'printed':
      return turn(printed(state, action.upTo));
    case 'askHint':
      return askHint(state);
  }
}

function keys(state: WorkbenchState, events: readonly KeyEvent[], at: number): Turn {
  return events.reduce<Turn>(
    (before, event) => followed(before, (next) => oneKey(next, event, at)),
    turn(state),
  );
}

function oneKey(before: WorkbenchState, event: KeyEvent, at: number): Turn {
  const isInterrupt = event.type === 'key' && event.key === 'ctrl-c';
  // The keys after Enter belong to the next line, or to the one that goes on.
  if (before.asked?.kind === 'whole' && !isInterrupt)
    return turn({ ...before, waiting: [...before.waiting, event] });
  if (before.leaving) return isInterrupt ? leave(before) : turn(before);
  let state = isInterrupt ? before : { ...before, interruptedAt: null, notice: null };
  if (state.help) {
    state = { ...state, help: false };
    if (event.type !== 'text' || event.text.length === 1) return turn(state);
    // Keys that came together: the first closes the map, the others are typed.
    return oneKey(state, { type: 'text', text: event.text.slice(1) }, at);
  }
  const { editor, ask } = editKey(state.editor, event);
  const isEdited = editor.text !== state.editor.text || editor.cursor !== state.editor.cursor;
  const next = { ...state, editor, hint: isEdited ? [] : state.hint };
  const acted = ask === null ? turn(next) : asked(next, ask, at);
  return isEdited ? { ...acted, effects: [...acted.effects, { type: 'hintLater' }] } : acted;
}

function asked(state: WorkbenchState, ask: EditorAsk, at: number): Turn {
  switch (ask) {
    case 'send':
      return enter(state, at);
    case 'complete':
      return complete(state);
    case 'help':
      return turn({ ...state, help: true });
    case 'leave':
      return leave(state);
    case 'redraw':
      return turn({ ...state, blocks: [], past: [] }, { type: 'redraw' });
    case 'browse': {
      const source = state.summary?.source;
      if (source) return turn(state, { type: 'show', view: { view: 'rollouts', source } });
      return turn({
        ...state,
        notice: line(span('no rollouts in hand: /sample makes some', 'dim')),
      });
    }
    case 'expandError':
      return state.error
        ? turn({ ...print(state, state.error), error: null })
        : turn({ ...state, notice: line(span('no error to show in full', 'dim')) });
    case 'interrupt':
      return interrupt(state, at);
  }
}

/** Ends the work in hand, or clears the line; twice in a row leaves. */
function interrupt(state: WorkbenchState, at: number): Turn {
  if (state.interruptedAt !== null && at - state.interruptedAt < twiceMs) return leave(state);
  const cleared: WorkbenchState = { ...state, interruptedAt: at, asked: null, waiting: [] };
  if (!state.work)
    return turn({
      ...cleared,
      editor: { ...state.editor, text: '', cursor: 0, menu: null, historyAt: null },
      hint: [],
      notice: line(span('Ctrl-C again leaves', 'dim')),
    });
  const dropped = state.queue.length;
  const said =
    dropped === 0
      ? cleared
      : print({ ...cleared, queue: [] }, [
          line(span(`! ${dropped} queued not run: `, 'warn'), state.queue.join(' · ')),
        ]);
  return turn(
    {
      ...said,
      work: { ...state.work, stopping: true },
      notice: line(span('stopping … Ctrl-C again leaves', 'warn')),
    },
    { type: 'interrupt' },
  );
}

function message(state: WorkbenchState, said: Message, at: number): Turn {
  switch (said.type) {
    case 'ready':
      return followed(askNames({ ...state, engine: 'ready', summary: said.state }), (next) =>
        startQueued(next, at),
      );
    case 'output':
      return turn(said.isError === true ? printError(state, said.lines) : print(state, said.lines));
    case 'progress': {
      if (!state.dashboard) return turn(state);
      const { dashboard, lines } = reduceDashboard(state.dashboard, said.event);
      return turn({ ...print(state, lines), dashboard });
    }
    case 'state':
      return turn({ ...state, summary: said.state });
    case 'show':
      return turn(state, { type: 'show', view: said.view });
    case 'answer':
      return turn(state);
    case 'done':
      return done(state, said, at);
  }
}

function done(state: WorkbenchState, { id }: Extract<Message, { type: 'done' }>, at: number): Turn {
  const isCurrent = state.work?.id === id;
  if (!isCurrent) return turn(state);
  const isStopped = state.work?.stopping === true;
  return startQueued(
    { ...state, work: null, dashboard: null, notice: isStopped ? null : state.notice },
    at,
  );
}

/** What is said of a crash; a new engine is on its way where it `restarts`. */
function crashed(state: WorkbenchState, crash: EngineCrash, at: number): Turn {
  if (state.leaving) return turn(state);
  const what = state.work ? `  in: ${state.work.text.split('\n')[0]}` : '';
  const words = crash.stderr.map((row) => line(span(`  ${row}`, 'dim')));
  // What it said last, where that is short: it is what to do something about.
  const isShort = words.length <= 3;
  const offer = isShort ? '' : `  (+${countOf(words.length, 'line')}: Ctrl-O)`;
  const told = print({ ...lostWork(state), error: isShort ? null : words }, [
    line(span(`× ${crash.reason}`, 'bad'), what, span(offer, 'dim')),
    ...(isShort ? words : []),
    ...crash.lost.map((each) => line(`  ${each}`)),
    line(
      crash.restarts
        ? '  It is started again.'
        : '  /restart tries again; rlsf doctor says what is missing.',
    ),
  ]);
  const next: WorkbenchState = {
    ...told,
    engine: crash.restarts ? 'starting' : 'ended',
    startedAt: at,
    now: at,
    notice: null,
  };
  return replay(turn(next), at);
}

/** What is drawn is the past of the next screen, as far as a terminal is high. */
function printed(state: WorkbenchState, upTo: number): WorkbenchState {
  const drawn = state.blocks.filter(({ id }) => id <= upTo).flatMap(({ lines }) => lines);
  return {
    ...state,
    blocks: state.blocks.filter(({ id }) => id > upTo),
    past: [...state.past, ...drawn].slice(-pastLines),
  };
}

/** Only while something is going on: an idle screen is not drawn again. */
function tick(state: WorkbenchState, at: number): WorkbenchState {
  if (!state.work && state.engine !== 'starting') return state;
  const isLate =
    state.work?.stopping === true &&
    state.interruptedAt !== null &&
    at - state.interruptedAt >= twiceMs;
  const late = line(span('still stopping … Ctrl-C ends the engine and starts a new one', 'warn'));
  return { ...state, now: at, ...(isLate ? { notice: late } : {}) };
}

/** The keys that came while the engine was asked. */
function replay(before: Turn, at: number): Turn {
  return followed(before, (state) =>
    state.asked?.kind === 'whole' || state.waiting.length === 0
      ? turn(state)
      : keys({ ...state, waiting: [] }, state.waiting, at),
  );
}
