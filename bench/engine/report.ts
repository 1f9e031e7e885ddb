/** The table of bench/engine, its plot, and their place in docs/performance.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { palette, renderSvg, type Figure } from '../../src/plots/index.js';
import type { Case } from './cases.js';

export interface Machine {
  processor: string;
  torch: string | null;
  /** Multiplications and additions per second, bytes read per second; all threads. */
  peak: { float32: number; bf16: number; bytes: number };
}

export interface Side {
  /** The median. */
  milliseconds: number;
  runs: number;
  peakMegabytes: number;
}

export interface Outcome {
  measured: Case;
  ours: Side | null;
  torch: Side | null;
  others: { backend: string; target?: number; milliseconds: number; batch: number }[];
}

const columns = ['work', 'ours', 'torch', 'ratio', 'target', 'least time', 'of it', 'memory'];
const widths = [62, 20, 20, 14, 14, 22, 6, 24];

export const tableTitle = columns.map((name, i) => name.padEnd(widths[i])).join('');

/** One line for the terminal. */
export function tableRow(outcome: Outcome, machine: Machine, all: readonly Outcome[]): string {
  const lines = cells(outcome, machine, all);
  return lines.map((row) => row.map((cell, i) => cell.padEnd(widths[i])).join('')).join('\n');
}

/** Replaces what stands between the marks in docs/performance.md, and its plot. */
export async function writeReport(outcomes: readonly Outcome[], machine: Machine): Promise<void> {
  const page = fileURLToPath(new URL('../../docs/performance.md', import.meta.url));
  const [begin, end] = ['<!-- bench:engine -->', '<!-- end -->'];
  const text = readFileSync(page, 'utf8');
  const [before, rest] = [text.split(begin)[0], text.split(end)[1]];
  if (rest === undefined) throw new Error(`${page}: expected the marks ${begin} and ${end}.`);
  writeFileSync(page, `${before}${begin}\n\n${markdown(outcomes, machine)}\n${end}${rest}`);
  const plot = fileURLToPath(new URL('../../docs/screens/engine.svg', import.meta.url));
  writeFileSync(plot, await renderSvg(figureOf(outcomes, machine)));
}

function markdown(outcomes: readonly Outcome[], machine: Machine): string {
  const { float32, bf16, bytes } = machine.peak;
  const head = [
    `${machine.processor}; at most ${giga(float32)} GFLOP/s in float32, ${giga(bf16)} in bf16, ${giga(bytes)} GB/s read from memory (measured in the same run). Torch ${machine.torch ?? 'was missing'}.`,
    '',
    `| ${columns.join(' | ')} |`,
    `| --- | ${columns
      .slice(1)
      .map(() => '---:')
      .join(' | ')} |`,
  ];
  const rows = outcomes.flatMap((outcome) =>
    cells(outcome, machine, outcomes).map((row) => `| ${row.join(' | ')} |`),
  );
  return [...head, ...rows, ''].join('\n');
}

function giga(value: number): string {
  return (value / 1e9).toFixed(0);
}

/** The work beside torch, then a row for each other backend. */
function cells(
  { measured, ours, torch, others }: Outcome,
  machine: Machine,
  all: readonly Outcome[],
): string[][] {
  if (ours === null) return [[measured.title, 'failed', '', '', '', '', '', '']];
  const least = leastMilliseconds(measured, machine);
  const float32 = all.find(({ measured: other }) => `${other.id}-bf16` === measured.id)?.torch;
  const { target } = measured;
  const ratio = torch && torch.milliseconds / ours.milliseconds;
  const toFloat32 =
    target?.toFloat32 !== undefined && float32 ? float32.milliseconds / ours.milliseconds : null;
  const main = [
    measured.title,
    speed(measured, ours.milliseconds),
    torch ? speed(measured, torch.milliseconds) : '–',
    ratio === null
      ? '–'
      : `${ratio.toFixed(2)} ×` + (toFloat32 === null ? '' : `, ${toFloat32.toFixed(2)} × f32`),
    target?.ratio === undefined
      ? ''
      : `≥ ${target.ratio} ×` + (target.toFloat32 ? `, ≥ ${target.toFloat32} ×` : ''),
    least === null ? '' : `${shortTime(least.milliseconds)} (${least.bound})`,
    least === null ? '' : `${((100 * least.milliseconds) / ours.milliseconds).toFixed(0)} %`,
    measured.work === 'lora' && torch
      ? `${gigabytes(ours)} / ${gigabytes(torch)} GB (${((100 * ours.peakMegabytes) / torch.peakMegabytes).toFixed(0)} %, ≤ ${100 * target!.memory!} %)`
      : `${ours.peakMegabytes.toFixed(0)} / ${torch ? torch.peakMegabytes.toFixed(0) : '–'} MB`,
  ];
  const beside = others.map(({ backend, target: wanted, milliseconds, batch }) => [
    `… on tfjs ${backend === 'tensorflow' ? 'tensorflow (tfjs-node)' : backend}${batch === 1 ? '' : `, a batch ${batch} times smaller`}`,
    speed(measured, milliseconds),
    '',
    `${(milliseconds / ours.milliseconds).toFixed(1)} ×`,
    wanted === undefined ? '' : `≥ ${wanted} ×`,
    '',
    '',
    '',
  ]);
  return [main, ...beside];
}

