import type { Figure } from './figure.js';
import { axis, baseLayout } from './figure.js';
import { seriesLook } from './series-look.js';

export interface StageTimes {
  step: number;
  /** Wall time by part: `sample`, `judge`, `update`, `save`, … */
  seconds: Readonly<Record<string, number>>;
}

const order = ['sample', 'judge', 'score', 'update', 'evaluate', 'save'];

/** Where the time of each step went: seconds above, shares below. */
export function stageTimeline(
  steps: readonly StageTimes[],
  options: { title?: string } = {},
): Figure {
  const found = new Set(steps.flatMap(({ seconds }) => Object.keys(seconds)));
  const parts = [...order.filter((part) => found.delete(part)), ...[...found].sort()];
  const totals = steps.map(({ seconds }) => sumOf(Object.values(seconds)));
  const all = sumOf(totals);
  const x = steps.map(({ step }) => step);
  const data = parts.flatMap((part, index) => {
    const { color, pattern } = seriesLook(index);
    const own = steps.map(({ seconds }) => seconds[part] ?? 0);
    const share = all > 0 ? ((100 * sumOf(own)) / all).toFixed(0) : '0';
    const shared = {
      ...{ type: 'bar', name: `${part} ${share} %`, legendgroup: part, x },
      marker: { color, pattern: { shape: pattern, size: 6, solidity: 0.35 } },
    };
    return [
      { ...shared, y: own, hovertemplate: `step %{x}: %{y:.2f} s ${part}<extra></extra>` },
      {
        ...shared,
        ...{ xaxis: 'x2', yaxis: 'y2', showlegend: false },
        y: own.map((value, at) => (totals[at] > 0 ? value / totals[at] : 0)),
        hovertemplate: `step %{x}: %{y:.1%} ${part}<extra></extra>`,
      },
    ];
  });
  return {
    data,
    layout: {
      ...baseLayout(options.title ?? `Time of ${steps.length} steps: ${written(all)}`, {
        width: 900,
        height: 560,
      }),
      barmode: 'stack',
      bargap: 0.08,
      margin: { l: 80, r: 30, t: 88, b: 60 },
      legend: {
        ...{ orientation: 'h', x: 0, xanchor: 'left', y: 1, yanchor: 'bottom' },
        traceorder: 'normal',
      },
      xaxis: axis('', { anchor: 'y', matches: 'x2', showticklabels: false }),
      yaxis: axis('seconds', { anchor: 'x', domain: [0.55, 1], rangemode: 'tozero' }),
      xaxis2: axis('step', { anchor: 'y2', tickformat: 'd' }),
      yaxis2: axis('share of the step', {
        ...{ anchor: 'x2', domain: [0, 0.45], tickformat: '.0%', range: [0, 1] },
      }),
    },
  };
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function written(seconds: number): string {
  return seconds < 120 ? `${seconds.toFixed(1)} s` : `${(seconds / 60).toFixed(1)} min`;
}
