/**
 * How soon the built workbench answers: first frame, and from a key to its letter on the screen, idle and
 * while configs/tour.yaml trains; the memory of its processes. The real program in tmux, whose control mode
 * tells each output as it comes, so the way of the key and of the paint through tmux are in the figures.
 *   npm run bench -- repl [--starts 10] [--keys 300] [--steps 6] [--write]
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { ControlTerminal } from './repl/terminal.js';
import { openControlTerminal } from './repl/terminal.js';
import type { Figure } from './repl/table.js';
import { percentile, printFigures, writeFigures } from './repl/table.js';

const { values } = parseArgs({
  options: {
    starts: { type: 'string', default: '10' },
    keys: { type: 'string', default: '300' },
    steps: { type: 'string', default: '6' },
    write: { type: 'boolean', default: false },
  },
});
const root = path.resolve(import.meta.dirname, '..');
const folder = mkdtempSync(path.join(tmpdir(), 'rlsf-bench-'));
const load = loadavg()[0];
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The clock of the shell and ours: both since 1970. */
const now = (): number => performance.timeOrigin + performance.now();

function commandLine(argv: readonly string[]): string {
  const rlsf = [process.execPath, path.join(root, 'bin/rlsf.js'), ...argv].join(' ');
  const env = `HOME=${folder} XDG_STATE_HOME=${folder} RLSF_SESSIONS=${folder}/sessions`;
  return `cd ${root}; printf 'T%s;P%s;' $(date +%s%N) $$; exec env -u NO_COLOR ${env} ${rlsf}`;
}

interface Opened {
  terminal: ControlTerminal;
  pid: number;
  firstFrameMs: number;
}

/** Until its prompt and the line below it are painted. */
async function open(argv: readonly string[]): Promise<Opened> {
  const terminal = openControlTerminal(commandLine(argv));
  await terminal.when((text) => text.includes('› ') || /›[^]*Tab completes/.test(text));
  const painted = now();
  const [, nanoseconds, pid] = /T(\d+);P(\d+);/.exec(terminal.text()) ?? [];
  return { terminal, pid: Number(pid), firstFrameMs: painted - Number(nanoseconds) / 1e6 };
}

/** Types letters one by one, each when the one before is painted and a while has passed. */
async function keysToPaint(
  terminal: ControlTerminal,
  count: number,
  goesOn: () => boolean,
): Promise<number[]> {
  const times: number[] = [];
  let typed = '';
  for (let at = 0; at < count && goesOn(); at++) {
    if (typed.length === 24) {
      terminal.key('C-u');
      typed = '';
      await sleep(150);
    }
    typed += 'abcdefghijklmnopqrstuvwxyz'[at % 26];
    const wanted = `› ${typed}`;
    terminal.forget();
    const sent = performance.now();
    terminal.send(typed.slice(-1));
    times.push((await terminal.when((text) => text.includes(wanted), 60)) - sent);
    await sleep(20 + ((at * 37) % 90));
  }
  terminal.key('C-u');
  return times;
}

/** In MB, from /proc. */
function memory(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): number =>
    Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1000;
  return { now: field('VmRSS'), peak: field('VmHWM') };
}

function engineOf(pid: number): number {
  const rows = spawnSync('ps', ['-o', 'pid=,args=', '--ppid', String(pid)], { encoding: 'utf8' });
  const row = rows.stdout.split('\n').find((each) => each.includes('engine/main.js'));
  return Number(row?.trim().split(/\s+/)[0]);
}

async function starts(count: number): Promise<number[]> {
  const times: number[] = [];
  for (let at = 0; at < count; at++) {
    const { terminal, firstFrameMs } = await open(['repl']);
    times.push(firstFrameMs);
    await terminal.when((text) => text.includes('○ ready'));
    terminal.close();
    await sleep(1000);
  }
  return times;
}

const ms = (value: number): string => `${value.toFixed(0)} ms`;
const mb = (value: number): string => `${value.toFixed(0)} MB`;

async function main(): Promise<void> {
  if (!existsSync(path.join(root, 'dist/repl/workbench/open.js')))
    throw new Error('dist/ is missing: npm run build');
  const first = await starts(Number(values.starts));
  const { terminal, pid } = await open([
    ...['repl', '--config', 'configs/tour.yaml'],
    ...['--set', `judge.cache=${folder}/judge`, `run.output_dir=${folder}/runs`],
  ]);
  await terminal.when((text) => text.includes('○ ready'));
  await sleep(3000);
  const idle = await keysToPaint(terminal, Number(values.keys), () => true);
  const ui = memory(pid);
  const engine = memory(engineOf(pid));

  terminal.forget();
  terminal.send(`/train ${values.steps}`);
  terminal.key('Enter');
  await terminal.when((text) => text.includes('● busy'));
  terminal.forget();
  let trains = true;
  // Its status line is drawn with each key, so the end is not missed between two of them.
  const ended = terminal
    .when((text) => text.includes('○ ready'), 1200)
    .then(() => {
      trains = false;
    });
  const started = now();
  const busy = await keysToPaint(terminal, 100_000, () => trains);
  const seconds = (now() - started) / 1000;
  await ended;
  const after = memory(pid);
  const engineAfter = memory(engineOf(pid));
  terminal.close();

  const p95 = (times: readonly number[]): number => percentile(times, 0.95);
  const figures: Figure[] = [
    {
      name: `first frame, median of ${first.length} starts (worst ${ms(Math.max(...first))})`,
      measured: ms(percentile(first, 0.5)),
      target: '< 400 ms',
      met: percentile(first, 0.5) < 400,
    },
    {
      name: `key to paint, idle, p95 of ${idle.length} keys (median ${ms(percentile(idle, 0.5))}, worst ${ms(Math.max(...idle))})`,
      measured: ms(p95(idle)),
      target: '< 50 ms',
      met: p95(idle) < 50,
    },
    {
      name: `key to paint while configs/tour.yaml trains, p95 of ${busy.length} keys in ${seconds.toFixed(0)} s (median ${ms(percentile(busy, 0.5))}, worst ${ms(Math.max(...busy))})`,
      measured: ms(p95(busy)),
      target: '< 100 ms',
      met: p95(busy) < 100,
    },
    {
      name: 'memory of the screen’s process, idle (resident)',
      measured: mb(ui.now),
      target: '< 150 MB',
      met: ui.now < 150,
    },
    {
      name: 'the same after the training',
      measured: mb(after.now),
      target: '—',
      met: null,
    },
    {
      name: 'memory of the engine’s process, idle / after the training / its peak',
      measured: `${mb(engine.now)} / ${mb(engineAfter.now)} / ${mb(engineAfter.peak)}`,
      target: '—',
      met: null,
    },
  ];
  printFigures(figures);
  const note = `${availableParallelism()} cores; load average of the machine ${load.toFixed(1)} when the bench began, ${loadavg()[0].toFixed(1)} at its end.`;
  console.log(note);
  if (values.write) writeFigures('bench/repl', figures, note);
}

try {
  await main();
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