/** The roofline: no program on this machine can be faster than its arithmetic and its traffic. */
function leastMilliseconds({ flops, bytes, bf16 }: Case, { peak }: Machine) {
  const arithmetic = (1000 * flops) / (bf16 ? peak.bf16 : peak.float32);
  const traffic = (1000 * bytes) / peak.bytes;
  if (arithmetic === 0 && traffic === 0) return null;
  return arithmetic >= traffic
    ? { milliseconds: arithmetic, bound: 'arithmetic' }
    : { milliseconds: traffic, bound: 'memory' };
}

function speed({ tokens, flops, work }: Case, milliseconds: number): string {
  if (tokens !== undefined) {
    const perSecond = (1000 * tokens) / milliseconds;
    return `${perSecond < 100 ? perSecond.toFixed(1) : Math.round(perSecond).toLocaleString('en')} tokens/s`;
  }
  if (work === 'product') return `${(flops / milliseconds / 1e6).toFixed(0)} GFLOP/s`;
  return shortTime(milliseconds);
}

function shortTime(milliseconds: number): string {
  return milliseconds < 10 ? `${milliseconds.toFixed(2)} ms` : `${milliseconds.toFixed(0)} ms`;
}

function gigabytes({ peakMegabytes }: Side): string {
  return (peakMegabytes / 1024).toFixed(2);
}

/** How many times torch's speed, with the roofline's limit behind each bar. */
function figureOf(outcomes: readonly Outcome[], machine: Machine): Figure {
  const rows = outcomes.filter(({ ours, torch }) => ours !== null && torch !== null).reverse();
  const titles = rows.map(({ measured }) => measured.title);
  const torchTime = rows.map(({ torch }) => torch!.milliseconds);
  const limits = rows.map(({ measured }, i) => {
    const least = leastMilliseconds(measured, machine);
    // Where ours is faster than that, the data stayed in the cache: no limit to draw.
    const limit = least === null ? Infinity : least.milliseconds;
    return limit < rows[i].ours!.milliseconds ? torchTime[i] / limit : null;
  });
  const ratios = rows.map(({ ours }, i) => torchTime[i] / ours!.milliseconds);
  return {
    data: [
      {
        type: 'bar',
        orientation: 'h',
        name: 'rlsf',
        y: titles,
        x: ratios,
        marker: { color: palette.blue },
      },
      {
        type: 'scatter',
        mode: 'text',
        y: titles,
        x: ratios.map((ratio) => ratio * 1.01),
        text: ratios.map((ratio) => ` ${ratio.toFixed(2)} ×`),
        textposition: 'middle right',
        showlegend: false,
      },
      {
        type: 'scatter',
        mode: 'markers',
        name: 'limit of this machine (roofline)',
        y: titles,
        x: limits,
        marker: { color: palette.vermilion, symbol: 'line-ns-open', size: 16, line: { width: 3 } },
      },
    ],
    layout: {
      title: {
        text: `Speed, torch ${machine.torch} = 1 · ${machine.processor}`,
        x: 0.02,
        xanchor: 'left',
        font: { size: 16 },
      },
      width: 1100,
      height: 60 + 30 * rows.length + 80,
      paper_bgcolor: '#ffffff',
      plot_bgcolor: '#ffffff',
      font: { family: 'DejaVu Sans, Verdana, sans-serif', size: 12, color: palette.black },
      margin: { l: 430, r: 60, t: 60, b: 60 },
      xaxis: {
        type: 'log',
        title: { text: 'times torch’s speed' },
        tickvals: [0.5, 1, 2, 4, 8, 16, 32],
        gridcolor: '#e5e5e5',
      },
      yaxis: { automargin: false, range: [-0.7, rows.length - 0.3] },
      shapes: [
        {
          type: 'line',
          yref: 'paper',
          x0: 1,
          x1: 1,
          y0: 0,
          y1: 1,
          line: { color: palette.black, width: 1, dash: 'dot' },
        },
      ],
      legend: { orientation: 'h', y: -0.06, x: 0 },
      bargap: 0.35,
    },
  };
}
