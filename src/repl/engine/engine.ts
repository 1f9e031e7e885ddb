import type { TourEvent } from '../../experiments/run/events.js';
import * as library from '../../index.js';
import { packageFile } from './package-files.js';
import type { StyledLine } from '../styled.js';
import { errorLines, valueLines } from '../values/index.js';
import { answerTo } from './answers.js';
import { openLiveSession } from './live-session.js';
import type { EngineStart } from './opening.js';
import { captureOutput } from './output.js';
import { promptLibrary } from './prompt-library.js';
import type { Message, Request, Work } from './protocol.js';
import { createPrompt } from './typescript/prompt.js';
import { doWork, interruptedLines } from './work.js';

export interface RunningEngine {
  receive(request: Request): void;
  /** Ends the work in hand. */
  interrupt(): void;
  /** Stops, saves, ends judging processes. */
  close(): Promise<void>;
  /** What nobody caught: told, and the engine goes on. */
  uncaught(error: unknown): void;
}

/** How long an act that was told to stop may take to its edge before its line is called done. */
const graceMs = 60_000;

/** The engine without its process: requests in, messages out. */
export async function startEngineWork(
  start: EngineStart,
  send: (message: Message) => void,
): Promise<RunningEngine> {
  let columns = start.columns;
  let current: { id: number; stop: AbortController; acts: Set<Promise<unknown>> } | null = null;
  let closing = false;
  const queue: Work[] = [];
  const width = (): number => Math.max(40, columns - 2);
  const output = (lines: StyledLine[]): void => {
    if (lines.length > 0) send({ type: 'output', id: current?.id ?? 0, lines });
  };
  const failed = (lines: StyledLine[]): void => {
    if (lines.length > 0) send({ type: 'output', id: current?.id ?? 0, lines, isError: true });
  };
  const captured = captureOutput({ width, output });
  const live = await openLiveSession(start);
  live.hasChanged();
  const prompt = createPrompt({
    library: promptLibrary(library, {
      signal: () => current?.stop.signal ?? new AbortController().signal,
      emit: (event) => progress(current?.id ?? 0, event),
      afterStep: () => live.saveBetween(),
      began(act) {
        const acts = current?.acts;
        acts?.add(act);
        // An act that nobody awaited changes the session after its line.
        void act.then(() => {
          acts?.delete(act);
          if (current?.acts !== acts) void settle();
        });
      },
    }),
    libraryTypes: packageFile('dist/index.d.ts'),
    session: () => live.session,
    width,
    output(lines) {
      captured.end();
      output(lines);
    },
    failed(lines) {
      captured.end();
      failed(lines);
    },
  });
  library.showElsewhere((value) => {
    captured.end();
    output(valueLines(value, { width: width() }));
  });
  send({ type: 'ready', state: live.summary() });
  setTimeout(() => void prompt.start().catch(() => undefined), 200).unref();

  function progress(id: number, event: TourEvent): void {
    send({ type: 'progress', id, event });
    if (event.type === 'step') send({ type: 'state', state: live.summary() });
  }

  /** Saves what changed and tells the new state; at the end of a line also what was typed. */
  async function settle(isEnd = false): Promise<void> {
    const { folder, busy } = live.session.parts;
    // An act that goes on in the background tells at its own end.
    if (busy !== null) return;
    const hasChanged = live.hasChanged();
    if (!hasChanged && !(isEnd && folder !== null)) return;
    try {
      await live.save();
    } catch (error) {
      failed(errorLines(error, width()));
    }
    if (live.hasChanged() || hasChanged) send({ type: 'state', state: live.summary() });
  }

  async function next(): Promise<void> {
    const work = queue.shift();
    if (!work || current || closing) return;
    const stop = new AbortController();
    const mine = { id: work.id, stop, acts: new Set<Promise<unknown>>() };
    current = mine;
    const outcome = await doWork(work, {
      live,
      prompt,
      width: width(),
      linesOnly: start.linesOnly === true,
      signal: stop.signal,
      output,
      failed(lines) {
        captured.end();
        failed(lines);
      },
      progress: (event) => progress(work.id, event),
      settle,
      show: (view) => send({ type: 'show', view }),
    });
    if (outcome === 'interrupted') {
      await Promise.race([Promise.all(mine.acts), sleep(graceMs)]);
      // Ctrl-C comes as a signal and as a message: the second of them is not for the next line.
      await sleep(20);
    }
    captured.end();
    if (outcome === 'interrupted') output(interruptedLines());
    await settle(true);
    current = null;
    send({ type: 'done', id: work.id, outcome });
    void next();
  }

  function interrupt(): void {
    current?.stop.abort(new Error('Stopped.'));
    prompt.interrupt();
  }

  return {
    receive(request) {
      switch (request.type) {
        case 'command':
        case 'evaluate':
          queue.push(request);
          if (!current) void next();
          return;
        case 'interrupt':
          return interrupt();
        case 'resize':
          columns = request.columns;
          return;
        case 'close':
          return;
        default:
          void answerTo(request, { session: live.session, prompt, width: width() }).then((answer) =>
            send({ type: 'answer', id: request.id, answer }),
          );
      }
    },
    interrupt,
    async close() {
      closing = true;
      interrupt();
      const acts = [...(current?.acts ?? [])];
      await Promise.race([Promise.all(acts), sleep(3000)]);
      if (live.session.parts.busy === null) await live.save().catch(() => undefined);
      await Promise.all([prompt.close(), live.close().catch(() => undefined)]);
    },
    uncaught(error) {
      failed(errorLines(error, width()));
    },
  };
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}
