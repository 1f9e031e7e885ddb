import type { Comparison, RateName } from '../evaluation/records.js';
import { armDifferences } from './arm-differences.js';
import type { Figure } from './figure.js';

const labels: Record<RateName, string> = {
  compile_rate: 'compiles',
  sanitizer_clean_rate: 'no sanitizer finding',
  test_pass_rate: 'passes all tests',
  fully_clean_rate: 'fully clean',
};

/** The change of each rate from one evaluation to the next, with its interval over problems. */
export function rateForest(comparison: Comparison, options: { title?: string } = {}): Figure {
  const names = Object.keys(labels) as RateName[];
  const figure = armDifferences(
    names.map((name) => ({ label: labels[name], ...comparison[name], bySeed: [] })),
    {
      title: options.title ?? 'Change after training, with 95 % intervals',
      measure: 'after − before, share of completions',
    },
  );
  const ends = [0, ...names.flatMap((name) => [comparison[name].low, comparison[name].high])];
  const known = ends.filter(Number.isFinite);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const room = 0.06 * Math.max(most - least, 0.01);
  return {
    data: figure.data.filter(({ x }) => !Array.isArray(x) || x.length > 0),
    layout: {
      ...figure.layout,
      height: 330,
      showlegend: false,
      xaxis: {
        ...(figure.layout.xaxis as Record<string, unknown>),
        range: [least - room, most + room],
      },
    },
  };
}
