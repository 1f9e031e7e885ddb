/** The rates before and after, each with its interval. */
import type { Comparison, RateName } from '../evaluation/records.js';
import type { Figure } from './figure.js';
import { axis, baseLayout, palette } from './figure.js';

const rateLabels: Record<RateName, string> = {
  compile_rate: 'compiles',
  sanitizer_clean_rate: 'no sanitizer finding',
  test_pass_rate: 'passes all tests',
  fully_clean_rate: 'fully clean',
};

/** Two points with 95 % intervals for each rate, `before` above `after`. */
export function beforeAfterFigure(
  comparison: Comparison,
  options: { title?: string } = {},
): Figure {
  const names = (Object.keys(rateLabels) as RateName[]).reverse();
  const series = (when: 'before' | 'after', color: string, symbol: string, shift: number) => ({
    type: 'scatter',
    mode: 'markers',
    name: when,
    x: names.map((name) => comparison[name][when].value),
    y: names.map((_, index) => index + shift),
    marker: { color, size: 12, symbol },
    error_x: {
      type: 'data',
      symmetric: false,
      array: names.map((name) => comparison[name][when].high - comparison[name][when].value),
      arrayminus: names.map((name) => comparison[name][when].value - comparison[name][when].low),
      color,
      thickness: 2,
    },
    hovertemplate: '%{x:.1%}<extra>' + when + '</extra>',
  });
  return {
    data: [
      series('before', palette.orange, 'circle-open', 0.13),
      series('after', palette.blue, 'circle', -0.13),
    ],
    layout: {
      ...baseLayout(options.title ?? 'Before and after, 95 % intervals', {
        width: 900,
        height: 380,
      }),
      margin: { l: 170, r: 30, t: 60, b: 60 },
      legend: { orientation: 'h', x: 1, xanchor: 'right', y: 1.02, yanchor: 'bottom' },
      xaxis: axis('share of held-out problems', { tickformat: '.0%', range: [0, 1.02] }),
      yaxis: axis('', {
        tickvals: names.map((_, index) => index),
        ticktext: names.map((name) => rateLabels[name]),
        range: [-0.6, names.length - 0.4],
        showgrid: false,
      }),
    },
  };
}
