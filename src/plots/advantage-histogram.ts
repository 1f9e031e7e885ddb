import type { Figure } from './figure.js';
import { axis, baseLayout, palette } from './figure.js';
import { binNames, histogram } from './histogram.js';

export interface AdvantageValues {
  /** One per completion. */
  sequences: readonly number[];
  /** One per token; left out where they say the same. */
  tokens: readonly number[];
}

/**
 * Shares of completions, and of tokens, by advantage. Zero advantages teach nothing: their share is in
 * the title.
 */
export function advantageHistogram(
  { sequences, tokens }: AdvantageValues,
  options: { title?: string } = {},
): Figure {
  // One set of bins for both, so that bars side by side mean the same.
  const { from, width, counts } = histogram([...sequences, ...tokens]);
  const inBins = (values: readonly number[]): number[] => {
    const bins = counts.map(() => 0);
    for (const value of values) {
      const bin = Math.floor(value / width + 1e-6) - Math.round(from / width);
      if (bins[bin] !== undefined) bins[bin]++;
    }
    return bins.map((count) => count / Math.max(1, values.length));
  };
  const names = binNames({ from, width, counts });
  const bars = (name: string, values: readonly number[], color: string, shape: string) => ({
    ...{ type: 'bar', name, marker: { color, pattern: { shape, size: 6 } } },
    x: counts.map((_, bin) => Number((from + (bin + 0.5) * width).toPrecision(12))),
    y: inBins(values),
    customdata: names,
    hovertemplate: `%{customdata}: %{y:.1%} of ${name}<extra></extra>`,
  });
  const zeros = sequences.filter((value) => value === 0).length;
  const share = ((zeros / Math.max(1, sequences.length)) * 100).toFixed(1);
  return {
    data: [
      ...(sequences.length > 0 ? [bars('completions', sequences, palette.blue, '')] : []),
      ...(tokens.length > 0 ? [bars('tokens', tokens, palette.orange, '/')] : []),
    ],
    layout: {
      ...baseLayout(options.title ?? `Advantages (${share} % of completions at exactly 0)`, {
        width: 900,
        height: 400,
      }),
      barmode: 'group',
      bargap: 0.1,
      margin: { l: 80, r: 30, t: 88, b: 60 },
      legend: { orientation: 'h', x: 0, xanchor: 'left', y: 1, yanchor: 'bottom' },
      xaxis: axis(`advantage (bins of ${width})`),
      yaxis: axis('share', { tickformat: '.0%', rangemode: 'tozero' }),
    },
  };
}
