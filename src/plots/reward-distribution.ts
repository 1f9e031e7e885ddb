/** Which rewards are earned, by what, and how their tiers change over the steps. */
import type { Outcome, Rollout } from '../records.js';
import type { Figure } from './figure.js';
import { axis, baseLayout, palette } from './figure.js';
import { binMiddles, binNames, histogram } from './histogram.js';
import { outcomeMarker, outcomesIn, outcomeTitle } from './outcome-style.js';

/** As much of a rollout as these figures read; one without a reward is left out. */
export type RewardedRollout = Pick<Rollout, 'step' | 'reward' | 'verdict'>;

interface Rewarded {
  step: number;
  reward: number;
  outcome: Outcome;
}

/** More different rewards than this are put in bins. */
const mostTiers = 12;

/** Completions by reward, stacked by what became of them. */
export function rewardDistribution(
  rollouts: Iterable<RewardedRollout>,
  options: { title?: string } = {},
): Figure {
  const rewarded = rewardedOf(rollouts);
  const tiers = [...new Set(rewarded.map(({ reward }) => reward))].sort((a, b) => a - b);
  const isTiered = tiers.length <= mostTiers;
  const bins = histogram(rewarded.map(({ reward }) => reward));
  const places: (string | number)[] = isTiered ? tiers.map(tierName) : binMiddles(bins);
  const names = isTiered ? tiers.map(tierName) : binNames(bins);
  const placeOf = (reward: number): number =>
    isTiered
      ? tiers.indexOf(reward)
      : Math.floor(reward / bins.width + 1e-6) - Math.round(bins.from / bins.width);
  const data = outcomesIn(rewarded.map(({ outcome }) => outcome)).map((outcome) => {
    const counts = places.map(() => 0);
    for (const one of rewarded) if (one.outcome === outcome) counts[placeOf(one.reward)]++;
    return {
      ...{ type: 'bar', name: outcomeTitle(outcome), marker: outcomeMarker(outcome) },
      x: places,
      y: counts,
      customdata: names,
      hovertemplate: `reward %{customdata}: %{y} × ${outcomeTitle(outcome)}<extra></extra>`,
    };
  });
  return {
    data,
    layout: {
      ...baseLayout(options.title ?? `Rewards of ${rewarded.length} completions`, {
        width: 900,
        height: 420,
      }),
      barmode: 'stack',
      bargap: isTiered ? 0.35 : 0.05,
      margin: { l: 80, r: 30, t: 100, b: 60 },
      legend: { ...legendAbove, traceorder: 'normal' },
      xaxis: axis(isTiered ? 'reward' : `reward (bins of ${bins.width})`, {
        showgrid: false,
        ...(isTiered ? { type: 'category' } : {}),
      }),
      yaxis: axis('completions', { rangemode: 'tozero' }),
    },
  };
}

/** Above: mean reward of each step, with the range of the middle 80 %. Below: shares by outcome. */
export function rewardTiers(
  rollouts: Iterable<RewardedRollout>,
  options: { title?: string } = {},
): Figure {
  const rewarded = rewardedOf(rollouts);
  const steps = [...new Set(rewarded.map(({ step }) => step))].sort((a, b) => a - b);
  const byStep = new Map<number, Rewarded[]>(steps.map((step) => [step, []]));
  for (const one of rewarded) byStep.get(one.step)?.push(one);
  const groups = steps.map((step) => byStep.get(step) ?? []);
  const sorted = groups.map((group) => group.map(({ reward }) => reward).sort((a, b) => a - b));
  const means = sorted.map((values) => values.reduce((sum, v) => sum + v, 0) / values.length);
  const edge = { type: 'scatter', mode: 'lines', x: steps, line: { width: 0 }, showlegend: false };
  const stacked = outcomesIn(rewarded.map(({ outcome }) => outcome)).map((outcome) => ({
    ...{ type: 'bar', name: outcomeTitle(outcome), marker: outcomeMarker(outcome) },
    x: steps,
    y: groups.map((group) => group.filter((one) => one.outcome === outcome).length / group.length),
    ...{ xaxis: 'x2', yaxis: 'y2', legend: 'legend2' },
    hovertemplate: `step %{x}: %{y:.1%} ${outcomeTitle(outcome)}<extra></extra>`,
  }));
  return {
    data: [
      { ...edge, y: sorted.map((values) => at(values, 0.1)), hoverinfo: 'skip' },
      {
        ...edge,
        ...{ name: 'middle 80 %', showlegend: true, hoverinfo: 'skip' },
        y: sorted.map((values) => at(values, 0.9)),
        fill: 'tonexty',
        fillcolor: 'rgba(0,114,178,0.16)',
      },
      {
        ...{ type: 'scatter', mode: 'lines+markers', name: 'mean', x: steps, y: means },
        line: { color: palette.blue, width: 2.5 },
        marker: { color: palette.blue, size: 5 },
        hovertemplate: 'step %{x}: %{y:.3f} mean reward<extra></extra>',
      },
      ...stacked,
    ],
    layout: {
      ...baseLayout(options.title ?? 'Rewards and outcomes over the steps', {
        width: 900,
        height: 680,
      }),
      barmode: 'stack',
      bargap: 0.08,
      margin: { l: 80, r: 30, t: 88, b: 60 },
      legend: { ...legendAbove, y: 1 },
      legend2: { ...legendAbove, y: 0.48, traceorder: 'normal' },
      xaxis: axis('', { anchor: 'y', matches: 'x2', showticklabels: false }),
      yaxis: axis('reward', { anchor: 'x', domain: [0.64, 1] }),
      xaxis2: axis('step', { anchor: 'y2', tickformat: 'd' }),
      yaxis2: axis('share of completions', {
        ...{ anchor: 'x2', domain: [0, 0.48], tickformat: '.0%', range: [0, 1] },
      }),
    },
  };
}

const legendAbove = { orientation: 'h', x: 0, xanchor: 'left', y: 1, yanchor: 'bottom' };

function rewardedOf(rollouts: Iterable<RewardedRollout>): Rewarded[] {
  const found: Rewarded[] = [];
  for (const { step, reward, verdict } of rollouts)
    if (typeof reward === 'number' && verdict)
      found.push({ step, reward, outcome: verdict.outcome });
  return found;
}

function tierName(reward: number): string {
  return String(Number(reward.toPrecision(4)));
}

/** Quantile of sorted values, between two of them where it falls there. */
function at(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)];
  return below + (sorted[Math.ceil(place)] - below) * (place - Math.floor(place));
}
