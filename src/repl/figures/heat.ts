/** Heat maps: a sign and a tone for each cell, and the scale that they are read by. */
import type { StyledLine, Tone } from '../styled.js';
import { line, padEnd, padStart, span, textWidth } from '../styled.js';
import type { DrawOptions } from './draw-options.js';
import { cut, floorOf, labelWidth } from './frame.js';
import type { Panel, Trace } from './read.js';
import { listOf, numbersOf, plainOf, recordOf, textOf, titleOf } from './read.js';
import { writeNumber } from './scale.js';
import type { Signs } from './signs.js';

/** How a value looks. */
export interface HeatLook {
  sign(value: number): string;
  tone(value: number): Tone;
  legend: StyledLine;
}

export function drawHeat(panel: Panel, options: DrawOptions): StyledLine[] {
  const [trace] = panel.traces;
  const { width, signs } = options;
  const look = heatLook(trace, signs);
  const z = listOf(trace['z']).map((row) => numbersOf(row));
  const texts = listOf(trace['text']).map((row) => listOf(row).map((one) => plainOf(textOf(one))));
  const names = listOf(trace['y']).map((one) => plainOf(textOf(one)));
  const order = z.map((_, at) => at);
  if (!panel.y.reversed) order.reverse();
  // Rows that do not fit are drawn as the mean of neighbours.
  const most = Math.max(options.rows, 16);
  const together = Math.ceil(order.length / most);
  const groups = order
    .filter((_, at) => at % together === 0)
    .map((_, at) => order.slice(at * together, (at + 1) * together));
  const hasNames = together === 1 && panel.y.kind === 'category' && names.length <= most;
  const rowNames = groups.map((rows) => (together === 1 ? names[rows[0]] : ''));
  const side = hasNames || together === 1 ? labelWidth(rowNames, Math.floor(width / 3)) : 4;
  const field = Math.max(8, width - side - 2);
  const columns = z[0]?.length ?? 0;
  const hasTexts = texts.length > 0 && columns * 4 <= field;
  const cell = Math.max(1, Math.min(hasTexts ? 12 : 4, Math.floor(field / Math.max(1, columns))));
  const every = Math.ceil(columns / field);
  const starts = Array.from({ length: columns }, (_, at) => at).filter((at) => at % every === 0);
  const rows = groups.map((group, at): StyledLine => {
    const cells = starts.map((start) => {
      const own = group
        .flatMap((row) => z[row].slice(start, start + every))
        .filter(Number.isFinite);
      if (own.length === 0) return span(' '.repeat(cell));
      const value = own.reduce((sum, one) => sum + one, 0) / own.length;
      const sign = look.sign(value);
      const text = hasTexts ? (texts[group[0]]?.[start] ?? '') : '';
      const drawn = hasTexts
        ? ` ${sign} ${padStart(cut(text, cell - 3), cell - 3)}`
        : sign.repeat(cell);
      return span(cut(drawn, cell), look.tone(value));
    });
    return line(
      span(padStart(cut(rowNames[at], side), side), hasNames ? 'plain' : 'dim'),
      span(` ${signs.side}`, 'dim'),
      ...cells,
    );
  });
  const isHeaded = panel.x.kind === 'category';
  const heads = listOf(trace['x']).map((one) => plainOf(textOf(one)));
  const head = isHeaded
    ? [
        line(
          span(' '.repeat(side + 2)),
          span(heads.map((one) => padEnd(cut(` ${one}`, cell - 1), cell)).join(''), 'dim'),
        ),
      ]
    : [];
  const floor = isHeaded
    ? []
    : floorOf(
        Math.min(field, starts.length * cell),
        starts
          .map((start, at) => ({
            at: at * cell + Math.floor((cell - 1) / 2),
            text: heads[start],
          }))
          .filter((_, at) => at % Math.ceil(8 / cell) === 0),
        panel.x.title,
        side,
        signs,
      );
  const title = plainOf(titleOf(recordOf(trace['colorbar'])));
  const note = together > 1 ? `; each row is the mean of ${together}` : '';
  return [
    ...head,
    ...rows,
    ...floor,
    ...(trace['showscale'] === false
      ? []
      : [
          line(
            span(`${' '.repeat(side + 2)}${title === '' ? '' : `${title}: `}`, 'dim'),
            ...look.legend,
            span(note, 'dim'),
          ),
        ]),
  ].filter((row) => row.some(({ text }) => textWidth(text) > 0));
}

/** Five signs from the least to the most; around a middle five above it and five below. */
export function heatLook(trace: Trace, signs: Signs): HeatLook {
  const all = listOf(trace['z'])
    .flatMap((row) => numbersOf(row))
    .filter(Number.isFinite);
  const known = (name: string): number => (typeof trace[name] === 'number' ? trace[name] : NaN);
  const low = Number.isFinite(known('zmin'))
    ? known('zmin')
    : all.reduce((a, b) => Math.min(a, b), Infinity);
  const high = Number.isFinite(known('zmax'))
    ? known('zmax')
    : all.reduce((a, b) => Math.max(a, b), -Infinity);
  const format = textOf(recordOf(trace['colorbar'])['tickformat']);
  const write = (value: number): string => writeNumber(value, format);
  const middle = known('zmid');
  if (Number.isFinite(middle)) {
    const reach = Math.max(high - middle, middle - low) || 1;
    const level = (value: number): number =>
      value === middle
        ? 0
        : Math.min(5, Math.max(1, Math.ceil((Math.abs(value - middle) / reach) * 5)));
    return {
      sign: (value) =>
        level(value) === 0
          ? signs.faint
          : (value > middle ? signs.above : signs.below)[level(value) - 1],
      tone: (value) => (level(value) === 0 ? 'dim' : value > middle ? 'good' : 'bad'),
      legend: [
        span(signs.below.toReversed().join(''), 'bad'),
        span(` below ${write(middle)} (${write(low)})  ${signs.faint} ${write(middle)}  `, 'dim'),
        span(signs.above.join(''), 'good'),
        span(` above (${write(high)})`, 'dim'),
      ],
    };
  }
  const level = (value: number): number =>
    Math.min(4, Math.max(0, Math.floor(((value - low) / (high - low || 1)) * 5)));
  const tones: readonly Tone[] = ['dim', 'warn', 'warn', 'accent', 'accent'];
  return {
    sign: (value) => signs.shades[level(value)],
    tone: (value) => tones[level(value)],
    legend: [
      span(`${write(low)} `, 'dim'),
      ...signs.shades.map((sign, at) => span(sign.repeat(2), tones[at])),
      span(` ${write(high)}`, 'dim'),
    ],
  };
}
