import type { Figure } from './figure.js';
import { palette } from './figure.js';
import type { MetricsRow } from './learning-curves.js';
import { stepPanels } from './step-panels.js';

/** Share of tokens whose ratio left the clip range on the side where the clip ends the gradient. */
export function clipCurves(
  rows: readonly MetricsRow[],
  options: { title?: string; window?: number } = {},
): Figure {
  return stepPanels(
    rows,
    [
      {
        title: 'clipped tokens',
        isShare: true,
        fromZero: true,
        curves: [
          { metric: 'clip_ratio/region_mean', label: 'either side', color: palette.black },
          {
            ...{ metric: 'clip_ratio/high_mean', label: 'above 1 + ε', dash: 'dash' },
            color: palette.vermilion,
          },
          {
            ...{ metric: 'clip_ratio/low_mean', label: 'below 1 − ε', dash: 'dot' },
            color: palette.blue,
          },
          { metric: 'policy/clipfrac_avg', label: 'PPO, policy', color: palette.purple },
          {
            ...{ metric: 'val/clipfrac_avg', label: 'PPO, values', dash: 'dash' },
            color: palette.orange,
          },
        ],
      },
      {
        title: 'gradient norm',
        fromZero: true,
        curves: [{ metric: 'grad_norm', label: 'gradient norm', color: palette.green }],
      },
    ],
    { title: 'Clipping', ...options },
  );
}
