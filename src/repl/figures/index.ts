/** Figures in a terminal: what a notebook draws with Plotly, as lines of signs. */
import type { Figure } from '../../plots/index.js';
import type { StyledLine } from '../styled.js';
import { fitLine, line, padEnd, padStart, span, textWidth, wrapText } from '../styled.js';
import { sparkline } from '../views/curves.js';
import { drawLyingBars, drawUprightBars } from './bars.js';
import type { DrawOptions } from './draw-options.js';
import { drawForest } from './forest.js';
import { cut } from './frame.js';
import { drawHeat } from './heat.js';
import type { Panel } from './read.js';
import { listOf, nameOf, numbersOf, panelsOf, plainOf, recordOf, titleOf } from './read.js';
import { writeNumber } from './scale.js';
import { asciiSigns, asciiText, blockSigns } from './signs.js';
import { drawTextHeat, isTextHeat } from './text-heat.js';
import { drawXy, hasPoints } from './xy.js';

export interface FigureOptions {
  /** Columns. */
  width: number;
  /**
   * Rows of the fields together; up to 3 is a sparkline for each series. What lists its rows (bars with
   * names, tokens) takes as many as it has.
   * @default 14, or 8 for each of several panels
   */
  rows?: number;
  /** Signs of ASCII alone. @default false */
  ascii?: boolean;
}

/**
 * A figure as lines: title, then each panel with its legend, field and axes. Panels side by side come one
 * below the other. A figure without values says so.
 */
export function figureLines(figure: Figure, options: FigureOptions): StyledLine[] {
  const { ascii = false } = options;
  const width = Math.max(24, options.width);
  const title = plainOf(titleOf(recordOf(figure.layout)));
  const head = title === '' ? [] : wrapText(title, width).map((text) => line(span(text, 'title')));
  const panels = panelsOf(figure).filter(hasValues);
  const body =
    panels.length === 0
      ? [line(span('nothing to draw: the figure holds no values', 'dim'))]
      : options.rows !== undefined && options.rows <= 3
        ? panels.flatMap((panel) => sparks(panel, width))
        : panels.flatMap((panel, at) => {
            const share = Math.floor(
              (options.rows ?? (panels.length > 1 ? 8 * panels.length : 14)) / panels.length,
            );
            const drawn = drawPanel(panel, {
              ...{ width, ascii, rows: Math.max(4, share) },
              signs: ascii ? asciiSigns : blockSigns,
            });
            return at === 0 ? drawn : [line(''), ...drawn];
          });
  const lines = [...head, ...body].map((one) => fitLine(one, width));
  return ascii ? lines.map(inAscii) : lines;
}

function drawPanel(panel: Panel, options: DrawOptions): StyledLine[] {
  const [first] = panel.traces;
  if (first['type'] === 'heatmap')
    return isTextHeat(first) ? drawTextHeat(panel, options) : drawHeat(panel, options);
  const bars = panel.traces.some((trace) => trace['type'] === 'bar');
  const lying = panel.traces.some((trace) => trace['orientation'] === 'h');
  const isForest = panel.y.kind === 'category' || (panel.y.ticks?.length ?? 0) > 0;
  const drawn = bars
    ? lying
      ? drawLyingBars(panel, options)
      : drawUprightBars(panel, options)
    : isForest
      ? drawForest(panel, options)
      : drawXy(panel, options);
  const named = !isForest && !lying && panel.y.title !== '';
  return named ? [line(span(cut(panel.y.title, options.width), 'dim')), ...drawn] : drawn;
}

function hasValues(panel: Panel): boolean {
  return panel.traces.some((trace) => {
    if (trace['type'] === 'heatmap')
      return listOf(trace['z']).some((row) => numbersOf(row).some(Number.isFinite));
    return (
      hasPoints(trace) ||
      numbersOf(trace['x']).some(
        (x, at) => Number.isFinite(x) && typeof listOf(trace['y'])[at] === 'string',
      )
    );
  });
}

/** A row for each line of the panel: name, course, first and last value. */
function sparks({ traces, y }: Panel, width: number): StyledLine[] {
  const shown = traces.filter(
    (trace) => hasPoints(trace) && nameOf(trace) !== '' && recordOf(trace['line'])['width'] !== 0,
  );
  const unnamed = traces
    .filter((trace) => hasPoints(trace) && trace['mode'] !== 'markers')
    .slice(-1);
  return (shown.length > 0 ? shown : unnamed).map((trace) => {
    const values = numbersOf(trace['y']).filter(Number.isFinite);
    const write = (value: number): string => writeNumber(value, y.format.replace('.0%', '.1%'));
    const ends = `${write(values[0])} → ${write(values[values.length - 1])}`;
    const name = cut(
      nameOf(trace) || plainOf(String(trace['name'] ?? y.title)),
      Math.floor(width / 3),
    );
    const side = Math.min(Math.floor(width / 3), Math.max(14, textWidth(name)));
    const room = Math.max(4, width - side - 22);
    return line(
      span(`${padEnd(name, side)} `),
      span(padEnd(sparkline(values, room), room), 'accent'),
      span(padStart(ends, 20), 'dim'),
    );
  });
}

const asciiSparks: Readonly<Record<string, string>> = {
  ...{ '▁': '_', '▂': '.', '▃': '-', '▄': '-', '▅': '=', '▆': '=', '▇': '*', '█': '#' },
};

function inAscii(styled: StyledLine): StyledLine {
  return styled.map(({ text, tone }) =>
    span(asciiText([...text].map((sign) => asciiSparks[sign] ?? sign).join('')), tone),
  );
}
