import type { Figure } from './figure.js';
import { axis, baseLayout, palette } from './figure.js';
import { drawCurve, learningCurves, type Curve, type MetricsRow } from './learning-curves.js';

interface Panel {
  title: string;
  curves: Curve[];
  /** From 0 to 1: a share. */
  isShare?: boolean;
}

/** What a training on a fixed set tells, most telling first. */
const panels: readonly Panel[] = [
  {
    title: 'loss',
    curves: [
      { metric: 'loss', label: 'training loss', color: palette.blue },
      { metric: 'eval_loss', label: 'held-out loss', color: palette.vermilion, dash: 'dash' },
    ],
  },
  {
    title: 'told apart',
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
    title: 'nats',
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
  const window = options.window ?? Math.max(1, Math.round(rows.length / 12));
  const has = ({ metric }: Curve): boolean => rows.some((row) => Number.isFinite(row[metric]));
  const shown = panels.filter(({ curves }) => curves.some(has)).slice(0, 3);
  const height = 1 / Math.max(1, shown.length);
  const suffix = (index: number): string => (index === 0 ? '' : String(index + 1));
  const axes = shown.flatMap(({ title, isShare }, index): [string, unknown][] => {
    const top = 1 - index * height;
    const last = index === shown.length - 1;
    return [
      [
        `xaxis${suffix(index)}`,
        axis(last ? 'step' : '', {
          anchor: `y${suffix(index)}`,
          tickformat: 'd',
          ...(last ? {} : { matches: `x${suffix(shown.length - 1)}`, showticklabels: false }),
        }),
      ],
      [
        `yaxis${suffix(index)}`,
        axis(title, {
          domain: [top - height + (last ? 0 : 0.05), top - 0.01],
          ...(isShare ? { tickformat: '.0%' } : {}),
        }),
      ],
    ];
  });
  return {
    data: shown.flatMap(({ curves }, index) =>
      curves
        .filter(has)
        .flatMap((curve) => drawCurve(rows, curve, (index + 1) as 1 | 2 | 3, window, true)),
    ),
    layout: {
      ...baseLayout(options.title ?? 'Learning curves (dots: steps, lines: running mean)', {
        width: 900,
        height: 190 + 220 * shown.length,
      }),
      legend: { orientation: 'h', x: 0, y: -0.26 / shown.length, xanchor: 'left', yanchor: 'top' },
      margin: { l: 70, r: 30, t: 60, b: 130 },
      ...Object.fromEntries(axes),
    },
  };
}
