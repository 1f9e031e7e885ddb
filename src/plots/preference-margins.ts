import type { Figure } from './figure.js';
import { palette } from './figure.js';
import type { MetricsRow } from './learning-curves.js';
import { stepPanels } from './step-panels.js';

/**
 * What a training on pairs does to each side: the implicit reward β (log π − log π_ref) of the chosen and
 * of the rejected, apart (a margin may grow while both fall), the log-probabilities behind them, and how
 * often the chosen wins.
 */
export function preferenceMargins(
  rows: readonly MetricsRow[],
  options: { title?: string; window?: number } = {},
): Figure {
  return stepPanels(
    rows,
    [
      {
        title: 'implicit reward (nats)',
        curves: [
          { metric: 'rewards/chosen', label: 'chosen', color: palette.blue },
          { metric: 'rewards/rejected', label: 'rejected', color: palette.vermilion, dash: 'dash' },
          { metric: 'rewards/margins', label: 'margin', color: palette.green, dash: 'dot' },
        ],
      },
      {
        title: 'log-probability (nats)',
        curves: [
          { metric: 'logps/chosen', label: 'chosen', color: palette.blue },
          { metric: 'logps/rejected', label: 'rejected', color: palette.vermilion, dash: 'dash' },
        ],
      },
      {
        title: 'chosen preferred',
        isShare: true,
        curves: [
          { metric: 'rewards/accuracies', label: 'training', color: palette.green },
          {
            ...{ metric: 'eval_rewards/accuracies', label: 'held out', dash: 'dash' },
            color: palette.orange,
          },
        ],
      },
    ],
    { title: 'Preference margins', ...options },
  );
}
