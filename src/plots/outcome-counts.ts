/** Outcomes of two sets of rollouts, such as the first and the last samples of the same problems. */
import type { Outcome, Verdict } from '../records.js';
import { comparisonFlow } from './comparison.js';
import type { Figure } from './figure.js';
import { axis, baseLayout, palette } from './figure.js';
import { outcomesIn, outcomeTitle } from './outcome-style.js';

/** As much of a rollout as these figures read; one that was not judged is left out. */
export interface JudgedRollout {
  problemId: string;
  verdict?: Pick<Verdict, 'outcome'>;
}

/** Shares of the outcomes, side by side. */
export function outcomeCounts(
  before: Iterable<JudgedRollout>,
  after: Iterable<JudgedRollout>,
  options: { title?: string; names?: readonly [string, string] } = {},
): Figure {
  const { names = ['before', 'after'] } = options;
  const sides = [outcomesOf(before), outcomesOf(after)];
  const outcomes = outcomesIn(sides.flat());
  const looks = [
    { color: palette.orange, pattern: { shape: '/', size: 6 } },
    { color: palette.blue, pattern: { shape: '' } },
  ];
  return {
    data: sides.map((side, index) => {
      const counts = outcomes.map((outcome) => side.filter((one) => one === outcome).length);
      return {
        ...{ type: 'bar', name: `${names[index]} (${side.length})`, marker: looks[index] },
        x: outcomes.map(outcomeTitle),
        y: counts.map((count) => count / Math.max(1, side.length)),
        customdata: counts,
        hovertemplate: `%{x}: %{y:.1%} (%{customdata})<extra>${names[index]}</extra>`,
      };
    }),
    layout: {
      ...baseLayout(options.title ?? 'Outcomes', { width: 900, height: 400 }),
      barmode: 'group',
      bargap: 0.25,
      margin: { l: 80, r: 30, t: 88, b: 60 },
      legend: { orientation: 'h', x: 0, xanchor: 'left', y: 1, yanchor: 'bottom' },
      xaxis: axis('', { type: 'category', showgrid: false }),
      yaxis: axis('share of completions', { tickformat: '.0%', rangemode: 'tozero' }),
    },
  };
}

/** What became of each sample: sample i of a problem is paired with sample i of the same problem. */
export function outcomeFlowOf(
  before: Iterable<JudgedRollout>,
  after: Iterable<JudgedRollout>,
  options: { names?: readonly [string, string] } = {},
): Figure {
  const { names = ['before', 'after'] } = options;
  const later = byProblem(after);
  const pairs = [...byProblem(before)].flatMap(([problemId, from]) => {
    const to = later.get(problemId) ?? [];
    return from.slice(0, to.length).map((outcome, i): [Outcome, Outcome] => [outcome, to[i]]);
  });
  const outcomes = outcomesIn(pairs.flat());
  const counts = outcomes.map((from) =>
    outcomes.map((to) => pairs.filter(([a, b]) => a === from && b === to).length),
  );
  return comparisonFlow({
    flow: { outcomes, counts, unpaired: 0 },
    first: names[0],
    second: names[1],
  });
}

function outcomesOf(rollouts: Iterable<JudgedRollout>): Outcome[] {
  return [...rollouts].flatMap(({ verdict }) => (verdict ? [verdict.outcome] : []));
}

function byProblem(rollouts: Iterable<JudgedRollout>): Map<string, Outcome[]> {
  const found = new Map<string, Outcome[]>();
  for (const { problemId, verdict } of rollouts) {
    if (!verdict) continue;
    const known = found.get(problemId) ?? [];
    found.set(problemId, known);
    known.push(verdict.outcome);
  }
  return found;
}
