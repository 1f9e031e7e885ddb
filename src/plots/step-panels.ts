/** Metrics over the steps, one panel below the other: each with its own scale and legend. */
import type { Figure } from './figure.js';
import { axis, baseLayout, stepAxis } from './figure.js';
import { drawCurve, meanNote, type Curve, type MetricsRow } from './learning-curves.js';

export interface StepPanel {
  /** Of its axis, with the unit. */
  title: string;
  curves: readonly Curve[];
  /** From 0 to 1. */
  isShare?: boolean;
  /** The axis begins at 0. */
  fromZero?: boolean;
}

const panelHeight = 190;
const gap = 62;
const above = 88;
const below = 60;

/**
 * Panels of which the rows have nothing are left out; dots are the steps, lines their running mean, which
 * the title says where the two differ.
 */
export function stepPanels(
  rows: readonly MetricsRow[],
  panels: readonly StepPanel[],
  options: { title: string; window?: number },
): Figure {
  const window = options.window ?? Math.max(1, Math.round(rows.length / 12));
  const has = ({ metric }: Curve): boolean => rows.some((row) => Number.isFinite(row[metric]));
  const shown = panels
    .map((panel) => ({ ...panel, curves: panel.curves.filter(has) }))
    .filter(({ curves }) => curves.length > 0);
  const plotHeight = shown.length * panelHeight + Math.max(0, shown.length - 1) * gap;
  const steps = rows.map(({ step }) => step);
  const data: Record<string, unknown>[] = [];
  const parts: Record<string, unknown> = {};
  for (const [index, panel] of shown.entries()) {
    const number = index === 0 ? '' : String(index + 1);
    const top = 1 - (index * (panelHeight + gap)) / plotHeight;
    const last = index === shown.length - 1;
    parts[`xaxis${number}`] = stepAxis(last ? 'step' : '', steps, {
      anchor: `y${number}`,
      ...(last ? {} : { matches: `x${shown.length}`, showticklabels: false }),
    });
    parts[`yaxis${number}`] = axis(panel.title, {
      anchor: `x${number}`,
      domain: [Math.max(0, top - panelHeight / plotHeight), top],
      ...(panel.isShare ? { tickformat: '.2~%' } : {}),
      ...(panel.fromZero ? { rangemode: 'tozero' } : {}),
    });
    parts[`legend${number}`] = {
      ...{ orientation: 'h', x: 0, xanchor: 'left', y: top, yanchor: 'bottom' },
    };
    for (const curve of panel.curves)
      for (const trace of drawCurve(rows, curve, index + 1, window, panel.curves.length > 1))
        data.push({ ...trace, legend: `legend${number}`, legendgroup: `${index} ${curve.metric}` });
  }
  return {
    data,
    layout: {
      ...baseLayout(`${options.title}${meanNote(window)}`, {
        width: 900,
        height: plotHeight + above + below,
      }),
      ...parts,
      margin: { l: 80, r: 30, t: above, b: below },
    },
  };
}
