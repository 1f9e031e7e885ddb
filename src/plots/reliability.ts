import type { CalibrationErrors } from '../rewards/index.js';
import type { Figure } from './figure.js';
import { axis, baseLayout, palette } from './figure.js';
import { seriesLook } from './series-look.js';

export interface Reliability {
  name: string;
  errors: CalibrationErrors;
}

/**
 * Reliability diagram of a discriminator: how often a text was a reference, by the probability that was
 * said. On the diagonal both agree; above it the discriminator is too shy, below it too sure. Bars: how
 * much of all texts (by weight) each probability was said of.
 */
export function reliabilityDiagram(
  sets: readonly Reliability[],
  options: { title?: string } = {},
): Figure {
  const data = sets.flatMap(({ name, errors }, index) => {
    const { color, dash, symbol, pattern } = seriesLook(index);
    const filled = errors.bins.filter(({ texts }) => texts > 0);
    return [
      {
        ...{ type: 'scatter', mode: 'lines+markers' },
        name: `${name} (ECE ${errors.ece.toFixed(3)}, Brier ${errors.brier.toFixed(3)})`,
        x: filled.map(({ probability }) => probability),
        y: filled.map(({ references }) => references),
        customdata: filled.map(({ texts }) => texts),
        line: { color, width: 2, dash },
        marker: { color, symbol, size: 9 },
        hovertemplate: `said %{x:.1%}, came %{y:.1%} of %{customdata} texts<extra>${name}</extra>`,
      },
      {
        ...{ type: 'bar', name, showlegend: false, xaxis: 'x2', yaxis: 'y2' },
        x: errors.bins.map(({ from, to }) => Number(((from + to) / 2).toPrecision(6))),
        y: errors.bins.map(({ weight }) => weight),
        marker: { color, pattern: { shape: pattern, size: 6 } },
        hovertemplate: `around %{x:.0%}: %{y:.1%} of all<extra>${name}</extra>`,
      },
    ];
  });
  return {
    data: [
      {
        ...{ type: 'scatter', mode: 'lines', x: [0, 1], y: [0, 1], name: 'perfect' },
        line: { color: palette.grey, dash: 'dot', width: 1.5 },
        hoverinfo: 'skip',
      },
      ...data,
    ],
    layout: {
      ...baseLayout(options.title ?? 'Calibration of the discriminator', {
        width: 700,
        height: 696,
      }),
      barmode: 'group',
      margin: { l: 80, r: 30, t: 146, b: 60 },
      legend: { orientation: 'h', x: 0, xanchor: 'left', y: 1, yanchor: 'bottom' },
      xaxis: axis('', {
        ...{ anchor: 'y', matches: 'x2', range: [0, 1], tickformat: '.0%', showticklabels: false },
      }),
      yaxis: axis('share of references', {
        ...{ anchor: 'x', domain: [0.3, 1], range: [0, 1.02], tickformat: '.0%' },
      }),
      xaxis2: axis('probability of being a reference', {
        ...{ anchor: 'y2', range: [0, 1], tickformat: '.0%' },
      }),
      yaxis2: axis('share of texts', {
        ...{ anchor: 'x2', domain: [0, 0.22], tickformat: '.0%', rangemode: 'tozero' },
      }),
    },
  };
}
