/**
 * 100,000 real records in the rollout browser of the built workbench, in tmux: from a key to the rows that
 * it asks for on the screen, for turning pages, sorting and filtering. The log holds the records of a real
 * run many times over, each with an id, a step and a place of its own.
 *   npm run bench -- viewer [--records 100000] [--each 60] [--write]
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Figure } from './repl/table.js';
import { percentile, printFigures, writeFigures } from './repl/table.js';
import type { ControlTerminal } from './repl/terminal.js';
import { openControlTerminal } from './repl/terminal.js';
import { writeSyntheticLog } from './rollouts/synthetic.js';

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '100000' },
    each: { type: 'string', default: '60' },
    write: { type: 'boolean', default: false },
  },
});
const root = path.resolve(import.meta.dirname, '..');
const folder = mkdtempSync(path.join(tmpdir(), 'rlsf-bench-'));
const rlsf = [process.execPath, path.join(root, 'bin/rlsf.js')];
const load = loadavg()[0];
const records = Number(values.records);
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A run of one short step, whose log is then made long; its own records stay the last. */
function longRun(): string {
  const run = path.join(folder, 'run');
  const set = [
    ...['grpo.max_steps=1', 'grpo.prompts_per_step=1', 'grpo.num_generations=2'],
    ...[`run.output_dir=${folder}`, 'run.name=run', `judge.cache=${folder}/judge`],
  ].flatMap((each) => ['--set', each]);
  const { status, stderr } = spawnSync(
    rlsf[0],
    [rlsf[1], 'train', 'grpo', '--config', 'configs/tour.yaml', ...set],
    { cwd: root, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`rlsf train: ${stderr}`);
  const log = path.join(run, 'rollouts.jsonl');
  const own = readFileSync(log, 'utf8').trim().split('\n');
  const { steps, bytes } = writeSyntheticLog(log, records - own.length);
  const last = own.map((line) => ({ ...(JSON.parse(line) as object), step: steps + 1 }));
  appendFileSync(log, last.map((each) => `${JSON.stringify(each)}\n`).join(''));
  console.log(`${records} records, ${(bytes / 1e6).toFixed(0)} MB`);
  return run;
}

const head = 'step/grp/smp';
const foot = 'q leave';

/** The last whole frame, its title and its rows. */
function lastFrame(text: string): { title: string; rows: string } | null {
  const end = text.lastIndexOf(foot);
  const start = text.lastIndexOf(head, end);
  if (start < 0) return null;
  const title = text.slice(Math.max(0, text.lastIndexOf(foot, start)), start);
  return { title, rows: text.slice(text.indexOf('\n', start), end) };
}

/** The title and the rows below the column names; `null` while one of these is still on its way. */
function shownIn(text: string): string | null {
  const { title, rows } = lastFrame(text) ?? { title: '', rows: '…' };
  return rows.split(/\r?\n/).some((row) => row.trim() === '…') ? null : title + rows;
}

/** Milliseconds until a key has brought another page, order or choice on the screen. */
async function toPaint(terminal: ControlTerminal, press: () => void): Promise<number> {
  const before = shownIn(terminal.text());
  terminal.forget();
  const pressed = performance.now();
  press();
  const painted = await terminal.when((text) => {
    const shown = shownIn(text);
    return shown !== null && shown !== before;
  }, 30);
  await sleep(60);
  return painted - pressed;
}

async function times(count: number, act: (at: number) => Promise<number>): Promise<number[]> {
  const all: number[] = [];
  for (let at = 0; at < count; at++) all.push(await act(at));
  return all;
}

function figure(name: string, all: readonly number[]): Figure {
  const p95 = percentile(all, 0.95);
  const rest = `median ${percentile(all, 0.5).toFixed(0)} ms, worst ${Math.max(...all).toFixed(0)} ms, ${all.length} times`;
  return {
    name: `${name}, p95 (${rest})`,
    measured: `${p95.toFixed(0)} ms`,
    target: '< 100 ms',
    met: p95 < 100,
  };
}

async function main(): Promise<void> {
  if (!existsSync(path.join(root, 'dist/repl/workbench/open.js')))
    throw new Error('dist/ is missing: npm run build');
  const run = longRun();
  const environment = `HOME=${folder} XDG_STATE_HOME=${folder}`;
  const terminal = openControlTerminal(
    `cd ${root}; exec env -u NO_COLOR ${environment} ${rlsf.join(' ')} repl --run ${run}`,
    { columns: 120, rows: 40 },
  );
  try {
    const key = (name: string) => () => terminal.key(name);
    await terminal.when((text) => text.includes('○ ready'));
    terminal.forget();
    const opened = performance.now();
    terminal.key('C-t');
    const first = (await terminal.when((text) => shownIn(text) !== null)) - opened;
    const total = `of ${records.toLocaleString('en-US')}`;
    await terminal.when(
      (text) => text.includes(total) && !/read \d+ %/.test(lastFrame(text)?.title ?? ''),
    );
    const whole = performance.now() - opened;
    await sleep(2000);

    const each = Number(values.each);
    const pages = ['g', 'C-f', 'C-f', 'G', 'C-b', 'C-b'];
    const turned = await times(each, (at) => toPaint(terminal, key(pages[at % pages.length])));

    const letters = ['r', 't', 'a', 'p', 'k', 'f'];
    const sorted = await times(each, async (at) => {
      terminal.key('s');
      await sleep(80);
      return toPaint(terminal, key(letters[at % letters.length]));
    });

    const filters = [
      'outcome:clean',
      'reward>0.5',
      '/return',
      'problem:12 -outcome:clean',
      'step:3..5',
      '/while reward<0.4',
    ];
    const filtered = await times(each, async (at) => {
      terminal.send('&');
      await sleep(60);
      terminal.key('C-u');
      terminal.send(filters[at % filters.length]);
      await sleep(120);
      return toPaint(terminal, key('Enter'));
    });
    const figures: Figure[] = [
      figure('turning a page', turned),
      figure('sorting by another column', sorted),
      figure('filtering', filtered),
      {
        name: 'from opening the browser to its first rows / until all is read',
        measured: `${first.toFixed(0)} ms / ${(whole / 1000).toFixed(1)} s`,
        target: '—',
        met: null,
      },
    ];
    printFigures(figures);
    const note = `${records.toLocaleString('en-US')} records in a terminal of 120 × 40; ${availableParallelism()} cores; load average of the machine ${load.toFixed(1)} when the bench began, ${loadavg()[0].toFixed(1)} at its end.`;
    console.log(note);
    if (values.write) writeFigures('bench/viewer', figures, note);
  } finally {
    terminal.close();
  }
}

try {
  await main();
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
