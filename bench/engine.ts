/**
 * The tensor engine beside PyTorch, and beside tfjs's own backends where they are to be had: every
 * work in processes of its own, the peers taking turns, the median of each.
 *   npm run bench -- engine [--torch PYTHON] [--only PART-OF-AN-ID] [--rounds 2] [--write]
 * Without --torch: RLSF_TORCH_PYTHON, else python3. `--write` renews docs/performance.md and its plot.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cases, type Case } from './engine/cases.js';
import { tableRow, tableTitle, writeReport, type Machine, type Outcome } from './engine/report.js';

const { values } = parseArgs({
  options: {
    torch: { type: 'string' },
    only: { type: 'string', default: '' },
    rounds: { type: 'string', default: '2' },
    write: { type: 'boolean', default: false },
  },
});

const here = fileURLToPath(new URL('engine/', import.meta.url));
const tsx = fileURLToPath(new URL('../node_modules/tsx/dist/cli.mjs', import.meta.url));
const threads = availableParallelism();

interface Measured {
  milliseconds: number[];
  peakMegabytes: number;
  version: string;
}

/** A work in a process of its own; null and a line on why where that fails. */
function measure(command: string, script: string[], measured: Case, extra = {}): Measured | null {
  const options = JSON.stringify({ ...measured.options, threads, ...extra });
  try {
    const out = execFileSync(command, [...script, measured.work, options], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, OMP_NUM_THREADS: String(threads), TF_CPP_MIN_LOG_LEVEL: '3' },
      maxBuffer: 2 ** 26,
    });
    return JSON.parse(out.trim().split('\n').at(-1)!) as Measured;
  } catch (error) {
    const text = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    console.error(`  ${command} ${measured.id}: ${text.trim().split('\n').at(-1)}`);
    return null;
  }
}

const python = values.torch ?? process.env['RLSF_TORCH_PYTHON'] ?? 'python3';
const torchVersion = versionOf(python);
if (torchVersion === null) {
  console.error(
    `${python} has no torch: the table is ours alone. Name a Python that has it with --torch.`,
  );
}

function versionOf(command: string): string | null {
  try {
    const script = 'import torch; print(torch.__version__)';
    return execFileSync(command, ['-c', script], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return null;
  }
}

function measurePeak(): Machine {
  const folder = mkdtempSync(join(tmpdir(), 'rlsf-peak-'));
  try {
    const program = join(folder, 'peak');
    const flags = ['-O3', '-march=native', '-fopenmp', '-Wno-psabi'];
    execFileSync('g++', [...flags, join(here, 'peak.cpp'), '-o', program]);
    const peak = JSON.parse(execFileSync(program, { encoding: 'utf8' })) as Machine['peak'];
    return { processor: `${threads} × ${cpus()[0].model.trim()}`, torch: torchVersion, peak };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const machine = measurePeak();
console.log(
  `${machine.processor}: ${(machine.peak.float32 / 1e9).toFixed(0)} GFLOP/s float32, ${(machine.peak.bf16 / 1e9).toFixed(0)} bf16, ${(machine.peak.bytes / 1e9).toFixed(0)} GB/s read; torch ${machine.torch ?? 'missing'}`,
);

const outcomes: Outcome[] = [];
console.log(tableTitle);
for (const measured of cases) {
  if (!measured.id.includes(values.only)) continue;
  const ours: Measured[] = [];
  const torch: Measured[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const [a, b] = [
      torchVersion === null ? null : measure(python, [join(here, 'torch_peer.py')], measured),
      measure(process.execPath, [tsx, join(here, 'work.ts')], measured),
    ];
    if (a !== null) torch.push(a);
    if (b !== null) ours.push(b);
  }
  const outcome: Outcome = {
    measured,
    ours: summary(ours),
    torch: summary(torch),
    others: (measured.others ?? []).flatMap(({ backend, target, options }) => {
      const script = [tsx, join(here, 'work.ts')];
      const result = measure(process.execPath, script, measured, { backend, ...options });
      const batch = (options?.['batch'] ?? measured.options['batch']) as number | undefined;
      const share = batch === undefined ? 1 : (measured.options['batch'] as number) / batch;
      const times = summary(result === null ? [] : [result]);
      return times === null
        ? []
        : [{ backend, target, milliseconds: times.milliseconds * share, batch: share }];
    }),
  };
  outcomes.push(outcome);
  console.log(tableRow(outcome, machine, outcomes));
}
if (values.write) await writeReport(outcomes, machine);

function summary(runs: Measured[]): Outcome['ours'] {
  if (runs.length === 0) return null;
  const all = runs.flatMap(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  return {
    milliseconds: all[Math.floor(all.length / 2)],
    runs: all.length,
    peakMegabytes: Math.max(...runs.map(({ peakMegabytes }) => peakMegabytes)),
  };
}
