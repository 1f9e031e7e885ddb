/** Differences with intervals, one below the other. */
import type { Figure } from './figure.js';
import { axis, baseLayout, palette } from './figure.js';

export interface ArmDifference {
  label: string;
  /** Shares. */
  value: number;
  low: number;
  high: number;
  /** Of the single seeds. */
  bySeed: number[];
}

/** The difference as a dot, its interval as a bar, the single seeds as rings; 0 is a line. */
export function armDifferences(
  differences: readonly ArmDifference[],
  options: { title?: string; measure?: string } = {},
): Figure {
  const rows = [...differences].reverse();
  const y = rows.map((_, index) => index);
  return {
    data: [
      {
        type: 'scatter',
        mode: 'markers',
        name: 'single seeds',
        x: rows.flatMap(({ bySeed }) => bySeed),
        y: rows.flatMap(({ bySeed }, index) => bySeed.map(() => index)),
        marker: { color: palette.orange, size: 9, symbol: 'circle-open' },
        hovertemplate: '%{x:+.1%}<extra>one seed</extra>',
      },
      {
        type: 'scatter',
        mode: 'markers',
        name: 'mean with interval',
        x: rows.map(({ value }) => value),
        y,
        marker: { color: palette.blue, size: 11 },
        error_x: {
          type: 'data',
          symmetric: false,
          array: rows.map(({ value, high }) => high - value),
          arrayminus: rows.map(({ value, low }) => value - low),
          color: palette.blue,
          thickness: 2,
        },
        hovertemplate: '%{x:+.1%}<extra>mean</extra>',
      },
    ],
    layout: {
      ...baseLayout(options.title ?? 'Differences, with their intervals', {
        width: 900,
        height: 160 + 34 * rows.length,
      }),
      margin: { l: 230, r: 30, t: 80, b: 60 },
      legend: { orientation: 'h', x: 1, xanchor: 'right', y: 1.02, yanchor: 'bottom' },
      xaxis: axis(options.measure ?? 'difference', {
        tickformat: '+.0%',
        zeroline: true,
        zerolinecolor: palette.black,
        zerolinewidth: 1.5,
      }),
      yaxis: axis('', {
        tickvals: y,
        ticktext: rows.map(({ label }) => label),
        range: [-0.7, rows.length - 0.3],
        showgrid: false,
      }),
    },
  };
}
