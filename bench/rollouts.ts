/**
 * Rollouts at scale: re-scored from memory and from disk, the columnar index made anew, per-prompt
 * accuracy asked of it, beside pandas on the same log (RLSF_BENCH_PYTHON names a Python that has it).
 *   npm run bench -- rollouts [--n 1000000] [--folder FOLDER] [--write]
 * A million rollouts are about 6 GB, in a new folder under FOLDER (default: temporary files), removed
 * at the end. `--write` renews the table in docs/rollouts.md.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Rollout } from '../src/records.js';
import { sanitizerCurriculum, scoreRollouts } from '../src/rewards/index.js';
import { openRolloutIndex, readRollouts } from '../src/rollouts/index.js';
import { writeTable, type Row } from './rollouts/report.js';
import { writeSyntheticLog } from './rollouts/synthetic.js';

const { values } = parseArgs({
  options: {
    n: { type: 'string', default: '1000000' },
    folder: { type: 'string', default: tmpdir() },
    write: { type: 'boolean', default: false },
  },
});
const n = Number(values.n);
const rows: Row[] = [];
/** Few enough to be garbage before the collector calls them old. */
const BATCH = 64;
/** Held in memory at once: more than any cache of the processor takes. */
const LOADED = 4096;

function report(row: Row): void {
  rows.push(row);
  console.log(
    `${row.name}: ${row.figure}${row.target ? `, target ${row.target}` : ''}${row.note ? ` (${row.note})` : ''}`,
  );
}

const perSecond = (count: number, seconds: number): string =>
  `${Math.round(count / seconds).toLocaleString('en')}/s`;

const seconds = (value: number): string => `${value.toFixed(2)} s`;

/** Seconds of work: of the clock, and of all threads of this process. */
async function timed(work: () => Promise<unknown>): Promise<{ wall: number; cpu: number }> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { wall: (performance.now() - started) / 1000, cpu: (user + system) / 1e6 };
}

async function rescoreLoaded(file: string): Promise<void> {
  const loaded: Rollout[] = [];
  for (const rollout of readRollouts(file)) if (loaded.push(rollout) === LOADED) break;
  const batches: Rollout[][] = [];
  for (let i = 0; i < loaded.length; i += BATCH) batches.push(loaded.slice(i, i + BATCH));
  const reward = sanitizerCurriculum();
  const times = 20;
  const score = async (): Promise<void> => {
    for (const batch of batches) await scoreRollouts(batch, [reward]);
  };
  await score();
  const { wall, cpu } = await timed(async () => {
    for (let i = 0; i < times; i++) await score();
  });
  const figure = perSecond(times * loaded.length, wall);
  report({
    name: 're-score, loaded (sanitizer curriculum)',
    figure,
    target: '≥ 100,000/s',
    note: `${perSecond(times * loaded.length, cpu)} of processor time`,
  });
}

async function rescoreFromDisk(file: string, count: number): Promise<void> {
  const reward = sanitizerCurriculum();
  let seen = 0;
  const score = async (most: number): Promise<void> => {
    let batch: Rollout[] = [];
    seen = 0;
    for (const rollout of readRollouts(file)) {
      batch.push(rollout);
      if (batch.length === BATCH) {
        await scoreRollouts(batch, [reward]);
        batch = [];
      }
      if (++seen === most) break;
    }
    if (batch.length > 0) await scoreRollouts(batch, [reward]);
  };
  await score(Math.min(count, 5000));
  const { wall, cpu } = await timed(() => score(count));
  report({
    name: 're-score, from disk',
    figure: perSecond(seen, wall),
    target: '≥ 20,000/s',
    note: `${perSecond(seen, cpu)} of processor time, ${seen.toLocaleString('en')} rollouts`,
  });
}

async function index(file: string): Promise<void> {
  let cells = 0;
  let prompts = 0;
  let opened = await timed(async () => (await openRolloutIndex(file)).close());
  report({
    name: 'index made from the log',
    figure: perSecond(n, opened.wall),
    target: '≥ 10,000/s',
    note: `${opened.wall.toFixed(1)} s; ${perSecond(n, opened.cpu)} of processor time`,
  });
  opened = await timed(async () => (await openRolloutIndex(file)).close());
  report({ name: 'index opened, nothing new', figure: `${(opened.wall * 1000).toFixed(0)} ms` });
  const first = await timed(async () => {
    const rollouts = await openRolloutIndex(file);
    const { problemIds, counts } = await rollouts.promptAccuracy();
    rollouts.close();
    cells = counts.flat().filter((count) => count > 0).length;
    prompts = problemIds.length;
  });
  report({
    name: 'per-prompt accuracy over the steps, index opened for it',
    figure: seconds(first.wall),
    target: '< 2 s',
    note: `${seconds(first.cpu)} of processor time; ${prompts} prompts, ${cells.toLocaleString('en')} cells`,
  });
  const rollouts = await openRolloutIndex(file);
  for (const [name, ask] of [
    ['… once it is open', () => rollouts.promptAccuracy()],
    ['outcomes of every step', () => rollouts.outcomeCounts()],
    ['statistics of every group', () => rollouts.groupStatistics()],
  ] as const) {
    const times: { wall: number; cpu: number }[] = [];
    for (let i = 0; i < 5; i++) times.push(await timed(ask));
    const { wall, cpu } = times.sort((x, y) => x.wall - y.wall)[2];
    report({ name, figure: seconds(wall), note: `${seconds(cpu)} of processor time` });
  }
  rollouts.close();
}

/** The same table by pandas; its count of clean completions is compared with ours. */
async function pandas(file: string): Promise<void> {
  const python = process.env['RLSF_BENCH_PYTHON'];
  if (python === undefined) {
    console.log('pandas: skipped, RLSF_BENCH_PYTHON names no Python');
    return;
  }
  const script = path.resolve(import.meta.dirname, 'rollouts/pandas_peer.py');
  const said = JSON.parse(execFileSync(python, [script, file], { encoding: 'utf8' })) as {
    readSeconds: number;
    querySeconds: number;
    clean: number;
    pandas: string;
  };
  const ours = await openRolloutIndex(file);
  const [{ clean }] = await ours.query(
    "SELECT count(*) AS clean FROM rollouts WHERE outcome = 'clean'",
  );
  ours.close();
  if (clean !== said.clean)
    throw new Error(`pandas counts ${said.clean} clean, the index ${clean}`);
  report({
    name: `pandas ${said.pandas}: read the log`,
    figure: perSecond(n, said.readSeconds),
    note: `${said.readSeconds.toFixed(1)} s`,
  });
  report({
    name: 'pandas: per-prompt accuracy of what was read',
    figure: `${said.querySeconds.toFixed(2)} s`,
  });
}

const folder = mkdtempSync(path.join(values.folder, 'rlsf-bench-rollouts-'));
const machine = `${cpus().length} × ${cpus()[0]?.model ?? ''}`;
try {
  const file = path.join(folder, 'rollouts.jsonl');
  const { bytes, steps } = writeSyntheticLog(file, n);
  const log = `${n.toLocaleString('en')} rollouts in ${steps.toLocaleString('en')} steps, ${(bytes / 1e9).toFixed(2)} GB, ${Math.round(bytes / n).toLocaleString('en')} bytes each`;
  console.log(log);
  await rescoreLoaded(file);
  await rescoreFromDisk(file, Math.min(n, 200_000));
  await index(file);
  await pandas(file);
  console.log(machine);
  if (values.write) writeTable(rows, `${log}. ${machine}.`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
