import type { Figure } from './figure.js';
import { axis, baseLayout, palette } from './figure.js';
import { binMiddles, binNames, histogram } from './histogram.js';

export interface ClipRange {
  /** The range is from 1 − epsilon … */
  epsilon: number;
  /** … to 1 + epsilonHigh. @default epsilon */
  epsilonHigh?: number;
}

/**
 * Tokens by the ratio of their probability now to that at sampling time, on a scale of powers of ten
 * (nearly all lie at 1), with the edges of the clip range. The share outside of it is in the title.
 */
export function ratioHistogram(
  ratios: readonly number[],
  range: ClipRange,
  options: { title?: string } = {},
): Figure {
  const low = 1 - range.epsilon;
  const high = 1 + (range.epsilonHigh ?? range.epsilon);
  const bins = histogram(ratios, { most: 60 });
  const outside = ratios.filter((ratio) => ratio < low || ratio > high).length;
  const share = ((outside / Math.max(1, ratios.length)) * 100).toFixed(2);
  const edge = (x: number): Record<string, unknown> => ({
    ...{ type: 'line', xref: 'x', yref: 'paper', x0: x, x1: x, y0: 0, y1: 1 },
    line: { color: palette.vermilion, width: 1.5, dash: 'dash' },
  });
  const middles = binMiddles(bins);
  const ends = [
    low - bins.width / 2,
    high + bins.width / 2,
    ...middles.map((x) => x - bins.width),
    ...middles.map((x) => x + bins.width),
  ];
  return {
    data: [
      {
        ...{ type: 'bar', name: 'tokens', marker: { color: palette.blue } },
        x: middles,
        y: bins.counts.map((count) => (count === 0 ? null : count)),
        customdata: binNames(bins),
        hovertemplate: 'ratio %{customdata}: %{y} tokens<extra></extra>',
        showlegend: false,
      },
    ],
    layout: {
      ...baseLayout(
        options.title ??
          `Ratios of ${ratios.length} tokens (${share} % outside ${written(low)} to ${written(high)})`,
        { width: 900, height: 400 },
      ),
      bargap: 0.02,
      margin: { l: 80, r: 30, t: 60, b: 60 },
      xaxis: axis('probability now / at sampling time', {
        range: [Math.min(...ends), Math.max(...ends)],
      }),
      yaxis: axis('tokens', { type: 'log', dtick: 1 }),
      shapes: [edge(low), edge(high)],
    },
  };
}

function written(value: number): string {
  return String(Number(value.toFixed(4)));
}
