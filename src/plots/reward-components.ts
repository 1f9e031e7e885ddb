import type { Rollout } from '../records.js';
import type { Figure } from './figure.js';
import { axis, baseLayout } from './figure.js';
import { plotText } from './report-html/figures.js';
import { seriesLook } from './series-look.js';

export interface RewardComponent {
  name: string;
  /** Of the scores of a step, without the weight; one deviation to each side, within what was scored. */
  points: { step: number; mean: number; low: number; high: number }[];
}

/** The score of every reward function by step, from the rollouts; what is unscorable is left out. */
export function rewardComponentsOf(
  rollouts: Iterable<Pick<Rollout, 'step' | 'rewards'>>,
): RewardComponent[] {
  const scores = new Map<string, Map<number, number[]>>();
  for (const { step, rewards } of rollouts)
    for (const { name, score } of rewards ?? []) {
      if (score === null) continue;
      const steps = scores.get(name) ?? new Map<number, number[]>();
      scores.set(name, steps);
      steps.set(step, [...(steps.get(step) ?? []), score]);
    }
  return [...scores].map(([name, steps]) => ({
    name,
    points: [...steps]
      .sort(([a], [b]) => a - b)
      .map(([step, values]) => ({ step, ...spreadOf(values) })),
  }));
}

/** Mean score of every reward function over the steps, one standard deviation over completions as a band. */
export function rewardComponents(
  components: readonly RewardComponent[],
  options: { title?: string } = {},
): Figure {
  const data = components.flatMap(({ name, points }, index) => {
    const { color, fill, dash, symbol } = seriesLook(index);
    const x = points.map(({ step }) => step);
    const title = plotText(name);
    const edge = {
      ...{ type: 'scatter', mode: 'lines', x, line: { width: 0, color } },
      ...{ hoverinfo: 'skip', showlegend: false, legendgroup: title },
    };
    return [
      { ...edge, y: points.map(({ low }) => low) },
      {
        ...edge,
        y: points.map(({ high }) => high),
        fill: 'tonexty',
        fillcolor: fill,
      },
      {
        ...{ type: 'scatter', mode: 'lines+markers', name: title, legendgroup: title, x },
        y: points.map(({ mean }) => mean),
        customdata: points.map(({ low, high }) => [low, high]),
        line: { color, width: 2.5, dash },
        marker: { color, symbol, size: 5 },
        showlegend: true,
        hovertemplate: `step %{x}: %{y:.3f} (%{customdata[0]:.3f} to %{customdata[1]:.3f})<extra>${title}</extra>`,
      },
    ];
  });
  return {
    data,
    layout: {
      ...baseLayout(options.title ?? 'Reward functions (lines: mean, bands: ± 1 deviation)', {
        width: 900,
        height: 420,
      }),
      margin: { l: 80, r: 30, t: 88, b: 60 },
      legend: { orientation: 'h', x: 0, xanchor: 'left', y: 1, yanchor: 'bottom' },
      xaxis: axis('step', { tickformat: 'd' }),
      yaxis: axis('score'),
    },
  };
}

function spreadOf(values: readonly number[]): { mean: number; low: number; high: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0;
  return {
    mean,
    low: Math.max(Math.min(...values), mean - deviation),
    high: Math.min(Math.max(...values), mean + deviation),
  };
}
