import { existsSync } from 'node:fs';
import { execa } from 'execa';

export interface ProcessOptions {
  cwd?: string;
  /** The whole environment; nothing is inherited. */
  env?: Record<string, string>;
  wallMs: number;
  maxBytes: number;
  signal?: AbortSignal;
}

export interface ProcessResult {
  command: string[];
  exitCode: number | null;
  signal: string | null;
  stdout: Buffer;
  stderr: string;
  /** Either stream reached `maxBytes` (and the program was ended). */
  truncated: boolean;
  timedOut: boolean;
  durationMs: number;
  /** Why the program could not be started at all, e.g. `ENOENT`. */
  startError: string | null;
}

/** Where programs are looked for; a user's own PATH has no say. */
const folders = ['/usr/local/bin', '/usr/bin', '/bin'];

/** The full path of a program, or its plain name where it is not to be found. */
export function findProgram(name: string): string {
  return folders.map((folder) => `${folder}/${name}`).find((path) => existsSync(path)) ?? name;
}

/**
 * The one place that starts programs. Arguments are an array, stdin is empty, time and output are
 * bounded, and the program is ended when the signal aborts; what it started ends with it because
 * every untrusted command runs under the launcher or bubblewrap (isolation.ts).
 */
export async function runProcess(
  file: string,
  args: readonly string[],
  options: ProcessOptions,
): Promise<ProcessResult> {
  const { cwd, env = {}, wallMs, maxBytes, signal } = options;
  signal?.throwIfAborted();
  const result = await execa(file, args, {
    cwd,
    env: { PATH: folders.join(':'), LC_ALL: 'C', ...env },
    extendEnv: false,
    stdin: 'ignore',
    encoding: 'buffer',
    stripFinalNewline: false,
    maxBuffer: maxBytes,
    timeout: wallMs,
    forceKillAfterDelay: 300,
    cancelSignal: signal,
    reject: false,
  });
  signal?.throwIfAborted();
  return {
    command: [file, ...args],
    exitCode: result.exitCode ?? null,
    signal: result.signal ?? null,
    stdout: Buffer.from(result.stdout ?? new Uint8Array()),
    stderr: Buffer.from(result.stderr ?? new Uint8Array()).toString('utf8'),
    truncated: result.isMaxBuffer,
    timedOut: result.timedOut,
    durationMs: result.durationMs,
    startError:
      result.exitCode === undefined && result.signal === undefined
        ? (result.code ?? 'unknown')
        : null,
  };
}

/** A program that answers one line to one line until it is closed. */
export interface Dialogue {
  /** Its answer; `null` when it has ended, which is for good. Questions wait for each other. */
  ask(line: string): Promise<string | null>;
  /** Ends it. */
  close(): void;
}

/** Starts a program that reads questions from its input; the other rules of `runProcess` hold. */
export function startDialogue(
  file: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> },
): Dialogue {
  const { cwd, env = {} } = options;
  const child = execa(file, args, {
    cwd,
    env: { PATH: folders.join(':'), LC_ALL: 'C', ...env },
    extendEnv: false,
    stdin: 'pipe',
    stderr: 'ignore',
    buffer: false,
    forceKillAfterDelay: 300,
    reject: false,
  });
  let ended = false;
  let waiting: ((answer: string | null) => void) | null = null;
  let received = '';
  const settle = (answer: string | null): void => {
    const waiter = waiting;
    waiting = null;
    waiter?.(answer);
  };
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (text: string) => {
    received += text;
    const end = received.indexOf('\n');
    if (end < 0) {
      if (received.length > 4096) child.kill();
      return;
    }
    const answer = received.slice(0, end);
    received = '';
    settle(answer);
  });
  // A program that died while it was asked: the end of the child tells it.
  child.stdin.on('error', () => undefined);
  void child.then(() => {
    ended = true;
    settle(null);
  });
  let turn: Promise<unknown> = Promise.resolve();
  return {
    ask(line) {
      const answer = turn.then(() => {
        if (ended) return null;
        return new Promise<string | null>((resolve) => {
          waiting = resolve;
          child.stdin.write(`${line}\n`);
        });
      });
      turn = answer;
      return answer;
    },
    close() {
      child.stdin.end();
      child.kill();
    },
  };
}
