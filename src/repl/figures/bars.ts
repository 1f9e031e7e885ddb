/** Upright bars, side by side or stacked; lying ones where their names are long. */
import type { StyledLine } from '../styled.js';
import { line, padEnd, span, textWidth } from '../styled.js';
import { createCanvas } from './canvas.js';
import type { DrawOptions } from './draw-options.js';
import { cut, floorOf, labelWidth, rowOf, withSide } from './frame.js';
import { legendLines } from './legend.js';
import type { Panel, PlotAxis, Trace } from './read.js';
import { listOf, nameOf, numbersOf, plainOf, textOf } from './read.js';
import { scaleOf, writeNumber } from './scale.js';
import { seriesSign, seriesTone } from './signs.js';

interface BarSeries {
  name: string;
  values: number[];
}

export function drawUprightBars(panel: Panel, options: DrawOptions): StyledLine[] {
  const { width, rows: height, signs } = options;
  const { places, series } = barsOf(panel.traces, 'x');
  const names = places.map((place) => plainOf(textOf(place)));
  const isNamed = panel.x.kind === 'category';
  const tops = panel.stacked ? stackTops(series) : series.flatMap(({ values }) => values);
  const scale = scaleOf(
    { ...panel.y, fromZero: panel.y.kind !== 'log', ...logFloor(panel.y, tops) },
    tops,
    Math.max(3, Math.floor(height / 3)),
  );
  const side = labelWidth(scale.ticks.map(({ text }) => text));
  const field = Math.max(10, width - side - 2);
  const slot = Math.floor(field / Math.max(1, places.length));
  if (isNamed && names.some((name) => textWidth(name) > slot - 1))
    return lyingBars({ ...panel.y, title: '' }, panel.stacked, names, series, options, panel.title);
  const columns = panel.stacked ? 1 : Math.max(1, series.length);
  const gathered = gather(places, series, Math.floor(field / columns));
  const layout = slots(gathered.places.length, columns, field, isNamed);
  const canvas = createCanvas(field, height);
  const base = rowOf(scale, Math.max(0, scale.low), height);
  gathered.places.forEach((_, place) => {
    let below = 0;
    gathered.series.forEach(({ values }, index) => {
      const value = values[place];
      if (!Number.isFinite(value) || (panel.stacked && value <= 0)) return;
      const from = layout.start(place) + (panel.stacked ? 0 : index * layout.bar);
      const [low, high] = panel.stacked ? [below, (below += value)] : [0, value];
      const [tone, fill] = [seriesTone(index), seriesSign(signs.fills, index)];
      const exact = (1 - scale.place(high)) * (height - 1);
      const top = Math.round(exact);
      const bottom =
        panel.stacked && low > 0 ? Math.round((1 - scale.place(low)) * (height - 1)) - 1 : base;
      for (let column = from; column < from + layout.bar; column++) {
        for (let row = Math.max(0, Math.min(top, bottom)); row <= Math.max(top, bottom); row++) {
          if (panel.stacked && row > bottom) continue;
          canvas.put(column, row, fill, tone);
        }
      }
      // What is there but too small to be a row is a dash, not nothing.
      if (!panel.stacked && value !== 0 && top === base)
        for (let column = from; column < from + layout.bar; column++)
          canvas.put(column, base, signs.rising[0], tone);
      if (!panel.stacked && value === 0)
        for (let column = from; column < from + layout.bar; column++)
          canvas.put(column, base, ' ', tone);
    });
  });
  drawEdges(canvas, panel, gathered.places, layout, options);
  const labels = new Map(scale.ticks.map(({ value, text }) => [rowOf(scale, value, height), text]));
  return [
    ...legendLines(legendOf(series, options), panel.title, width),
    ...withSide(canvas.rows(), labels, side, signs),
    ...floorOf(
      field,
      floorTicks(gathered.places, panel, layout, field),
      panel.x.title,
      side,
      signs,
    ),
  ];
}

export function drawLyingBars(panel: Panel, options: DrawOptions): StyledLine[] {
  const { places, series } = barsOf(panel.traces, 'y');
  // The first place is the lowest one.
  const order = places.map((_, at) => at);
  if (!panel.y.reversed) order.reverse();
  const turned = [...series].reverse().map(({ name, values }) => ({
    name,
    values: order.map((at) => values[at]),
  }));
  const names = order.map((at) => plainOf(textOf(places[at])));
  return lyingBars(panel.x, panel.stacked, names, turned, options, panel.title);
}

function lyingBars(
  axis: PlotAxis,
  stacked: boolean,
  names: readonly string[],
  series: readonly BarSeries[],
  options: DrawOptions,
  title: string,
): StyledLine[] {
  const { width, signs } = options;
  const side = labelWidth(names, Math.floor(width / 3));
  const tops = stacked ? stackTops(series) : series.flatMap(({ values }) => values);
  const written = (value: number): string => writeNumber(value, finer(axis.format));
  const numbers = Math.max(4, ...tops.filter(Number.isFinite).map((top) => written(top).length));
  const field = Math.max(8, width - side - 3 - numbers);
  const most = Math.max(...tops.filter(Number.isFinite), axis.range?.[1] ?? 0) || 1;
  const rows = names.flatMap((name, place) => {
    const label = (at: number): StyledLine => [
      span(padEnd(at === 0 ? cut(name, side) : '', side)),
      span(` ${signs.side}`, 'dim'),
    ];
    if (stacked) {
      const total = series.reduce((sum, { values }) => sum + (values[place] || 0), 0);
      let done = 0;
      const parts = series.map(({ values }, index) => {
        const from = Math.round((done / most) * field);
        done += values[place] || 0;
        const length = Math.round((done / most) * field) - from;
        return span(seriesSign(signs.fills, index).repeat(length), seriesTone(index));
      });
      return [line(...label(0), ...parts, span(` ${written(total)}`, 'dim'))];
    }
    return series.map(({ values }, index) => {
      const value = values[place];
      if (!Number.isFinite(value)) return line(...label(index), span(' no value', 'dim'));
      const length = Math.max(0, Math.round((value / most) * field));
      const fill = seriesSign(signs.fills, index).repeat(length);
      const thin = length === 0 && value > 0 ? signs.lengthening[0] || '.' : '';
      return line(
        ...label(index),
        span(fill + thin, seriesTone(index)),
        span(` ${written(value)}`, 'dim'),
      );
    });
  });
  return [
    ...legendLines(legendOf(series, options), title, width),
    ...rows,
    ...(axis.title === ''
      ? []
      : [line(span(`${' '.repeat(side + 2)}${cut(axis.title, field)}`, 'dim'))]),
  ];
}

