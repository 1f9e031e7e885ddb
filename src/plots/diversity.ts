import type { Figure } from './figure.js';
import { axis, baseLayout } from './figure.js';
import { seriesLook } from './series-look.js';

export interface DiversityPoint {
  /** A step, or a name such as `before`. */
  at: number | string;
  completions: number;
  /** By the measure's name; a measure is from 0 to 1, `null` where it could not be taken. */
  measures: Readonly<Record<string, number | null>>;
}

/** How different completions are from each other, a line for each measure. */
export function diversityFigure(
  points: readonly DiversityPoint[],
  options: { title?: string } = {},
): Figure {
  const names = [...new Set(points.flatMap(({ measures }) => Object.keys(measures)))];
  const isNumbered = points.every(({ at }) => typeof at === 'number');
  return {
    data: names.map((name, index) => {
      const { color, dash, symbol } = seriesLook(index);
      return {
        ...{ type: 'scatter', mode: 'lines+markers', name, connectgaps: false },
        x: points.map(({ at }) => at),
        y: points.map(({ measures }) => measures[name] ?? null),
        customdata: points.map(({ completions }) => completions),
        line: { color, width: 2.5, dash },
        marker: { color, symbol, size: 7 },
        hovertemplate: `%{x}: %{y:.3f} ${name} of %{customdata} completions<extra></extra>`,
      };
    }),
    layout: {
      ...baseLayout(options.title ?? 'Diversity of completions', { width: 900, height: 460 }),
      margin: { l: 80, r: 30, t: 110, b: 60 },
      legend: { orientation: 'h', x: 0, xanchor: 'left', y: 1, yanchor: 'bottom' },
      xaxis: axis(
        isNumbered ? 'step' : '',
        isNumbered ? { tickformat: 'd' } : { type: 'category' },
      ),
      yaxis: axis('0: all alike, 1: all different', { range: [0, 1.02] }),
    },
  };
}
