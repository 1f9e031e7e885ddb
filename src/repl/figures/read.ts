/** A figure as panels of traces with their axes: the few of Plotly's words that our figures use. */
import type { Figure } from '../../plots/index.js';
import { visibleText } from '../../plots/visible.js';

export type Trace = Record<string, unknown>;

export interface PlotAxis {
  title: string;
  kind: 'linear' | 'log' | 'category';
  /** Of a logarithmic axis too in plain values. */
  range: [number, number] | null;
  fromZero: boolean;
  reversed: boolean;
  /** d3's format, as Plotly takes it. */
  format: string;
  /** Named places; `null` where the axis chooses its own. */
  ticks: { value: number; text: string }[] | null;
  /** A line at 0. */
  zeroLine: boolean;
}

export interface Panel {
  x: PlotAxis;
  y: PlotAxis;
  traces: Trace[];
  /** What its legend is headed by. */
  title: string;
  stacked: boolean;
  /** Lines across: at a place of one of the axes. */
  marks: { axis: 'x' | 'y'; at: number }[];
}

/** Panels from top to bottom, then from left to right. */
export function panelsOf({ data, layout }: Figure): Panel[] {
  const byAxes = new Map<string, Trace[]>();
  for (const trace of data) {
    const key = `${textOf(trace['xaxis']) || 'x'} ${textOf(trace['yaxis']) || 'y'}`;
    byAxes.set(key, [...(byAxes.get(key) ?? []), trace]);
  }
  const panels = [...byAxes].map(([key, traces]) => {
    const [x, y] = key.split(' ');
    const [own, other] = [axisOf(layout, y), axisOf(layout, x)];
    return {
      ...{ top: endOf(own['domain']), left: startOf(other['domain']) },
      panel: {
        ...{ x: readAxis(other, traces, 'x'), y: readAxis(own, traces, 'y'), traces },
        title: plainOf(titleOf(recordOf(layout[textOf(traces[0]['legend']) || 'legend']))),
        stacked: layout['barmode'] === 'stack',
        marks: marksOf(layout, x, y),
      },
    };
  });
  const shared = panels.map(({ panel }) => panel.x).findLast(({ title }) => title !== '');
  return panels
    .sort((a, b) => b.top - a.top || a.left - b.left)
    .map(({ panel }) => ({
      ...panel,
      // An axis that is drawn once for several panels is named and written like the last one.
      x:
        panel.x.title === '' && shared
          ? { ...panel.x, title: shared.title, format: shared.format }
          : panel.x,
    }));
}

/** What a trace is called in a legend; empty where it is in none. */
export function nameOf(trace: Trace): string {
  return trace['showlegend'] === false ? '' : plainOf(textOf(trace['name']));
}

/** Text without Plotly's tags, and nothing in it that steers a terminal. */
export function plainOf(text: string): string {
  const bare = text
    .replaceAll(/<br\s*\/?>/g, ' ')
    .replaceAll(/<\/?(b|i|sub|sup|span|em)\b[^<>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
  return visibleText(bare)
    .replaceAll(/[\n\t]/g, ' ')
    .trim();
}

export function titleOf(part: Record<string, unknown>): string {
  const title = part['title'];
  return typeof title === 'string' ? title : textOf(recordOf(title)['text']);
}

export function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) || ArrayBuffer.isView(value)
    ? Array.from(value as ArrayLike<unknown>)
    : [];
}

/** NaN where there is no number. */
export function numbersOf(value: unknown): number[] {
  return listOf(value).map((one) => (typeof one === 'number' && Number.isFinite(one) ? one : NaN));
}

/** The names of a category axis in the order of their first appearance. */
export function categoriesOf(traces: readonly Trace[], side: 'x' | 'y'): string[] {
  return [...new Set(traces.flatMap((trace) => listOf(trace[side]).map(textOf)))];
}

function axisOf(layout: Record<string, unknown>, name: string): Record<string, unknown> {
  return recordOf(layout[`${name[0]}axis${name.slice(1)}`]);
}

function readAxis(
  axis: Record<string, unknown>,
  traces: readonly Trace[],
  side: 'x' | 'y',
): PlotAxis {
  const values = traces.flatMap((trace) => listOf(trace[side]));
  const isNamed = axis['type'] === 'category' || values.some((one) => typeof one === 'string');
  const kind = isNamed ? 'category' : axis['type'] === 'log' ? 'log' : 'linear';
  const [from, to] = numbersOf(axis['range']).map((end) => (kind === 'log' ? 10 ** end : end));
  const tickValues = numbersOf(axis['tickvals']);
  const tickTexts = listOf(axis['ticktext']).map((text) => plainOf(textOf(text)));
  return {
    title: plainOf(titleOf(axis)),
    kind,
    range: Number.isFinite(from) && Number.isFinite(to) ? [from, to] : null,
    fromZero: axis['rangemode'] === 'tozero',
    reversed: axis['autorange'] === 'reversed',
    format: textOf(axis['tickformat']),
    ticks:
      tickValues.length > 0
        ? tickValues.map((value, i) => ({ value, text: tickTexts[i] ?? String(value) }))
        : null,
    zeroLine: axis['zeroline'] === true,
  };
}

function marksOf(layout: Record<string, unknown>, x: string, y: string): Panel['marks'] {
  return listOf(layout['shapes'])
    .map(recordOf)
    .flatMap((shape): Panel['marks'] => {
      const [x0, x1, y0, y1] = numbersOf([shape['x0'], shape['x1'], shape['y0'], shape['y1']]);
      if (shape['type'] !== 'line') return [];
      if (x0 === x1 && shape['xref'] === x) return [{ axis: 'x', at: x0 }];
      return y0 === y1 && shape['yref'] === y ? [{ axis: 'y', at: y0 }] : [];
    });
}

function startOf(domain: unknown): number {
  return numbersOf(domain)[0] ?? 0;
}

function endOf(domain: unknown): number {
  return numbersOf(domain)[1] ?? 1;
}
