/** Axes around a drawn field. */
import type { StyledLine } from '../styled.js';
import { line, padStart, span, textWidth } from '../styled.js';
import type { Scale } from './scale.js';
import type { Signs } from './signs.js';

/** Columns that the labels of an upright axis take. */
export function labelWidth(labels: readonly string[], most = 12): number {
  return Math.min(most, Math.max(4, ...labels.map(textWidth)));
}

/** Row of a value in a field of `height` rows, the top one 0; NaN outside the scale. */
export function rowOf(scale: Scale, value: number, height: number): number {
  return Math.round((1 - scale.place(value)) * (height - 1));
}

export function columnOf(scale: Scale, value: number, width: number): number {
  return Math.round(scale.place(value) * (width - 1));
}

/** Each row of the field with its label, where one stands there. */
export function withSide(
  rows: readonly StyledLine[],
  labels: ReadonlyMap<number, string>,
  side: number,
  signs: Signs,
): StyledLine[] {
  return rows.map((row, at) => {
    const label = labels.get(at);
    return line(
      span(padStart(cut(label ?? '', side), side), 'dim'),
      span(` ${label === undefined ? signs.side : signs.tick}`, 'dim'),
      ...row,
    );
  });
}

/** The level axis: its line with ticks, their labels (left out where they would touch), its title. */
export function floorOf(
  width: number,
  ticks: readonly { at: number; text: string }[],
  title: string,
  side: number,
  signs: Signs,
): StyledLine[] {
  const cells = Array.from({ length: width }, () => signs.floor);
  const labels = Array.from({ length: width + 1 }, () => ' ');
  let free = 0;
  for (const { at, text } of ticks) {
    if (at < 0 || at >= width) continue;
    const size = textWidth(text);
    const from = Math.max(0, Math.min(width - size, at - Math.floor((size - 1) / 2)));
    if (from < free || size > width) continue;
    cells[at] = signs.floorTick;
    labels.splice(from, size, ...spread(text));
    free = from + size + 1;
  }
  const indent = ' '.repeat(side + 2);
  const named = labels.join('').trimEnd();
  const shown = cut(title, width);
  // The title goes on the line of the labels where there is room behind them.
  const hasRoom = textWidth(named) + 2 + textWidth(shown) <= width;
  const floor = line(span(' '.repeat(side + 1)), span(signs.corner + cells.join(''), 'dim'));
  if (shown === '') return named === '' ? [floor] : [floor, line(span(indent + named, 'dim'))];
  if (hasRoom)
    return [
      floor,
      line(span(indent + named, 'dim'), span(padStart(shown, width - textWidth(named)), 'dim')),
    ];
  return [
    floor,
    line(span(indent + named, 'dim')),
    line(span(indent + padStart(shown, Math.floor((width + textWidth(shown)) / 2)), 'dim')),
  ];
}

/** As much of a text as fits, with `…` where some does not. */
export function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let kept = '';
  for (const character of text) {
    if (textWidth(kept + character) > width - 1) break;
    kept += character;
  }
  return width > 0 ? `${kept}…` : '';
}

/** A wide character takes two cells: the second is left empty. */
function spread(text: string): string[] {
  return [...text].flatMap((character) =>
    textWidth(character) === 2 ? [character, ''] : [character],
  );
}
