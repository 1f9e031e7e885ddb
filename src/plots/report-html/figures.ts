/** The figures that only the page has. Texts of others are escaped: Plotly reads some tags. */
import type { EvaluationRow } from '../../evaluation/records.js';
import { outcomeOrder } from '../../records.js';
import type { Figure } from '../figure.js';
import { axis, baseLayout, palette } from '../figure.js';
import type { PromptAccuracy } from '../prompt-accuracy.js';
import { visibleText } from '../visible.js';

/** Text that Plotly draws as it is: no tags, no entities, nothing hidden. */
export function plotText(text: string): string {
  return visibleText(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\n', ' ');
}

/** Rows of the grid from top to bottom: the best at the end on top. */
export function gridOrder({ problemIds, accuracy }: PromptAccuracy): number[] {
  const last = accuracy.map((row) => row.filter((value) => value !== null).at(-1) ?? -1);
  const mean = accuracy.map((row) => {
    const seen = row.filter((value) => value !== null);
    return seen.reduce((sum, value) => sum + value, 0) / Math.max(1, seen.length);
  });
  return problemIds
    .map((_, index) => index)
    .sort(
      (a, b) => last[b] - last[a] || mean[b] - mean[a] || (problemIds[a] < problemIds[b] ? -1 : 1),
    );
}

/**
 * Problems × steps, a cell for each that was sampled, with its count as text. `customdata` holds
 * `[problem index, step]`: what a click opens.
 */
export function reportGridFigure(table: PromptAccuracy): Figure {
  const rows = gridOrder(table).reverse();
  const rowHeight = Math.max(3, Math.min(18, Math.floor(6000 / Math.max(1, rows.length))));
  const isLabelled = rowHeight >= 12;
  const hasTexts = isLabelled && table.steps.length <= 24;
  const counts = rows.map((row) =>
    table.steps.map((_, at) => {
      const [share, n] = [table.accuracy[row][at], table.counts[row][at]];
      return share === null ? '' : `${Math.round(share * n)}/${n}`;
    }),
  );
  const label = (row: number): string => plotText(table.problemIds[row]);
  return {
    data: [
      {
        type: 'heatmap',
        x: table.steps.map((_, at) => at),
        y: rows.map((_, at) => at),
        z: rows.map((row) => table.accuracy[row]),
        customdata: rows.map((row) => table.steps.map((step) => [row, step])),
        text: counts,
        hovertext: rows.map((row, at) =>
          table.steps.map(
            (step, column) => `${label(row)}<br>step ${step}: ${counts[at][column]} clean`,
          ),
        ),
        hoverinfo: 'text',
        hoverongaps: false,
        ...(hasTexts ? { texttemplate: '%{text}', textfont: { size: 10 } } : {}),
        zmin: 0,
        zmax: 1,
        colorscale: 'Cividis',
        xgap: 1,
        ygap: 1,
        colorbar: {
          title: { text: 'clean', side: 'top' },
          tickformat: '.0%',
          thickness: 12,
          len: 300,
          lenmode: 'pixels',
          y: 1,
          yanchor: 'top',
        },
      },
    ],
    layout: {
      ...baseLayout('', { width: 900, height: 90 + rows.length * rowHeight }),
      title: undefined,
      margin: { l: isLabelled ? 230 : 40, r: 20, t: 40, b: 30 },
      dragmode: false,
      xaxis: axis('step', {
        showgrid: false,
        side: 'top',
        tickmode: 'array',
        ...ticks(table.steps),
      }),
      yaxis: axis('', {
        showgrid: false,
        ticks: '',
        tickfont: { size: 10 },
        range: [-0.5, rows.length - 0.5],
        showticklabels: isLabelled,
        tickmode: 'array',
        tickvals: rows.map((_, at) => at),
        ticktext: rows.map((row) => clipped(label(row), 36)),
      }),
    },
  };
}

/** At most some twenty of the steps are named. */
function ticks(steps: readonly number[]): { tickvals: number[]; ticktext: string[] } {
  const every = Math.max(1, Math.ceil(steps.length / 20));
  const tickvals = steps.map((_, at) => at).filter((at) => at % every === 0);
  return { tickvals, ticktext: tickvals.map((at) => String(steps[at])) };
}

function clipped(text: string, length: number): string {
  return text.length <= length ? text : `…${text.slice(1 - length).replace(/^[^&]{0,5};/, '')}`;
}

/** What became of each sample: the kind of its sanitizer finding where there is one, else its outcome. */
export function sampleKinds(row: EvaluationRow): string[] {
  return row.outcomes.map((outcome, at) => {
    const [kind] = row.findingKinds?.[at] ?? [];
    return outcome === 'runtime_error' && kind !== undefined ? kind : outcome;
  });
}

export interface Flow {
  kinds: string[];
  /** `[before][after]`: samples. */
  counts: number[][];
}

/** From what it was to what it is; sample i of a problem is paired with sample i. */
export function outcomeFlow(
  before: readonly EvaluationRow[],
  after: readonly EvaluationRow[],
): Flow {
  const later = new Map(after.map((row) => [row.problemId, sampleKinds(row)]));
  const pairs = before.flatMap((row) => {
    const to = later.get(row.problemId) ?? [];
    return sampleKinds(row).flatMap((from, at): [string, string][] =>
      to[at] === undefined ? [] : [[from, to[at]]],
    );
  });
  const order: readonly string[] = outcomeOrder;
  const rank = (kind: string): number => {
    const at = order.indexOf(kind);
    // Kinds of findings stand where runtime errors do.
    return at < 0 ? order.indexOf('runtime_error') + 0.5 : at;
  };
  const kinds = [...new Set(pairs.flat())].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const counts = kinds.map((from) =>
    kinds.map((to) => pairs.filter(([a, b]) => a === from && b === to).length),
  );
  return { kinds, counts };
}

/** The flow as a matrix, its numbers written in. */
export function outcomeFlowFigure({ kinds, counts }: Flow): Figure {
  const names = kinds.map(plotText);
  const most = Math.max(1, ...counts.flat());
  return {
    data: [
      {
        type: 'heatmap',
        x: names,
        y: names,
        // The root keeps small numbers from vanishing beside large ones.
        z: counts.map((row) => row.map((count) => (count === 0 ? null : Math.sqrt(count / most)))),
        text: counts.map((row) => row.map((count) => (count === 0 ? '' : String(count)))),
        texttemplate: '%{text}',
        hovertext: counts.map((row, from) =>
          row.map((count, to) => `${count} of ${names[from]} became ${names[to]}`),
        ),
        hoverinfo: 'text',
        hoverongaps: false,
        colorscale: [
          [0, '#e8f1f8'],
          [1, palette.blue],
        ],
        zmin: 0,
        zmax: 1,
        showscale: false,
        xgap: 2,
        ygap: 2,
      },
    ],
    layout: {
      ...baseLayout('', { width: 900, height: 140 + kinds.length * 34 }),
      title: undefined,
      margin: { l: 190, r: 20, t: 90, b: 20 },
      xaxis: axis('after', { side: 'top', type: 'category', showgrid: false, tickangle: -25 }),
      yaxis: axis('before', { type: 'category', autorange: 'reversed', showgrid: false }),
    },
  };
}

/** `[kind][step]`: completions with such a finding, and all completions by step. */
export interface FindingCounts {
  steps: number[];
  completions: number[];
  kinds: { kind: string; counts: number[] }[];
}

const colours = [
  ...[palette.vermilion, palette.blue, palette.orange, palette.green],
  ...[palette.purple, palette.sky, palette.grey],
];
const patterns = ['', '/', '.', 'x', '\\', '-', '+'];

/** Share of completions with each kind of finding, the commonest kinds apart. */
export function findingsFigure({ steps, completions, kinds }: FindingCounts): Figure | null {
  if (kinds.length === 0 || steps.length === 0) return null;
  const total = (counts: readonly number[]): number => counts.reduce((sum, n) => sum + n, 0);
  const sorted = [...kinds].sort((a, b) => total(b.counts) - total(a.counts));
  return {
    data: sorted.slice(0, colours.length).map(({ kind, counts }, at) => ({
      type: 'bar',
      name: plotText(kind),
      x: steps,
      y: counts.map((count, index) => count / Math.max(1, completions[index])),
      // The pattern tells bars apart without their colour.
      marker: { color: colours[at], pattern: { shape: patterns[at], size: 6 } },
      hovertemplate: `step %{x}: %{y:.1%}<extra>${plotText(kind)}</extra>`,
    })),
    layout: {
      ...baseLayout('', { width: 900, height: 420 }),
      title: undefined,
      barmode: 'stack',
      margin: { l: 70, r: 20, t: 20, b: 130 },
      legend: { orientation: 'h', x: 0, y: -0.26, xanchor: 'left', yanchor: 'top' },
      xaxis: axis('step', { tickformat: 'd' }),
      yaxis: axis('findings a completion', { tickformat: '.0%' }),
    },
  };
}
