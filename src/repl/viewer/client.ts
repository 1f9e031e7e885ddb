import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { environmentError, inputError } from '../../errors.js';
import type { Answers, Progress, QuestionKind, Questions, ViewerMessage } from './messages.js';

export interface ViewerOptions {
  /** The process's module; where the client is bundled it is not beside it. @default main.js beside this one */
  entry?: string;
}

export interface Viewer {
  /**
   * Asks the viewer's process. Of several questions of one kind only one is under way and the newest
   * waits; those between are answered by `null`, unasked. @throws what the process says is wrong, or that
   * it ended; the next question starts another one
   */
  ask<Kind extends QuestionKind>(
    kind: Kind,
    question: Questions[Kind],
  ): Promise<Answers[Kind] | null>;
  /** How far files have been read, as it changes. The function that is returned ends it. */
  onProgress(listener: (progress: Progress) => void): () => void;
  close(): Promise<void>;
}

interface Waiting {
  kind: QuestionKind;
  question: unknown;
  resolve(answer: Answers[QuestionKind] | null): void;
  reject(error: Error): void;
}

/** A process that reads rollouts for the views, started with the first question. */
export function startViewer(options: ViewerOptions = {}): Viewer {
  const { entry = besideThis() } = options;
  const listeners = new Set<(progress: Progress) => void>();
  /** By kind: what was sent, and the newest that waits for it. */
  const sent = new Map<QuestionKind, Waiting & { id: number }>();
  const next = new Map<QuestionKind, Waiting>();
  let child: ChildProcess | null = null;
  let isClosed = false;
  let ids = 0;

  const start = (): ChildProcess => {
    const own = fork(entry, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: entry.endsWith('.ts') ? ['--import', import.meta.resolve('tsx')] : [],
    });
    let said = '';
    own.stderr?.on('data', (text: Buffer) => (said = `${said}${text.toString()}`.slice(-2000)));
    own.on('message', (message: ViewerMessage) => receive(message));
    own.on('error', () => ended(own, said));
    own.on('exit', () => ended(own, said));
    return own;
  };

  const ended = (own: ChildProcess, said: string): void => {
    if (child !== own) return;
    child = null;
    const reason =
      said
        .trim()
        .split('\n')
        .find((text) => /Error/.test(text)) ?? 'no reason given';
    const error = environmentError(
      `The viewer's process ended (${reason}). Nothing is lost: the next key starts another one.`,
    );
    const all = [...sent.values(), ...next.values()];
    sent.clear();
    next.clear();
    for (const waiting of all) waiting.reject(error);
  };

  const send = (waiting: Waiting): void => {
    child ??= start();
    const id = ++ids;
    sent.set(waiting.kind, { ...waiting, id });
    child.send({ id, kind: waiting.kind, question: waiting.question });
  };

  const receive = (message: ViewerMessage): void => {
    if (message.type === 'progress') {
      for (const listener of listeners) listener(message.progress);
      return;
    }
    const waiting = [...sent.values()].find(({ id }) => id === message.id);
    if (!waiting) return;
    sent.delete(waiting.kind);
    const following = next.get(waiting.kind);
    next.delete(waiting.kind);
    if (following) send(following);
    if (message.type === 'answer') waiting.resolve(message.answer);
    else waiting.reject(inputError(message.message));
  };

  return {
    ask<Kind extends QuestionKind>(kind: Kind, question: Questions[Kind]) {
      return new Promise<Answers[Kind] | null>((resolve, reject) => {
        if (isClosed) return resolve(null);
        const waiting: Waiting = {
          kind,
          question,
          resolve: resolve as Waiting['resolve'],
          reject,
        };
        if (!sent.has(kind)) return send(waiting);
        next.get(kind)?.resolve(null);
        next.set(kind, waiting);
      });
    },
    onProgress(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      isClosed = true;
      const own = child;
      child = null;
      for (const waiting of [...sent.values(), ...next.values()]) waiting.resolve(null);
      sent.clear();
      next.clear();
      if (own === null || own.exitCode !== null) return;
      const exit = new Promise((resolve) => own.once('exit', resolve));
      own.disconnect();
      await exit;
    },
  };
}

/** The built module, or its source where that is what runs. */
function besideThis(): string {
  const built = fileURLToPath(new URL('./main.js', import.meta.url));
  return existsSync(built) ? built : built.replace(/\.js$/, '.ts');
}
