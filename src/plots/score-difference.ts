/** Two scorings of the same rollouts: where each advantage went, and the mean reward over the steps. */
import type { Outcome } from '../records.js';
import type { ScoreDifference, ScorePoint } from '../rollouts/index.js';
import type { Figure } from './figure.js';
import { axis, baseLayout, palette } from './figure.js';

const looks: [name: string, outcomes: Outcome[], color: string, symbol: string][] = [
  ['clean', ['clean'], palette.green, 'circle'],
  ['warning', ['warning'], palette.orange, 'diamond'],
  ['wrong answer', ['wrong_answer', 'no_answer'], palette.sky, 'square'],
  [
    'runtime error, limit',
    ['runtime_error', 'timeout', 'memory_limit', 'output_limit'],
    palette.vermilion,
    'triangle-up',
  ],
  ['compile error', ['compile_error'], palette.black, 'x'],
  ['not judged', ['sandbox_error'], palette.grey, 'cross'],
];

/**
 * Left: advantage before against after, one mark per distinct pair, larger for more rollouts. On
 * the diagonal nothing changed; in the shaded quarters the sign did. Right: mean reward of each step.
 */
export function scoreDifferenceFigure(
  difference: Pick<ScoreDifference, 'points'>,
  options: { title?: string } = {},
): Figure {
  const { points } = difference;
  const reach = 1.1 * Math.max(1, ...points.flatMap(bothAdvantages).map(Math.abs));
  return {
    data: [diagonal(reach), ...looks.flatMap((look) => marks(points, look)), ...stepMeans(points)],
    layout: {
      ...baseLayout(options.title ?? 'Rescored: advantages and rewards, before and after', {
        width: 1100,
        height: 520,
      }),
      legend: { orientation: 'h', x: 0, y: -0.16 },
      xaxis: axis('advantage before', { domain: [0, 0.46], range: [-reach, reach] }),
      yaxis: axis('advantage after', { range: [-reach, reach] }),
      xaxis2: axis('step', { domain: [0.56, 1], anchor: 'y2' }),
      yaxis2: axis('mean reward', { anchor: 'x2' }),
      shapes: [quarter(-reach, 0, 0, reach), quarter(0, -reach, reach, 0)],
    },
  };
}

function bothAdvantages({ advantageBefore, advantageAfter }: ScorePoint): [number, number] {
  return [advantageBefore, advantageAfter];
}

function diagonal(reach: number): Record<string, unknown> {
  return {
    ...{ type: 'scatter', mode: 'lines', x: [-reach, reach], y: [-reach, reach] },
    line: { color: palette.grey, dash: 'dot', width: 1 },
    hoverinfo: 'skip',
    showlegend: false,
  };
}

/** A part where the sign of the advantage is another one. */
function quarter(x0: number, y0: number, x1: number, y1: number): Record<string, unknown> {
  return {
    ...{ type: 'rect', x0, y0, x1, y1, xref: 'x', yref: 'y', layer: 'below' },
    fillcolor: 'rgba(213, 94, 0, 0.08)',
    line: { width: 0 },
  };
}

function marks(
  points: readonly ScorePoint[],
  [name, outcomes, color, symbol]: (typeof looks)[number],
): Record<string, unknown>[] {
  const counts = new Map<string, { x: number; y: number; n: number }>();
  for (const point of points) {
    if (!outcomes.includes(point.outcome ?? 'sandbox_error')) continue;
    const [x, y] = bothAdvantages(point).map((value) => Math.round(value * 1000) / 1000);
    const known = counts.get(`${x} ${y}`) ?? { x, y, n: 0 };
    known.n++;
    counts.set(`${x} ${y}`, known);
  }
  if (counts.size === 0) return [];
  const all = [...counts.values()];
  const most = Math.max(...all.map(({ n }) => n));
  return [
    {
      ...{ type: 'scatter', mode: 'markers', name },
      x: all.map(({ x }) => x),
      y: all.map(({ y }) => y),
      customdata: all.map(({ n }) => n),
      marker: {
        ...{ color, symbol, opacity: 0.75 },
        size: all.map(({ n }) => 6 + Math.min(24, 3 * Math.sqrt(most)) * Math.sqrt(n / most)),
      },
      hovertemplate: `${name}: %{customdata} rollouts<br>%{x:.2f} → %{y:.2f}<extra></extra>`,
    },
  ];
}

function stepMeans(points: readonly ScorePoint[]): Record<string, unknown>[] {
  const steps = [...new Set(points.map(({ step }) => step))].sort((a, b) => a - b);
  const line = (
    name: string,
    field: 'rewardBefore' | 'rewardAfter',
    color: string,
    symbol: string,
  ): Record<string, unknown> => ({
    ...{ type: 'scatter', mode: 'lines+markers', name, xaxis: 'x2', yaxis: 'y2' },
    x: steps,
    y: steps.map((step) =>
      meanOf(
        points.filter((point) => point.step === step),
        field,
      ),
    ),
    line: { color, width: 2 },
    marker: { color, symbol, size: 7 },
    hovertemplate: `${name}, step %{x}: %{y:.3f}<extra></extra>`,
  });
  return [
    line('reward before', 'rewardBefore', palette.purple, 'circle-open'),
    line('reward after', 'rewardAfter', palette.blue, 'circle'),
  ];
}

function meanOf(
  points: readonly ScorePoint[],
  field: 'rewardBefore' | 'rewardAfter',
): number | null {
  const values = points.map((point) => point[field]).filter((value) => value !== null);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
