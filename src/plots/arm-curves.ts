/** Learning curves of several ways to train, each over several seeds, with intervals. */
import type { Figure } from './figure.js';
import { axis, baseLayout, palette } from './figure.js';

export interface ArmCurve {
  arm: string;
  /** Curves of one panel are drawn over one another. */
  panel: string;
  points: {
    /** Of the training that is done, from 0 to 1. */
    share: number;
    /** A share; `low` and `high` are NaN where there is one seed. */
    value: number;
    low: number;
    high: number;
  }[];
}

const columns = 2;
const panelHeight = 300;
const lines = [
  { color: palette.blue, fill: 'rgba(0,114,178,0.18)', dash: 'solid' },
  { color: palette.vermilion, fill: 'rgba(213,94,0,0.18)', dash: 'dash' },
  { color: palette.green, fill: 'rgba(0,158,115,0.18)', dash: 'dot' },
  { color: palette.purple, fill: 'rgba(204,121,167,0.18)', dash: 'dashdot' },
] as const;

/**
 * One panel for each group of arms, all on the same axes: the mean over seeds as a line, its interval as
 * a band. A thin line marks where all of them begin.
 */
export function armCurves(
  curves: readonly ArmCurve[],
  options: { title?: string; measure?: string } = {},
): Figure {
  const panels = [...new Set(curves.map(({ panel }) => panel))];
  const rows = Math.max(1, Math.ceil(panels.length / columns));
  const height = rows * panelHeight + 100;
  const data: Record<string, unknown>[] = [];
  const axes: Record<string, unknown> = {};
  const range = valueRange(curves);
  for (const [index, panel] of panels.entries()) {
    const number = index === 0 ? '' : String(index + 1);
    const at = placeOf(index, rows);
    axes[`xaxis${number}`] = axis(at.isLowest(panels.length) ? 'share of the training' : '', {
      anchor: `y${number}`,
      domain: at.x,
      range: [0, 1.02],
      tickformat: '.0%',
    });
    axes[`yaxis${number}`] = axis(index % columns === 0 ? (options.measure ?? '') : '', {
      anchor: `x${number}`,
      domain: at.y,
      range,
      tickformat: '.0%',
    });
    const own = curves.filter((one) => one.panel === panel);
    axes[`legend${number}`] = panelLegend(panel, at);
    for (const [order, curve] of own.entries()) {
      data.push(...traces(curve, lines[order % lines.length], number));
    }
    const start = own[0].points[0];
    if (start?.share === 0) data.push(startLine(start.value, number));
  }
  return {
    data,
    layout: {
      ...baseLayout(options.title ?? 'Learning curves: mean over seeds, with its interval', {
        width: 960,
        height,
      }),
      ...axes,
      margin: { l: 70, r: 30, t: 90, b: 60 },
    },
  };
}

interface Place {
  x: [number, number];
  y: [number, number];
  isLowest(count: number): boolean;
}

function placeOf(index: number, rows: number): Place {
  const column = index % columns;
  const row = Math.floor(index / columns);
  const gap = 0.3 / rows;
  const size = (1 - gap * (rows - 1)) / rows;
  const top = 1 - row * (size + gap);
  return {
    x: column === 0 ? [0, 0.47] : [0.53, 1],
    y: [Math.max(0, top - size), top],
    isLowest: (count) => index + columns >= count,
  };
}

/** The panel's name and arms: colours mean other arms in other panels. */
function panelLegend(panel: string, { x, y }: Place): Record<string, unknown> {
  return {
    title: { text: `<b>${panel}</b>` },
    orientation: 'h',
    x: x[0],
    xanchor: 'left',
    y: y[1],
    yanchor: 'bottom',
  };
}

function traces(
  { arm, points }: ArmCurve,
  style: (typeof lines)[number],
  number: string,
): Record<string, unknown>[] {
  const axes = { xaxis: `x${number}`, yaxis: `y${number}` };
  const x = points.map(({ share }) => share);
  const banded = points.filter(({ low }) => Number.isFinite(low));
  const band = {
    type: 'scatter',
    mode: 'lines',
    x: banded.map(({ share }) => share),
    line: { width: 0, color: style.color },
    hoverinfo: 'skip',
    showlegend: false,
    legendgroup: arm,
    ...axes,
  };
  return [
    ...(banded.length > 1
      ? [
          { ...band, y: banded.map(({ low }) => low) },
          {
            ...band,
            y: banded.map(({ high }) => high),
            fill: 'tonexty',
            fillcolor: style.fill,
          },
        ]
      : []),
    {
      type: 'scatter',
      mode: 'lines+markers',
      name: arm,
      legend: `legend${number}`,
      legendgroup: arm,
      showlegend: true,
      x,
      y: points.map(({ value }) => value),
      line: { color: style.color, width: 2.5, dash: style.dash },
      marker: { color: style.color, size: 6 },
      hovertemplate: `%{x:.0%}: %{y:.1%}<extra>${arm}</extra>`,
      ...axes,
    },
  ];
}

function startLine(value: number, number: string): Record<string, unknown> {
  return {
    type: 'scatter',
    mode: 'lines',
    x: [0, 1.02],
    y: [value, value],
    line: { color: palette.grey, width: 1, dash: 'dot' },
    hoverinfo: 'skip',
    showlegend: false,
    xaxis: `x${number}`,
    yaxis: `y${number}`,
  };
}

/** One range for all panels, so that they can be compared by eye. */
function valueRange(curves: readonly ArmCurve[]): [number, number] {
  const ends = curves
    .flatMap(({ points }) => points.flatMap(({ value, low, high }) => [value, low, high]))
    .filter(Number.isFinite);
  if (ends.length === 0) return [0, 1];
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const room = Math.max(0.02, (high - low) * 0.05);
  return [Math.max(0, low - room), Math.min(1, high + room)];
}
