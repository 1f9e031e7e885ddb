import type { Answer, Engine, EngineCrash, EngineOptions } from '../engine/client.js';
import type { Message, ViewRequest } from '../engine/protocol.js';
import type { StyledLine } from '../styled.js';
import type { KeyEvent } from './decode-keys.js';
import { reduceWorkbench } from './reduce.js';
import type { Action, Effect, WorkbenchState } from './state.js';
import { initialWorkbench } from './state.js';

export interface WorkbenchOptions {
  columns: number;
  rows: number;
  history: readonly string[];
  /** Starts an engine that tells what happens to the functions it is given. */
  startEngine(hooks: Pick<EngineOptions, 'onMessage' | 'onCrash'> & { columns: number }): Engine;
  remember(text: string): void;
  onShow(view: ViewRequest): void;
  onRedraw(): void;
  onLeave(now: boolean): void;
}

/** The state, what changes it, and the world that its effects reach. */
export interface Workbench {
  state(): WorkbenchState;
  subscribe(listener: () => void): () => void;
  /** The first engine: after the first frame, so that it is not waited for. */
  start(): void;
  keys(events: readonly KeyEvent[]): void;
  resize(columns: number | undefined, rows: number | undefined): void;
  say(lines: readonly StyledLine[]): void;
  /** A command that no one typed, without its slash. */
  command(text: string): void;
  /** What is finished, up to the block of this id, has been drawn: the next screen begins below it. */
  printed(upTo: number): void;
  /** Ctrl-C that came as a signal. */
  interrupt(): void;
  close(seconds?: number): Promise<void>;
}

/** Progress is drawn at most this often, in milliseconds; keys at once. */
const drawMs = 66;
const hintMs = 200;

export function createWorkbench(options: WorkbenchOptions): Workbench {
  let state = initialWorkbench({
    columns: options.columns,
    rows: options.rows,
    history: options.history,
    at: Date.now(),
  });
  let engine: Engine | null = null;
  const listeners = new Set<() => void>();
  const timers = new Map<string, NodeJS.Timeout>();
  /** The engine counts its work by itself. */
  const ids = new Map<number, number>();
  const ticking = setInterval(() => dispatch({ type: 'tick', at: Date.now() }), 1000);
  ticking.unref();

  function dispatch(action: Action, when: 'at once' | 'soon' = 'at once'): void {
    const { state: next, effects } = reduceWorkbench(state, action);
    const isChanged = next !== state;
    state = next;
    for (const effect of effects) perform(effect);
    if (!isChanged) return;
    if (when === 'soon') later('draw', drawMs, notify);
    else notify();
  }

  function notify(): void {
    clearTimeout(timers.get('draw'));
    timers.delete('draw');
    for (const listener of listeners) listener();
  }

  /** Once after so long, however often it is asked for. */
  function later(name: string, ms: number, act: () => void): void {
    if (timers.has(name)) return;
    const timer = setTimeout(() => {
      timers.delete(name);
      act();
    }, ms);
    timer.unref();
    timers.set(name, timer);
  }

  function perform(effect: Effect): void {
    switch (effect.type) {
      case 'work':
        if (engine) ids.set(engine.work(effect.input), effect.id);
        return;
      case 'ask':
        void engine
          ?.ask(effect.question)
          .then((answer: Answer) =>
            dispatch({ type: 'answer', id: effect.id, answer, at: Date.now() }),
          );
        return;
      case 'wait':
        setTimeout(
          () => dispatch({ type: 'timeout', id: effect.id, at: Date.now() }),
          effect.ms,
        ).unref();
        return;
      case 'interrupt':
        return engine?.interrupt();
      case 'resize':
        return engine?.resize(effect.columns);
      case 'restart':
        return effect.anew ? start() : engine?.restart();
      case 'leave':
        return options.onLeave(effect.now);
      case 'remember':
        return options.remember(effect.text);
      case 'hintLater':
        clearTimeout(timers.get('hint'));
        timers.delete('hint');
        return later('hint', hintMs, () => dispatch({ type: 'askHint' }));
      case 'show':
        return options.onShow(effect.view);
      case 'redraw':
        return options.onRedraw();
    }
  }

  function receive(message: Message): void {
    const own =
      'id' in message && message.type !== 'answer'
        ? { ...message, id: ids.get(message.id) ?? -1 }
        : message;
    if (message.type === 'done') ids.delete(message.id);
    const isSoon = message.type === 'progress' || message.type === 'output';
    dispatch({ type: 'message', message: own, at: Date.now() }, isSoon ? 'soon' : 'at once');
  }

  function start(): void {
    engine = options.startEngine({
      columns: state.columns,
      onMessage: receive,
      onCrash: (crash: EngineCrash) => dispatch({ type: 'crash', crash, at: Date.now() }),
    });
  }

  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start,
    keys: (events) => dispatch({ type: 'keys', events, at: Date.now() }),
    resize: (columns = 80, rows = 24) => dispatch({ type: 'resize', columns, rows }),
    say: (lines) => dispatch({ type: 'say', lines }),
    command: (text) => dispatch({ type: 'command', text, at: Date.now() }),
    printed: (upTo) => dispatch({ type: 'printed', upTo }),
    interrupt: () =>
      dispatch({ type: 'keys', events: [{ type: 'key', key: 'ctrl-c' }], at: Date.now() }),
    async close(seconds) {
      clearInterval(ticking);
      await engine?.close(seconds);
    },
  };
}
