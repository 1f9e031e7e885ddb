import type { Figure } from './figure.js';
import { palette } from './figure.js';
import { learningCurves, type Curve, type MetricsRow } from './learning-curves.js';
import { stepPanels, type StepPanel } from './step-panels.js';

/** What a training on a fixed set tells, most telling first. */
const panels: readonly StepPanel[] = [
  {
    title: 'loss',
    curves: [
      { metric: 'loss', label: 'training loss', color: palette.blue },
      { metric: 'eval_loss', label: 'held-out loss', color: palette.vermilion, dash: 'dash' },
    ],
  },
  {
    title: 'pairs told apart',
    isShare: true,
    curves: [
      { metric: 'rewards/accuracies', label: 'better side preferred', color: palette.green },
      {
        metric: 'eval_rewards/accuracies',
        label: 'held out, preferred',
        color: palette.orange,
        dash: 'dash',
      },
    ],
  },
  {
    title: 'implicit reward (nats)',
    curves: [
      { metric: 'rewards/chosen', label: 'reward, better side', color: palette.sky },
      { metric: 'rewards/rejected', label: 'reward, worse side', color: palette.purple },
      { metric: 'rewards/margins', label: 'margin', color: palette.green, dash: 'dash' },
    ],
  },
  {
    title: 'share of completions',
    isShare: true,
    curves: [
      { metric: 'eval_fully_clean_rate', label: 'held out, fully clean', color: palette.green },
    ],
  },
  {
    title: 'gradient norm',
    curves: [{ metric: 'grad_norm', label: 'gradient norm', color: palette.orange, dash: 'dot' }],
  },
];

/**
 * The curves of a run, whatever its method: `learningCurves` where completions were sampled and
 * rewarded, else loss, preference and held-out figures, as far as the rows have them.
 */
export function trainingCurves(
  rows: readonly MetricsRow[],
  options: { title?: string; window?: number } = {},
): Figure {
  if (rows.some((row) => 'reward' in row)) return learningCurves(rows, options);
  const has = ({ metric }: Curve): boolean => rows.some((row) => Number.isFinite(row[metric]));
  return stepPanels(rows, panels.filter(({ curves }) => curves.some(has)).slice(0, 3), {
    title: 'Learning curves',
    ...options,
  });
}
