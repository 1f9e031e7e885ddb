import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { crashReason, lastLines } from './crash.js';
import type { EngineStart, Opening } from './opening.js';
import type { Completions, Hint, Message, Question, Request, Whole, Work } from './protocol.js';

export interface EngineOptions {
  opening: Opening;
  columns: number;
  /** There is no screen: `inspect` and the like print lines. @default false */
  linesOnly?: boolean;
  onMessage(message: Message): void;
  /** The engine ended by itself; where `restarts`, a new one is on its way and sends `ready`. */
  onCrash(crash: EngineCrash): void;
  /** The engine's file. @default `main.js` beside this one (from source `main.ts`) */
  entry?: string;
}

export interface EngineCrash {
  /** One sentence: what happened, as far as the system says it. */
  reason: string;
  /** What is gone with it, a sentence each. */
  lost: string[];
  /** The last lines that it wrote to its standard error. */
  stderr: string[];
  code: number | null;
  signal: string | null;
  restarts: boolean;
}

/** What a request carries beside its id. */
export type WorkInput = { type: 'command'; text: string } | { type: 'evaluate'; code: string };
export type QuestionInput =
  | { type: 'complete'; text: string; cursor: number }
  | { type: 'hint'; text: string; cursor: number }
  | { type: 'whole'; text: string };
export type Answer = Completions | Hint | Whole | null;

export interface Engine {
  /** Queues a command (without its slash) or TypeScript; the messages about it carry the id. */
  work(input: WorkInput): number;
  /** `null` where nothing fits, and where the engine ended first. */
  ask(question: QuestionInput): Promise<Answer>;
  /**
   * Ctrl-C. The first asks the work in hand to stop; TypeScript that does not answer within 3 s, and
   * any work at the second, is ended together with the engine, and a new engine opens the session again.
   */
  interrupt(): void;
  resize(columns: number): void;
  /** Ends the engine and starts a new one on the session as it was saved last. */
  restart(): void;
  /** Ends it well; by force after `seconds`. @default 5 */
  close(seconds?: number): Promise<void>;
  readonly pid: number | undefined;
}

/** How long TypeScript may ignore Ctrl-C, in milliseconds. */
const patience = 3000;

/** Starts the engine's process and keeps one running until `close`. */
export function startEngine(options: EngineOptions): Engine {
  let nextId = 1;
  let columns = options.columns;
  /** Where the session is saved, as the last `state` said. */
  let folder: string | null = null;
  let closing = false;
  const works = new Map<number, Work>();
  const questions = new Map<number, (answer: Answer) => void>();
  let child = launch(null);

  function launch(again: string | null): ChildProcess {
    const { opening, linesOnly } = options;
    const start: EngineStart = { opening, columns, linesOnly, again };
    const file = options.entry ?? entryFile();
    const launched = fork(file, [JSON.stringify(start)], {
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: file.endsWith('.ts') ? ['--import', 'tsx'] : [],
    });
    let stderr = '';
    let isReady = false;
    launched.stdout?.resume();
    launched.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-8000);
    });
    launched.on('message', (message: Message) => {
      if (launched !== child) return;
      if (message.type === 'ready') isReady = true;
      receive(message);
    });
    let hasEnded = false;
    const end = (code: number | null, signal: string | null): void => {
      if (hasEnded || launched !== child) return;
      hasEnded = true;
      ended({ code, signal, stderr, isReady, hadFolder: folder });
    };
    launched.on('error', (error) => {
      stderr += `${error.message}\n`;
      if (launched.pid === undefined) end(null, null);
    });
    // `close` comes when the streams are read to their end: the reason of a crash is among them.
    launched.on('close', end);
    return launched;
  }

  function receive(message: Message): void {
    if (message.type === 'answer') {
      questions.get(message.id)?.(message.answer);
      questions.delete(message.id);
      return;
    }
    if (message.type === 'ready' || message.type === 'state') folder = message.state.folder;
    if (message.type === 'done') works.delete(message.id);
    if (message.type === 'progress') progressed.add(message.id);
    options.onMessage(message);
  }

  function ended(end: End): void {
    forgetQuestions();
    if (closing) return;
    const lostWork = [...works.keys()];
    works.clear();
    const restarts = end.isReady;
    options.onCrash({
      reason: asked ?? crashReason(end),
      lost: lossesOf(end, lostWork.length),
      stderr: lastLines(end.stderr),
      code: end.code,
      signal: end.signal,
      restarts,
    });
    const outcome = asked === null ? 'failed' : 'interrupted';
    asked = null;
    for (const id of lostWork) options.onMessage({ type: 'done', id, outcome });
    if (restarts) child = launch(folder);
  }

  function forgetQuestions(): void {
    for (const answer of questions.values()) answer(null);
    questions.clear();
  }

  /** Why the engine was ended from here. */
  let asked: string | null = null;
  /** Works that told of their progress: long work of the library, which stops at its next edge. */
  const progressed = new Set<number>();
  let interruptedId: number | null = null;

  function send(request: Request): void {
    // A child that is about to end takes nothing more; its end is told by `close`.
    if (child.connected) child.send(request, () => {});
  }

  function kill(reason: string): void {
    asked = reason;
    child.kill('SIGKILL');
  }

  function interrupt(): void {
    const [current] = works.values();
    if (!current) return;
    if (interruptedId === current.id) {
      kill('The engine did not stop, and was ended by the second Ctrl-C.');
      return;
    }
    const { id } = current;
    interruptedId = id;
    send({ type: 'interrupt' });
    // A loop without an await hears nothing but a signal.
    child.kill('SIGINT');
    if (current.type !== 'evaluate') return;
    let answered = false;
    void ask({ type: 'whole', text: '' }).then(() => (answered = true));
    setTimeout(() => {
      if (answered || interruptedId !== id || !works.has(id) || progressed.has(id)) return;
      kill('The line did not stop within 3 seconds of Ctrl-C, so the engine was ended.');
    }, patience).unref();
  }

  function ask(question: QuestionInput): Promise<Answer> {
    if (!child.connected) return Promise.resolve(null);
    const id = nextId++;
    return new Promise((resolve) => {
      questions.set(id, resolve);
      send({ id, ...question } satisfies Question);
    });
  }

  return {
    work(input) {
      const work: Work = { id: nextId++, ...input };
      works.set(work.id, work);
      send(work);
      return work.id;
    },
    ask,
    interrupt,
    resize(next) {
      columns = next;
      send({ type: 'resize', columns });
    },
    restart() {
      kill('The engine was started again.');
    },
    async close(seconds = 5) {
      closing = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      send({ type: 'close' });
      const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000);
      await gone;
      clearTimeout(timer);
    },
    get pid() {
      return child.pid;
    },
  };
}

interface End {
  code: number | null;
  signal: string | null;
  stderr: string;
  isReady: boolean;
  hadFolder: string | null;
}

function lossesOf({ isReady, hadFolder }: End, works: number): string[] {
  if (!isReady) return [];
  return [
    'The variables of the prompt are gone.',
    hadFolder === null
      ? 'Nothing had changed in the session, so a new one is opened.'
      : `The session is as it was saved last, after the last line that was done (${hadFolder}).`,
    ...(works > 1 ? [`${works - 1} lines that waited were not run.`] : []),
  ];
}

function entryFile(): string {
  const built = fileURLToPath(new URL('./main.js', import.meta.url));
  return existsSync(built) ? built : fileURLToPath(new URL('./main.ts', import.meta.url));
}
