import type { Emit } from '../../experiments/run/events.js';

/** Acts on a session whose last argument may hold a signal, and of these, those that tell of progress. */
const stoppable = ['sample', 'judge', 'rescore', 'train', 'evaluate', 'benchReward'];
const telling = ['train', 'evaluate', 'benchReward'];

export interface ActHooks {
  /** Of the line in hand. */
  signal(): AbortSignal;
  emit: Emit;
  /** Between the steps of a training. */
  afterStep(): Promise<void>;
  /** An act that has begun: a line is not done before it is. */
  began(act: Promise<unknown>): void;
}

/**
 * The library as a line of the prompt sees it: the very functions of this process, where those that take
 * long are given the Ctrl-C of the prompt, unless the line hands in a signal of its own.
 */
export function promptLibrary(
  library: Record<string, unknown>,
  hooks: ActHooks,
): Record<string, unknown> {
  const exports: Record<string, unknown> = { ...library };
  for (const name of stoppable) {
    const act = library[name];
    if (typeof act === 'function') exports[name] = stoppableAct(name, act, hooks);
  }
  // `import * as rlsf` then gives this object itself.
  Object.defineProperty(exports, '__esModule', { value: true });
  return exports;
}

function stoppableAct(name: string, act: unknown, hooks: ActHooks): unknown {
  const call = act as (...given: unknown[]) => unknown;
  const wrapped = (session: unknown, options?: unknown, ...rest: unknown[]): unknown => {
    // A list or a function in its place is no bag of options.
    const takesHooks = options === undefined || isPlain(options);
    const added = {
      signal: hooks.signal(),
      ...(telling.includes(name) ? { emit: hooks.emit } : {}),
      ...(name === 'train' ? { afterStep: hooks.afterStep } : {}),
    };
    const given = takesHooks ? { ...added, ...(options as object | undefined) } : options;
    const result = call(session, given, ...rest);
    if (result instanceof Promise) hooks.began(result.catch(() => undefined));
    return result;
  };
  return Object.defineProperty(wrapped, 'name', { value: name });
}

function isPlain(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
