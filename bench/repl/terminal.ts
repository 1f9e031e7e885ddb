/** A program in tmux, read as a terminal would: control mode tells each piece of output as it comes. */
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface ControlTerminal {
  /** What was written since `forget`, without colours and movements. */
  text(): string;
  forget(): void;
  send(text: string): void;
  key(name: string): void;
  /** Resolves with the time (`performance.now()`) at which the output first satisfied it. */
  when(holds: (text: string) => boolean, seconds?: number): Promise<number>;
  close(): void;
}

let opened = 0;

/** Starts a shell line in a session of its own. */
export function openControlTerminal(
  line: string,
  { columns = 100, rows = 30 }: { columns?: number; rows?: number } = {},
): ControlTerminal {
  const socket = `rlsf-bench-${process.pid}-${++opened}`;
  const size = ['-x', String(columns), '-y', String(rows)];
  const child = spawn(
    'tmux',
    ['-L', socket, '-f', '/dev/null', '-C', 'new-session', '-s', 'bench', ...size, line],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  let text = '';
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (row) => {
    const output = /^%output %\d+ (.*)$/s.exec(row);
    if (!output) return;
    text += plain(unescaped(output[1]));
    for (const check of waiting) check();
  });
  const command = (words: string): void => void child.stdin.write(`${words}\n`);
  command(`refresh-client -C ${columns}x${rows}`);
  return {
    text: () => text,
    forget: () => void (text = ''),
    send: (typed) => command(`send-keys -t bench -l -- ${quoted(typed)}`),
    key: (name) => command(`send-keys -t bench ${name}`),
    when(holds, seconds = 300) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(check);
          reject(new Error(`waited ${seconds} s; written since: ${text.slice(-2000)}`));
        }, seconds * 1000);
        const check = (): void => {
          if (!holds(text)) return;
          clearTimeout(timer);
          waiting.delete(check);
          resolve(performance.now());
        };
        waiting.add(check);
        check();
      });
    },
    close: () => void spawnSync('tmux', ['-L', socket, 'kill-server']),
  };
}

/** tmux writes bytes below blank, and the backslash, as octal. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 8)),
  );
}

function plain(text: string): string {
  return text.replaceAll(/\u001b\[[0-9;?]*[A-Za-z]/g, '');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
