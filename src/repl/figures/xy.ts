/** Lines, points, bands and error bars between two axes. */
import type { StyledLine, Tone } from '../styled.js';
import type { Canvas } from './canvas.js';
import { createCanvas, eachOfLine } from './canvas.js';
import type { DrawOptions } from './draw-options.js';
import { columnOf, floorOf, labelWidth, rowOf, withSide } from './frame.js';
import { legendLines } from './legend.js';
import type { Panel, Trace } from './read.js';
import { categoriesOf, listOf, nameOf, numbersOf, plainOf, recordOf, textOf } from './read.js';
import type { Scale } from './scale.js';
import { scaleOf } from './scale.js';
import { seriesSign, seriesTone } from './signs.js';

interface Series {
  trace: Trace;
  name: string;
  x: number[];
  y: number[];
  /** Ends of error bars; NaN where there are none. */
  ends: { low: number[]; high: number[] };
  isLine: boolean;
  isMarked: boolean;
  /** Single steps behind their mean. */
  isFaint: boolean;
  /** An edge of a band, without a line of its own. */
  isEdge: boolean;
  tone: Tone;
  sign: string;
}

export function drawXy(panel: Panel, options: DrawOptions): StyledLine[] {
  const { width, rows: height, signs } = options;
  const series = seriesOf(panel, options);
  const names = panel.x.kind === 'category' ? categoriesOf(panel.traces, 'x').map(plainOf) : null;
  const xAxis = names
    ? { ...panel.x, ticks: names.map((text, value) => ({ value, text })) }
    : panel.x;
  const yScale = scaleOf(
    panel.y,
    series.flatMap(({ y, ends }) => [...y, ...ends.low, ...ends.high]),
    Math.max(3, Math.floor(height / 3)),
  );
  const side = labelWidth(yScale.ticks.map(({ text }) => text));
  const field = Math.max(10, width - side - 2);
  const xScale = scaleOf(
    xAxis,
    series.flatMap(({ x }) => x),
    Math.max(2, Math.floor(field / 12)),
  );
  const canvas = createCanvas(field, height);
  series.forEach((one, at) => {
    if (one.trace['fill'] === 'tonexty' && at > 0)
      drawBand(canvas, one, series[at - 1], xScale, yScale, options);
  });
  drawMarks(canvas, panel, xScale, yScale, options);
  const drawn = series.filter(({ isEdge }) => !isEdge);
  for (const one of drawn.filter(({ isFaint }) => isFaint))
    eachPoint(one, (x, y) =>
      canvas.under(columnOf(xScale, x, field), rowOf(yScale, y, height), signs.faint, 'dim'),
    );
  const firm = drawn.filter(({ isFaint }) => !isFaint);
  for (const one of firm.filter(({ isLine }) => isLine))
    drawLine(canvas, one, xScale, yScale, options);
  firm.forEach((one, at) => {
    drawBars(canvas, one, xScale, yScale, options);
    drawMarkers(canvas, one, { index: at, of: firm.length }, xScale, yScale);
  });
  const labels = new Map(
    yScale.ticks.map(({ value, text }) => [rowOf(yScale, value, height), text]),
  );
  const floor = xScale.ticks.map(({ value, text }) => ({
    at: columnOf(xScale, value, field),
    text,
  }));
  return [
    ...legendLines(legendOf(series), panel.title, width),
    ...withSide(canvas.rows(), labels, side, signs),
    ...floorOf(field, floor, panel.x.title, side, signs),
  ];
}

/** Whether there is anything to draw. */
export function hasPoints(trace: Trace): boolean {
  const x = listOf(trace['x']);
  return numbersOf(trace['y']).some((y, at) => Number.isFinite(y) && x[at] !== undefined);
}

function seriesOf({ traces, x: axis }: Panel, { signs }: DrawOptions): Series[] {
  const names = axis.kind === 'category' ? categoriesOf(traces, 'x') : [];
  // Points behind a line are the line's series.
  const groups = new Map<string, number>();
  let next = 0;
  return traces
    .filter((trace) => trace['type'] !== 'bar')
    .map((trace): Series => {
      const mode = textOf(trace['mode']) || 'lines';
      const marker = recordOf(trace['marker']);
      const isFaint = mode === 'markers' && marker['opacity'] === 0.35;
      const isEdge = recordOf(trace['line'])['width'] === 0;
      const key = textOf(trace['legendgroup']) || textOf(trace['name']) || `trace ${next}`;
      // A band that a legend names has its line's colour, and no sign of a series.
      const index = groups.get(key) ?? (isEdge ? next : next++);
      if (!isEdge) groups.set(key, index);
      const x =
        axis.kind === 'category'
          ? listOf(trace['x']).map((one) => names.indexOf(textOf(one)))
          : numbersOf(trace['x']);
      const y = numbersOf(trace['y']);
      const isGrey = recordOf(trace['line'])['color'] === '#7F7F7F' && mode === 'lines';
      return {
        ...{ trace, name: nameOf(trace), x, y, ends: endsOf(trace, y), isFaint, isEdge },
        isLine: mode.includes('lines') && !isEdge,
        isMarked: mode.includes('markers'),
        tone: isGrey ? 'dim' : seriesTone(index),
        sign: isEdge ? signs.band : seriesSign(signs.markers, index),
      };
    });
}

function endsOf(trace: Trace, y: readonly number[]): { low: number[]; high: number[] } {
  const error = recordOf(trace['error_y']);
  const up = numbersOf(error['array']);
  const down = error['symmetric'] === false ? numbersOf(error['arrayminus']) : up;
  return {
    low: y.map((value, at) => value - (down[at] ?? NaN)),
    high: y.map((value, at) => value + (up[at] ?? NaN)),
  };
}

