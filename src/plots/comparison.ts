/** Figures of comparisons: what differs by how much, lengths, and kinds of findings. */
import type { Analysis, ArmComparison, ArmsComparison, KindChange } from '../evaluation/index.js';
import { armDifferences } from './arm-differences.js';
import type { Figure } from './figure.js';
import { axis, baseLayout, palette } from './figure.js';
import { outcomeTitle } from './outcome-style.js';
import { outcomeFlowFigure } from './report-html/figures.js';

/** Every rate of every comparison as a dot with its interval, the single runs as rings. */
export function comparisonForest(
  { comparisons }: ArmsComparison,
  titles: Readonly<Record<string, string>>,
): Figure {
  const differences = comparisons.flatMap(({ second, measures }) =>
    measures.map(({ measure, difference, bySeed }) => ({
      label: `${comparisons.length > 1 ? `${second}: ` : ''}${titles[measure] ?? measure}`,
      ...difference,
      bySeed: bySeed.length > 1 ? bySeed : [],
    })),
  );
  const figure = armDifferences(differences, {
    title: `Change from ${comparisons[0].first}`,
    measure: 'change, with its interval',
  });
  // 0 is the line to compare with: it is always in sight.
  const ends = differences.flatMap(({ low, high, bySeed }) => [low, high, ...bySeed]);
  const known = [0, ...ends.filter(Number.isFinite)];
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const room = 0.04 * Math.max(most - least, 0.01);
  const { xaxis } = figure.layout;
  return {
    ...figure,
    layout: {
      ...figure.layout,
      xaxis: { ...(xaxis as Record<string, unknown>), range: [least - room, most + room] },
    },
  };
}

/** Samples by outcome of the first (rows) and of the second (columns). */
export function comparisonFlow({
  flow,
  first,
  second,
}: Pick<ArmComparison, 'flow' | 'first' | 'second'>): Figure {
  const { data, layout } = outcomeFlowFigure({
    kinds: flow.outcomes.map(outcomeTitle),
    counts: flow.counts,
  });
  const { xaxis, yaxis } = layout as Record<'xaxis' | 'yaxis', Record<string, unknown>>;
  return {
    data,
    layout: {
      ...layout,
      ...baseLayout(`Outcomes: ${first} (rows) → ${second} (columns)`, {
        width: 900,
        height: 170 + flow.outcomes.length * 34,
      }),
      margin: { l: 140, r: 60, t: 120, b: 20 },
      // Two words in two lines: next to each other they would be turned, and reach the title.
      xaxis: {
        ...xaxis,
        title: undefined,
        tickangle: 0,
        tickvals: flow.outcomes.map(outcomeTitle),
        ticktext: flow.outcomes.map((outcome) => outcomeTitle(outcome).replaceAll(' ', '<br>')),
      },
      yaxis: { ...yaxis, title: undefined },
    },
  };
}

/** How long completions are on both sides: shares of them by length, in bins of the same width. */
export function lengthsFigure(
  first: Pick<Analysis, 'lengths'>,
  second: Pick<Analysis, 'lengths'>,
  names: readonly [string, string] = ['before', 'after'],
): Figure {
  const all = [...first.lengths.values, ...second.lengths.values];
  const longest = all.reduce((most, value) => Math.max(most, value), 1);
  const width = Math.max(1, Math.ceil((longest + 1) / 30));
  const bins = Math.ceil((longest + 1) / width);
  const series = ({ lengths }: Pick<Analysis, 'lengths'>, name: string, color: string) => {
    const counts = new Array<number>(bins).fill(0);
    for (const value of lengths.values) counts[Math.floor(value / width)]++;
    return {
      ...{ type: 'bar', name, marker: { color } },
      x: counts.map((_, bin) => (bin + 0.5) * width),
      y: counts.map((count) => count / Math.max(1, lengths.values.length)),
      hovertemplate: `%{y:.1%} around %{x:.0f} tokens<extra>${name}</extra>`,
    };
  };
  return {
    data: [series(first, names[0], palette.orange), series(second, names[1], palette.blue)],
    layout: {
      ...baseLayout('Lengths of completions', { width: 900, height: 380 }),
      barmode: 'group',
      bargap: 0.15,
      legend: { orientation: 'h', x: 1, xanchor: 'right', y: 1.02, yanchor: 'bottom' },
      xaxis: axis(`tokens, bins of ${width}`, { range: [0, bins * width] }),
      yaxis: axis('share of completions', { tickformat: '.0%' }),
    },
  };
}

/** Samples with each kind of finding on both sides, those most changed on top. */
export function kindsFigure(
  kinds: readonly KindChange[],
  names: readonly [string, string] = ['before', 'after'],
): Figure {
  const rows = kinds.slice(0, 20).reverse();
  const series = (side: 'first' | 'second', name: string, color: string) => ({
    ...{ type: 'bar', orientation: 'h', name, marker: { color } },
    x: rows.map((row) => row[side]),
    y: rows.map(({ kind }) => kind),
    hovertemplate: `%{x} samples with %{y}<extra>${name}</extra>`,
  });
  return {
    // Of grouped bars plotly draws the first one lowest.
    data: [series('second', names[1], palette.blue), series('first', names[0], palette.orange)],
    layout: {
      ...baseLayout('Findings', { width: 900, height: 170 + 36 * rows.length }),
      margin: { l: 260, r: 30, t: 80, b: 60 },
      barmode: 'group',
      legend: {
        ...{ orientation: 'h', x: 1, xanchor: 'right', y: 1.02, yanchor: 'bottom' },
        traceorder: 'reversed',
      },
      xaxis: axis('samples', { rangemode: 'tozero' }),
      yaxis: axis('', { showgrid: false, type: 'category' }),
    },
  };
}
