/** The built program in a real terminal: tmux holds it, keys go in, the text of its screen comes out. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const built = path.join(root, 'dist/repl/workbench/open.js');
const pollMs = 50;
/** Nothing at the prompt, nothing in hand. */
const idle = /^›$[^]*^○ ready/m;
/** Generous: a busy machine is slow, and only what never comes is a failure. */
const limitMs = Number(process.env['RLSF_TERMINAL_SECONDS'] ?? 240) * 1000;

/** Why a test in a terminal cannot run here, `null` where it can. */
export function whyNoTerminal(): string | null {
  if (spawnSync('tmux', ['-V']).status !== 0) return 'tmux is not installed';
  if (!existsSync(built)) return 'dist/ is missing: npm run build';
  return existsSync('/usr/bin/g++') ? null : 'g++ is missing';
}

export interface Terminal {
  /** The folder that it runs in, its HOME too; removed by `close`. */
  readonly folder: string;
  /** What the screen shows, without blanks at the ends of lines. */
  screen(): string;
  /** The screen with its colour codes. */
  styled(): string;
  /** All that was printed, also what has scrolled away. */
  scrolled(): string;
  /** Named keys: `Enter`, `C-c`, `Escape`. */
  keys(...names: string[]): void;
  type(text: string): void;
  /** Types a line and sends it; ends when the work is done and the screen says so. */
  line(text: string, says?: RegExp): Promise<string>;
  /** Waits until the screen matches. @throws with the screen where it never does */
  until(says: RegExp, what?: string): Promise<string>;
  /** Clears the screen, and waits until it is. */
  clear(): Promise<void>;
  /** Another size, and text typed before the program can know of it. */
  resize(columns: number, rows: number, text?: string): void;
  /** The process ids below the program whose command line matches. */
  processes(matches: RegExp): number[];
  /** Opens the program again in the same folder. */
  open(argv: readonly string[]): void;
  close(): void;
}

let count = 0;

/** Starts `rlsf` with arguments; `environment` is added to that of the tests. */
export function openTerminal(
  argv: readonly string[],
  {
    columns = 80,
    rows = 24,
    environment = {},
  }: { columns?: number; rows?: number; environment?: Record<string, string> } = {},
): Terminal {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'rlsf-terminal-'));
  const socket = `rlsf-test-${process.pid}-${++count}`;
  const tmux = (...words: string[]): string => {
    const { status, stdout, stderr } = spawnSync('tmux', ['-L', socket, ...words], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`tmux ${words[0]}: ${stderr}`);
    return stdout;
  };
  const shown = (...more: string[]): string =>
    tmux('capture-pane', '-p', '-t', 'test', ...more)
      .split('\n')
      .map((row) => row.trimEnd())
      .join('\n');
  const env = { HOME: folder, XDG_STATE_HOME: folder, TERM: 'screen-256color', ...environment };
  const command = (words: readonly string[]): string =>
    [
      ...[
        'env',
        '-u',
        'NO_COLOR',
        ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
      ],
      ...[process.execPath, path.join(root, 'bin/rlsf.js'), ...words],
    ]
      .map(quoted)
      .join(' ');
  const wait = `echo "[exit $?]"; exec sleep 3600`;
  const start = (words: readonly string[]): string =>
    `cd ${quoted(folder)}; ${command(words)}; ${wait}`;
  tmux(
    ...['-f', '/dev/null', 'new-session', '-d', '-s', 'test'],
    ...size(columns, rows),
    start(argv),
  );

  async function until(says: RegExp, what = String(says)): Promise<string> {
    const end = Date.now() + limitMs;
    for (;;) {
      const text = shown();
      if (says.test(text)) return text;
      if (Date.now() > end) throw new Error(`waited for ${what}, the screen is:\n${text}`);
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }
  /** Types, and waits until it stands at the prompt: what the screen says next is of what comes next. */
  async function typed(text: string): Promise<void> {
    type(text);
    await until(new RegExp(`^› ${escaped(text.slice(0, 30))}`, 'm'), `${text} at the prompt`);
  }
  const keys = (...names: string[]): void => void tmux('send-keys', '-t', 'test', ...names);
  const type = (text: string): void => void tmux('send-keys', '-t', 'test', '-l', text);
  return {
    folder,
    screen: () => shown(),
    styled: () => shown('-e'),
    scrolled: () => shown('-S', '-'),
    keys,
    type,
    until,
    async line(text, says) {
      await until(idle, 'the engine to be ready');
      await typed(text);
      keys('Enter');
      if (says) await until(says, `${String(says)} after ${text}`);
      return until(idle, `the end of ${text}`);
    },
    async clear() {
      await typed('/clear');
      keys('Enter');
      await until(/^›\n/, 'a clear screen');
    },
    resize: (wide, high, text = '') =>
      void tmux(
        ...['resize-window', '-t', 'test', ...size(wide, high)],
        ...(text === '' ? [] : [';', 'send-keys', '-t', 'test', '-l', text]),
      ),
    processes(matches) {
      const rootPid = Number(tmux('display-message', '-p', '-t', 'test', '#{pane_pid}'));
      return below(rootPid, matches);
    },
    open(words) {
      tmux('respawn-pane', '-k', '-t', 'test', start(words));
    },
    close() {
      spawnSync('tmux', ['-L', socket, 'kill-server']);
      // What was open saves its session before it ends.
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 300 });
    },
  };
}

function size(columns: number, rows: number): string[] {
  return ['-x', String(columns), '-y', String(rows)];
}

/** Descendants of a process whose command line matches. */
function below(rootPid: number, matches: RegExp): number[] {
  const rows = spawnSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .stdout.split('\n')
    .map((row) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row))
    .filter((found) => found !== null)
    .map(([, pid, parent, args]) => ({ pid: Number(pid), parent: Number(parent), args }));
  const found: number[] = [];
  const visit = (parent: number): void => {
    for (const row of rows) {
      if (row.parent !== parent) continue;
      if (matches.test(row.args)) found.push(row.pid);
      visit(row.pid);
    }
  };
  visit(rootPid);
  return found;
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