function eachPoint({ x, y }: Series, visit: (x: number, y: number, at: number) => void): void {
  y.forEach((value, at) => {
    if (Number.isFinite(value) && Number.isFinite(x[at])) visit(x[at], value, at);
  });
}

function drawBand(
  canvas: Canvas,
  upper: Series,
  lower: Series,
  xScale: Scale,
  yScale: Scale,
  { signs }: DrawOptions,
): void {
  const { width, height } = canvas;
  for (let column = 0; column < width; column++) {
    const at = column / Math.max(1, width - 1);
    const [one, other] = [valueAt(lower, at, xScale), valueAt(upper, at, xScale)];
    if (!Number.isFinite(one) || !Number.isFinite(other)) continue;
    const [top, bottom] = [
      rowOf(yScale, Math.max(one, other), height),
      rowOf(yScale, Math.min(one, other), height),
    ];
    for (let row = Math.max(0, top); row <= Math.min(height - 1, bottom); row++)
      canvas.under(column, row, signs.band, 'dim');
  }
}

/** A series between its points; NaN outside and over a gap. */
function valueAt({ x, y }: Series, place: number, scale: Scale): number {
  for (let at = 0; at < x.length; at++) {
    const here = scale.place(x[at]);
    if (Math.abs(here - place) < 1e-9) return y[at];
    const next = at + 1 < x.length ? scale.place(x[at + 1]) : NaN;
    if (here <= place && place <= next)
      return y[at] + ((y[at + 1] - y[at]) * (place - here)) / (next - here || 1);
  }
  return NaN;
}

function drawLine(
  canvas: Canvas,
  { x, y, tone, sign }: Series,
  xScale: Scale,
  yScale: Scale,
  { ascii }: DrawOptions,
): void {
  // Plain signs have one dot a cell.
  const [fineX, fineY] = ascii ? [1, 1] : [2, 4];
  const place = (at: number): [number, number] => [
    columnOf(xScale, x[at], canvas.width * fineX),
    rowOf(yScale, y[at], canvas.height * fineY),
  ];
  for (let at = 0; at + 1 < y.length; at++) {
    const ends = [...place(at), ...place(at + 1)];
    if (!ends.every(Number.isFinite)) continue;
    eachOfLine(place(at), place(at + 1), (column, row) => {
      if (ascii) canvas.put(column, row, sign, tone);
      else canvas.dot(column, row, tone);
    });
  }
}

function drawBars(
  canvas: Canvas,
  series: Series,
  xScale: Scale,
  yScale: Scale,
  { signs }: DrawOptions,
): void {
  eachPoint(series, (x, _, at) => {
    const [low, high] = [series.ends.low[at], series.ends.high[at]];
    if (!Number.isFinite(low) || !Number.isFinite(high)) return;
    const column = columnOf(xScale, x, canvas.width);
    for (
      let row = rowOf(yScale, high, canvas.height);
      row <= rowOf(yScale, low, canvas.height);
      row++
    )
      canvas.put(column, row, signs.barUp, series.tone);
  });
}

/**
 * Markers where points are asked for; on the lines of several series a few, apart from each other, so that
 * the lines are told apart without colours.
 */
function drawMarkers(
  canvas: Canvas,
  series: Series,
  { index, of }: { index: number; of: number },
  xScale: Scale,
  yScale: Scale,
): void {
  const { x, isLine, isMarked, tone, sign } = series;
  const isCrowded = x.length * 3 > canvas.width;
  if (isLine && of === 1 && (!isMarked || isCrowded)) return;
  const every = 12;
  let last = -Infinity;
  eachPoint(series, (pointX, y, at) => {
    const column = columnOf(xScale, pointX, canvas.width);
    const offset = Math.round((every * index) / of);
    if (isLine && (!isMarked || isCrowded)) {
      const isDue = Math.floor((column - offset) / every) > Math.floor((last - offset) / every);
      const isLast = at === x.length - 1 && index === of - 1;
      if (!isDue && !isLast) return;
    }
    last = column;
    canvas.put(column, rowOf(yScale, y, canvas.height), sign, tone);
  });
}

function drawMarks(
  canvas: Canvas,
  { marks, y }: Panel,
  xScale: Scale,
  yScale: Scale,
  { signs }: DrawOptions,
): void {
  const levels = [
    ...(y.zeroLine ? [0] : []),
    ...marks.filter((one) => one.axis === 'y').map(({ at }) => at),
  ];
  for (const level of levels) {
    const row = rowOf(yScale, level, canvas.height);
    for (let column = 0; column < canvas.width; column++)
      canvas.under(column, row, signs.across, 'dim');
  }
  for (const { axis, at } of marks) {
    if (axis !== 'x') continue;
    const column = columnOf(xScale, at, canvas.width);
    for (let row = 0; row < canvas.height; row++) canvas.under(column, row, signs.down, 'dim');
  }
}

/** Each series once; what only marks single steps is not named. */
function legendOf(series: readonly Series[]): { name: string; sign: string; tone: Tone }[] {
  const named = series.filter(({ name, isFaint }) => name !== '' && !isFaint);
  const seen = new Set<string>();
  const entries = named.flatMap(({ name, sign, tone, isEdge }) => {
    if (seen.has(name)) return [];
    seen.add(name);
    return [{ name, sign, tone: isEdge ? ('dim' as const) : tone }];
  });
  return entries.length > 1 ? entries : [];
}
