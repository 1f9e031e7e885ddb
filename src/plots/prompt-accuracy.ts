/** One prompt's accuracy over the steps: what an average over prompts hides. */
import type { Rollout } from '../records.js';
import type { Figure } from './figure.js';
import { axis, baseLayout, palette, stepAxis } from './figure.js';

/** As much of a rollout as these figures read. */
export type AccuracyRollout = Pick<Rollout, 'step' | 'problemId' | 'verdict'>;

export interface PromptAccuracy {
  problemIds: string[];
  steps: number[];
  /** `[problem][step]`: share of scorable completions that are clean; `null` where none was sampled. */
  accuracy: (number | null)[][];
  /** `[problem][step]`: scorable completions. */
  counts: number[][];
}

/** Accuracy of every prompt at every step, prompts in order of first appearance. */
export function promptAccuracy(rollouts: Iterable<AccuracyRollout>): PromptAccuracy {
  const problems = new Map<string, Map<number, { clean: number; n: number }>>();
  const steps = new Set<number>();
  for (const { step, problemId, verdict } of rollouts) {
    if (!verdict || verdict.outcome === 'sandbox_error') continue;
    steps.add(step);
    const row = problems.get(problemId) ?? new Map<number, { clean: number; n: number }>();
    problems.set(problemId, row);
    const cell = row.get(step) ?? { clean: 0, n: 0 };
    row.set(step, cell);
    cell.n++;
    if (verdict.outcome === 'clean') cell.clean++;
  }
  const stepList = [...steps].sort((a, b) => a - b);
  const rows = [...problems.values()];
  return {
    problemIds: [...problems.keys()],
    steps: stepList,
    accuracy: rows.map((row) =>
      stepList.map((step) => {
        const cell = row.get(step);
        return cell ? cell.clean / cell.n : null;
      }),
    ),
    counts: rows.map((row) => stepList.map((step) => row.get(step)?.n ?? 0)),
  };
}

/**
 * Grid of prompts × steps. A prompt is not sampled at every step, so a cell keeps its colour until
 * the prompt comes up again; hovering tells at which step it was measured.
 */
export function promptAccuracyGrid(
  table: PromptAccuracy,
  options: { title?: string } = {},
): Figure {
  const rows = table.problemIds
    .map((problemId, index) => ({ problemId, ...holdLast(table, index) }))
    .sort((a, b) => a.last - b.last || a.mean - b.mean || (a.problemId < b.problemId ? 1 : -1));
  const height = Math.min(1600, Math.max(320, 160 + rows.length * 9));
  const labelled = rows.length <= 40;
  return {
    data: [
      {
        type: 'heatmap',
        x: table.steps,
        y: rows.map((row) => row.problemId),
        z: rows.map((row) => row.held),
        customdata: rows.map((row) => row.measuredAt),
        zmin: 0,
        zmax: 1,
        colorscale: 'Cividis',
        // Cells drawn smoothed run into each other in some SVG renderers; a gap keeps them apart.
        xgap: 1,
        ygap: 1,
        hoverongaps: false,
        hovertemplate:
          '%{y}<br>step %{x}: %{z:.0%} clean (sampled at step %{customdata})<extra></extra>',
        colorbar: {
          title: { text: 'clean', side: 'top' },
          tickformat: '.0%',
          thickness: 14,
          len: 0.8,
        },
      },
    ],
    layout: {
      ...baseLayout(options.title ?? 'Accuracy of each prompt over the steps', {
        width: 900,
        height,
      }),
      margin: { l: labelled ? 230 : 60, r: 40, t: 60, b: 60 },
      xaxis: stepAxis('step', table.steps, { showgrid: false }),
      yaxis: axis(labelled ? '' : `${rows.length} prompts, best at the end on top`, {
        showgrid: false,
        showticklabels: labelled,
        ticks: labelled ? 'outside' : '',
        tickfont: { size: rows.length <= 16 ? 12 : 9 },
        type: 'category',
        ...(labelled ? { dtick: 1 } : {}),
      }),
    },
  };
}

/** One prompt's accuracy: a point per step in which it was sampled. */
export function promptAccuracyLine(
  table: PromptAccuracy,
  problemId: string,
  options: { title?: string } = {},
): Figure {
  const index = table.problemIds.indexOf(problemId);
  const row = table.accuracy[index] ?? [];
  const points = table.steps
    .map((step, at) => ({ step, value: row[at] ?? null, n: table.counts[index]?.[at] ?? 0 }))
    .filter((point) => point.value !== null);
  return {
    data: [
      {
        type: 'scatter',
        mode: 'lines+markers',
        name: problemId,
        x: points.map((point) => point.step),
        y: points.map((point) => point.value),
        customdata: points.map((point) => point.n),
        line: { color: palette.blue, width: 2 },
        marker: { size: 8 },
        hovertemplate: 'step %{x}: %{y:.0%} of %{customdata} completions<extra></extra>',
      },
    ],
    layout: {
      ...baseLayout(options.title ?? `Accuracy of ${problemId}`, { width: 800, height: 380 }),
      showlegend: false,
      xaxis: stepAxis(
        'step',
        points.map(({ step }) => step),
      ),
      yaxis: axis('clean completions', { tickformat: '.0%', range: [-0.03, 1.03] }),
    },
  };
}

function holdLast(
  table: PromptAccuracy,
  index: number,
): { held: (number | null)[]; measuredAt: (number | null)[]; last: number; mean: number } {
  let value: number | null = null;
  let at: number | null = null;
  const held: (number | null)[] = [];
  const measuredAt: (number | null)[] = [];
  table.accuracy[index].forEach((accuracy, position) => {
    if (accuracy !== null) {
      value = accuracy;
      at = table.steps[position];
    }
    held.push(value);
    measuredAt.push(at);
  });
  const seen = table.accuracy[index].filter((accuracy) => accuracy !== null);
  const mean = seen.reduce((sum, accuracy) => sum + accuracy, 0) / Math.max(1, seen.length);
  return { held, measuredAt, last: value ?? 0, mean };
}
