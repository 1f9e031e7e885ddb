import type { Figure } from './figure.js';
import { palette } from './figure.js';
import type { MetricsRow } from './learning-curves.js';
import { stepPanels } from './step-panels.js';

/** How far the policy went from its reference, how sure it is, and how long it writes, over the steps. */
export function policyCurves(
  rows: readonly MetricsRow[],
  options: { title?: string; window?: number } = {},
): Figure {
  return stepPanels(
    rows,
    [
      {
        title: 'KL (nats a token)',
        fromZero: true,
        curves: [{ metric: 'kl', label: 'KL to the reference', color: palette.vermilion }],
      },
      {
        title: 'entropy (nats a token)',
        fromZero: true,
        curves: [{ metric: 'entropy', label: 'entropy', color: palette.blue }],
      },
      {
        title: 'length (tokens)',
        fromZero: true,
        curves: [
          { metric: 'completions/mean_length', label: 'mean', color: palette.green },
          {
            ...{ metric: 'completions/max_length', label: 'longest', dash: 'dash' },
            color: palette.orange,
          },
          {
            ...{ metric: 'completions/min_length', label: 'shortest', dash: 'dot' },
            color: palette.purple,
          },
        ],
      },
      {
        title: 'cut off (share)',
        isShare: true,
        fromZero: true,
        curves: [
          { metric: 'completions/clipped_ratio', label: 'cut at the limit', color: palette.black },
        ],
      },
    ],
    { title: 'KL, entropy and length', ...options },
  );
}
