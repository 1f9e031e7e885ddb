import type { Figure } from './figure.js';
import { axis, baseLayout } from './figure.js';
import { plotText } from './report-html/figures.js';
import { seriesLook } from './series-look.js';

export interface PassAtKCurve {
  name: string;
  points: {
    k: number;
    /** Share; `low` and `high` are its interval over problems. */
    value: number;
    low: number;
    high: number;
    /** Problems with at least k samples. */
    problems: number;
  }[];
}

/** pass@k over k, on a scale of doublings: the chance that one of k samples is right. */
export function passAtKCurves(
  curves: readonly PassAtKCurve[],
  options: { title?: string; measure?: string } = {},
): Figure {
  const ks = [...new Set(curves.flatMap(({ points }) => points.map(({ k }) => k)))].sort(
    (a, b) => a - b,
  );
  const data = curves.flatMap(({ name, points }, index) => {
    const { color, fill, dash, symbol } = seriesLook(index);
    const x = points.map(({ k }) => k);
    const edge = {
      ...{ type: 'scatter', mode: 'lines', x, line: { width: 0, color } },
      ...{ hoverinfo: 'skip', showlegend: false },
    };
    const title = plotText(name);
    return [
      { ...edge, y: points.map(({ low }) => low) },
      { ...edge, y: points.map(({ high }) => high), fill: 'tonexty', fillcolor: fill },
      {
        ...{ type: 'scatter', mode: 'lines+markers', name: title, x },
        y: points.map(({ value }) => value),
        customdata: points.map(({ low, high, problems }) => [low, high, problems]),
        line: { color, width: 2.5, dash },
        marker: { color, symbol, size: 8 },
        hovertemplate: `pass@%{x}: %{y:.1%} (%{customdata[0]:.1%} to %{customdata[1]:.1%}, %{customdata[2]} problems)<extra>${title}</extra>`,
      },
    ];
  });
  return {
    data,
    layout: {
      ...baseLayout(options.title ?? 'pass@k, unbiased, with 95 % intervals over problems', {
        width: 800,
        height: 420,
      }),
      margin: { l: 80, r: 30, t: 88, b: 60 },
      showlegend: curves.length > 1,
      legend: {
        ...{ orientation: 'h', x: 0, xanchor: 'left', y: 1, yanchor: 'bottom' },
        traceorder: 'normal',
      },
      xaxis: axis('k (samples)', {
        ...{ type: 'log', tickmode: 'array', tickvals: ks, ticktext: ks.map(String) },
      }),
      yaxis: axis(options.measure ?? 'pass@k', { tickformat: '.0%', rangemode: 'tozero' }),
    },
  };
}
