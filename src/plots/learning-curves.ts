/** Reward, rates and KL over the steps, from the rows of metrics.jsonl. */
import type { Figure } from './figure.js';
import { axis, baseLayout, palette, stepAxis } from './figure.js';

export interface MetricsRow {
  step: number;
  [metric: string]: number;
}

export interface Curve {
  metric: string;
  label: string;
  color: string;
  dash?: string;
}

const rateCurves: readonly Curve[] = [
  { metric: 'compile_rate', label: 'compiles', color: palette.sky, dash: 'dot' },
  {
    metric: 'sanitizer_clean_rate',
    label: 'no sanitizer finding',
    color: palette.orange,
    dash: 'dash',
  },
  { metric: 'test_pass_rate', label: 'passes all tests', color: palette.purple, dash: 'dashdot' },
  { metric: 'fully_clean_rate', label: 'fully clean', color: palette.green },
];

/**
 * Three panels over one step axis. Each line is the running mean over `window` steps; the dots are
 * the single steps.
 */
export function learningCurves(
  rows: readonly MetricsRow[],
  options: { title?: string; window?: number } = {},
): Figure {
  const window = options.window ?? Math.max(1, Math.round(rows.length / 12));
  const curve = (entry: Curve, panel: 1 | 2 | 3, legend: boolean): Record<string, unknown>[] =>
    drawCurve(rows, entry, panel, window, legend);
  const steps = rows.map(({ step }) => step);
  return {
    data: [
      ...curve({ metric: 'reward', label: 'reward', color: palette.blue }, 1, false),
      ...rateCurves.flatMap((entry) => curve(entry, 2, true)),
      ...curve({ metric: 'kl', label: 'KL', color: palette.vermilion }, 3, false),
    ],
    layout: {
      ...baseLayout(
        options.title ?? `Learning curves, KL to the reference model${meanNote(window)}`,
        { width: 900, height: 820 },
      ),
      legend: { orientation: 'h', x: 0, y: 0.705, xanchor: 'left', yanchor: 'bottom' },
      xaxis: axis('', { anchor: 'y', matches: 'x3', showticklabels: false }),
      xaxis2: axis('', { anchor: 'y2', matches: 'x3', showticklabels: false }),
      xaxis3: stepAxis('step', steps, { anchor: 'y3' }),
      yaxis: axis('mean reward', { domain: [0.77, 1] }),
      yaxis2: axis('share of completions', { domain: [0.29, 0.7], tickformat: '.0%' }),
      yaxis3: axis('KL (nats a token)', { domain: [0, 0.22], rangemode: 'tozero' }),
    },
  };
}

/** One metric over the steps, single steps as dots and their running mean as a line. */
export function metricCurve(
  rows: readonly MetricsRow[],
  metric: string,
  options: { title?: string; window?: number } = {},
): Figure {
  const window = options.window ?? Math.max(1, Math.round(rows.length / 12));
  return {
    data: drawCurve(rows, { metric, label: metric, color: palette.blue }, 1, window, false),
    layout: {
      ...baseLayout(options.title ?? metric, { width: 800, height: 380 }),
      xaxis: stepAxis(
        'step',
        rows.map(({ step }) => step),
      ),
      yaxis: axis(metric),
    },
  };
}

/** One metric: single steps as dots and their running mean as a line; nothing where it is absent. */
export function drawCurve(
  rows: readonly MetricsRow[],
  { metric, label, color, dash }: Curve,
  panel: number,
  window: number,
  legend: boolean,
): Record<string, unknown>[] {
  const present = rows.filter((row) => Number.isFinite(row[metric]));
  if (present.length === 0) return [];
  const axes =
    panel === 1 ? { xaxis: 'x', yaxis: 'y' } : { xaxis: `x${panel}`, yaxis: `y${panel}` };
  const x = present.map((row) => row.step);
  const y = present.map((row) => row[metric]);
  const shared = { type: 'scatter', x, name: label, legendgroup: metric, ...axes };
  return [
    {
      ...shared,
      mode: 'markers',
      y,
      marker: { color, size: 4, opacity: 0.35 },
      showlegend: false,
      hoverinfo: 'skip',
    },
    {
      ...shared,
      mode: 'lines',
      y: runningMean(y, window),
      line: { color, width: 2.5, dash: dash ?? 'solid' },
      showlegend: legend,
      hovertemplate: `step %{x}: %{y:.3f} ${label}<extra></extra>`,
    },
  ];
}

/** For the title: single steps are dots only beside a mean of several. */
export function meanNote(window: number): string {
  return window > 1 ? ' (dots: steps, lines: running mean)' : '';
}

/** Mean of the last `window` values up to each position (fewer at the start). */
export function runningMean(values: readonly number[], window: number): number[] {
  let sum = 0;
  return values.map((value, index) => {
    sum += value;
    if (index >= window) sum -= values[index - window];
    return sum / Math.min(index + 1, window);
  });
}
