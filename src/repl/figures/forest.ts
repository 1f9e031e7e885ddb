/** Rows with names: points with error bars, one below the other. */
import type { StyledLine } from '../styled.js';
import { line, padEnd, span } from '../styled.js';
import { createCanvas } from './canvas.js';
import type { DrawOptions } from './draw-options.js';
import { columnOf, cut, floorOf, labelWidth } from './frame.js';
import { legendLines } from './legend.js';
import type { Panel } from './read.js';
import { categoriesOf, listOf, nameOf, numbersOf, plainOf, recordOf, textOf } from './read.js';
import { scaleOf } from './scale.js';
import { seriesSign, seriesTone } from './signs.js';

/** Every place of the upright axis is a row of its own, however near it lies to the next. */
export function drawForest(panel: Panel, options: DrawOptions): StyledLine[] {
  const { width, signs } = options;
  const names = categoriesOf(panel.traces, 'y');
  const isNamed = panel.y.kind === 'category';
  const series = panel.traces.map((trace) => {
    const x = numbersOf(trace['x']);
    const error = recordOf(trace['error_x']);
    const up = numbersOf(error['array']);
    const down = error['symmetric'] === false ? numbersOf(error['arrayminus']) : up;
    return {
      name: nameOf(trace),
      x,
      y: isNamed
        ? listOf(trace['y']).map((one) => names.indexOf(textOf(one)))
        : numbersOf(trace['y']),
      low: x.map((value, at) => value - (down[at] ?? NaN)),
      high: x.map((value, at) => value + (up[at] ?? NaN)),
    };
  });
  const ticks = isNamed
    ? names.map((text, value) => ({ value, text: plainOf(text) }))
    : (panel.y.ticks ?? []);
  const places = [...new Set(series.flatMap(({ y }) => y).filter(Number.isFinite))].sort(
    (a, b) => (b - a) * (panel.y.reversed ? -1 : 1),
  );
  const nearest = (place: number): string =>
    [...ticks].sort((a, b) => Math.abs(a.value - place) - Math.abs(b.value - place))[0]?.text ?? '';
  const side = labelWidth(
    ticks.map(({ text }) => text),
    Math.floor(width / 3),
  );
  const field = Math.max(10, width - side - 2);
  const values = series.flatMap(({ x, low, high }) => [...x, ...low, ...high]);
  const scale = scaleOf(
    panel.x,
    panel.x.zeroLine ? [0, ...values] : values,
    Math.floor(field / 12),
  );
  const canvas = createCanvas(field, places.length);
  series.forEach(({ x, y, low, high }, index) => {
    const [tone, sign] = [seriesTone(index), seriesSign(signs.markers, index)];
    x.forEach((value, at) => {
      const row = places.indexOf(y[at]);
      const [from, to] = [columnOf(scale, low[at], field), columnOf(scale, high[at], field)];
      if (Number.isFinite(from) && Number.isFinite(to)) {
        for (let column = from; column <= to; column++)
          canvas.put(column, row, signs.barLine, tone);
        canvas.put(from, row, signs.barEnds[0], tone);
        canvas.put(to, row, signs.barEnds[1], tone);
      }
      if (Number.isFinite(value)) canvas.put(columnOf(scale, value, field), row, sign, tone);
    });
  });
  if (panel.x.zeroLine)
    for (let row = 0; row < places.length; row++)
      canvas.under(columnOf(scale, 0, field), row, signs.down, 'plain');
  const entries = series.map(({ name }, index) => ({
    ...{ name, sign: seriesSign(signs.markers, index), tone: seriesTone(index) },
  }));
  const floor = scale.ticks.map(({ value, text }) => ({ at: columnOf(scale, value, field), text }));
  return [
    ...legendLines(entries.length > 1 ? entries : [], panel.title, width),
    ...canvas.rows().map((row, at) => {
      const label = nearest(places[at]);
      const isNew = at === 0 || nearest(places[at - 1]) !== label;
      return line(
        span(padEnd(isNew ? cut(label, side) : '', side)),
        span(` ${signs.side}`, 'dim'),
        ...row,
      );
    }),
    ...floorOf(field, floor, panel.x.title, side, signs),
  ];
}