function barsOf(
  traces: readonly Trace[],
  side: 'x' | 'y',
): { places: (string | number)[]; series: BarSeries[] } {
  const bars = traces.filter((trace) => trace['type'] === 'bar');
  const all = bars.flatMap((trace) => listOf(trace[side])) as (string | number)[];
  const places = [...new Set(all)];
  if (places.every((place) => typeof place === 'number'))
    places.sort((a, b) => Number(a) - Number(b));
  return {
    places,
    series: bars.map((trace) => {
      const own = listOf(trace[side]);
      const values = numbersOf(trace[side === 'x' ? 'y' : 'x']);
      return {
        name: nameOf(trace),
        values: places.map((place) => values[own.indexOf(place)] ?? NaN),
      };
    }),
  };
}

function stackTops(series: readonly BarSeries[]): number[] {
  const places = series[0]?.values.length ?? 0;
  return Array.from({ length: places }, (_, at) =>
    series.reduce((sum, { values }) => sum + (Number.isFinite(values[at]) ? values[at] : 0), 0),
  );
}

/** A bar on a logarithmic axis begins below the smallest value, not at 0. */
function logFloor(axis: PlotAxis, values: readonly number[]): Partial<PlotAxis> {
  if (axis.kind !== 'log' || axis.range) return {};
  const known = values.filter((value) => value > 0);
  if (known.length === 0) return {};
  return { range: [10 ** Math.floor(Math.log10(Math.min(...known)) - 0.01), Math.max(...known)] };
}

/** More places than columns: neighbours are drawn as their mean. */
function gather(
  places: readonly (string | number)[],
  series: readonly BarSeries[],
  most: number,
): { places: (string | number)[]; series: BarSeries[] } {
  const every = Math.ceil(places.length / Math.max(1, most));
  if (every <= 1) return { places: [...places], series: [...series] };
  const starts = places.map((_, at) => at).filter((at) => at % every === 0);
  return {
    places: starts.map((at) => places[at]),
    series: series.map(({ name, values }) => ({
      name,
      values: starts.map((at) => {
        const own = values.slice(at, at + every).filter(Number.isFinite);
        return own.reduce((sum, value) => sum + value, 0) / own.length;
      }),
    })),
  };
}

interface Slots {
  /** Columns of one bar. */
  bar: number;
  start(place: number): number;
  middle(place: number): number;
}

/** Where bars stand: as wide as there is room for, with a gap between places where there is. */
function slots(places: number, columns: number, field: number, isNamed: boolean): Slots {
  const slot = Math.max(1, Math.floor(field / Math.max(1, places)));
  const hasGap = slot > columns;
  const bar = Math.max(
    1,
    Math.floor((hasGap && (isNamed || slot > columns + 1) ? slot - 1 : slot) / columns),
  );
  const wide = Math.min(bar, 8);
  const start = (place: number): number => place * slot + Math.floor((slot - wide * columns) / 2);
  return {
    bar: wide,
    start,
    middle: (place) => start(place) + Math.floor((wide * columns - 1) / 2),
  };
}

function floorTicks(
  places: readonly (string | number)[],
  { x }: Panel,
  layout: Slots,
  field: number,
): { at: number; text: string }[] {
  if (x.kind === 'category')
    return places.map((place, at) => ({ at: layout.middle(at), text: plainOf(textOf(place)) }));
  const numbers = places.map(Number);
  const step = numbers.length > 1 ? Math.abs(numbers[1] - numbers[0]) : 0;
  const every = Math.max(1, Math.ceil((places.length * 9) / field));
  return numbers
    .map((value, at) => ({ at: layout.middle(at), text: writeNumber(value, x.format, step) }))
    .filter((_, at) => at % every === 0);
}

/** Lines across at places of the level axis, between bars. */
function drawEdges(
  canvas: ReturnType<typeof createCanvas>,
  { marks }: Panel,
  places: readonly (string | number)[],
  layout: Slots,
  { signs }: DrawOptions,
): void {
  const numbers = places.map(Number);
  for (const { axis, at } of marks) {
    if (axis !== 'x') continue;
    const next = numbers.findIndex((value) => value >= at);
    if (next < 0 || numbers[0] > at) continue;
    const column = layout.start(next);
    for (let row = 0; row < canvas.height; row++) canvas.under(column, row, signs.down, 'warn');
  }
}

function legendOf(
  series: readonly BarSeries[],
  { signs }: DrawOptions,
): { name: string; sign: string; tone: ReturnType<typeof seriesTone> }[] {
  if (series.length < 2) return [];
  return series.map(({ name }, index) => ({
    name,
    sign: seriesSign(signs.fills, index),
    tone: seriesTone(index),
  }));
}

/** A number beside a bar may be one digit finer than on an axis. */
function finer(format: string): string {
  return format.replace('.0%', '.1%');
}
