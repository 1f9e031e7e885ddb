import type { StyledLine } from '../styled.js';
import { line, padEnd, padStart, span } from '../styled.js';

const eighths = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/**
 * One metric over the steps, in one row: name, sparkline, first and last value. When there are more
 * steps than columns each column is the mean of its steps.
 */
export function sparkRow(
  name: string,
  values: readonly number[],
  width: number,
  write: (value: number) => string,
): StyledLine {
  const last = values[values.length - 1];
  const range = values.length === 0 ? '' : `${write(values[0])} → ${write(last)}`;
  const room = Math.max(8, width - 14 - 20);
  return line(
    padEnd(name, 14),
    span(padEnd(sparkline(values, room), room), 'accent'),
    padStart(range, 20),
  );
}

export function sparkline(values: readonly number[], width: number): string {
  const columns = resample(values, width);
  if (columns.length === 0) return '';
  const low = Math.min(...columns);
  const high = Math.max(...columns);
  const scale = high > low ? 7 / (high - low) : 0;
  return columns
    .map((value) => eighths[scale === 0 ? 3 : Math.round((value - low) * scale)])
    .join('');
}

/**
 * A line over several rows, in eighths of a row, with the largest and smallest value at the side.
 * `ceiling` fixes the top of the axis, so that a share grows towards 100 %.
 */
export function areaChart(
  values: readonly number[],
  options: {
    width: number;
    height: number;
    floor?: number;
    ceiling?: number;
    write: (value: number) => string;
  },
): StyledLine[] {
  const { height, write } = options;
  const side = 9;
  const columns = resample(values, Math.max(1, options.width - side - 2));
  const low = options.floor ?? (columns.length > 0 ? Math.min(...columns) : 0);
  const high = options.ceiling ?? (columns.length > 0 ? Math.max(...columns) : 1);
  const filled = columns.map((value) =>
    Math.max(1, Math.round(((value - low) / (high - low || 1)) * height * 8)),
  );
  return Array.from({ length: height }, (_, row) => {
    const base = (height - 1 - row) * 8;
    const label = row === 0 ? write(high) : row === height - 1 ? write(low) : '';
    const drawn = filled.map((units) => {
      const here = units - base;
      return here <= 0 ? ' ' : eighths[Math.min(8, here) - 1];
    });
    return line(span(`${padStart(label, side)} ┤`, 'dim'), span(drawn.join(''), 'accent'));
  });
}

function resample(values: readonly number[], width: number): number[] {
  const finite = values.filter((value) => Number.isFinite(value));
  if (finite.length <= width) return [...finite];
  return Array.from({ length: width }, (_, column) => {
    const from = Math.floor((column * finite.length) / width);
    const to = Math.max(from + 1, Math.floor(((column + 1) * finite.length) / width));
    return finite.slice(from, to).reduce((sum, value) => sum + value, 0) / (to - from);
  });
}
