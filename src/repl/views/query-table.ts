import { visibleText } from '../../plots/visible.js';
import type { QueryResult, QueryValue } from '../../rollouts/index.js';
import type { StyledLine } from '../styled.js';
import { fitLine, line, padEnd, padStart, span, textWidth } from '../styled.js';

const GAP = 2;
/** Below this a column of texts says nothing. */
const LEAST_WIDTH = 8;

/** Rows as a table of the given width; where the columns cannot fit, each row as a block of lines. */
export function queryTable(
  { columns, rows }: Pick<QueryResult, 'columns' | 'rows'>,
  width: number,
): StyledLine[] {
  const cells = rows.map((row) => row.map(cellText));
  const natural = columns.map(({ name }, i) =>
    cells.reduce((most, row) => Math.max(most, textWidth(row[i])), textWidth(name)),
  );
  const isNumber = columns.map(
    (_, i) =>
      rows.some((row) => typeof row[i] === 'number') &&
      rows.every((row) => row[i] === null || typeof row[i] === 'number'),
  );
  const widths = fitWidths(natural, isNumber, width);
  if (widths === null)
    return blocks(
      columns.map(({ name }) => name),
      cells,
      width,
    );
  const lineOf = (texts: readonly string[], tone: 'title' | 'plain'): StyledLine =>
    texts.flatMap((text, i) => {
      const [cut] = fitLine([span(text, tone)], widths[i]);
      const fitted = cut.text === text ? text : `${cut.text}…`;
      const isLast = i === texts.length - 1;
      const padded = isNumber[i]
        ? padStart(fitted, widths[i])
        : isLast
          ? fitted
          : padEnd(fitted, widths[i]);
      return [span(padded, tone), ...(isLast ? [] : [span(' '.repeat(GAP))])];
    });
  return [
    lineOf(
      columns.map(({ name }) => visibleText(name)),
      'title',
    ),
    ...cells.map((row) => lineOf(row, 'plain')),
  ];
}

/** The widest columns of texts give way first; numbers are never cut. `null`: it does not fit. */
function fitWidths(
  natural: readonly number[],
  isNumber: readonly boolean[],
  width: number,
): number[] | null {
  const widths = natural.map((each) => Math.min(each, width));
  let excess = widths.reduce((sum, each) => sum + each + GAP, -GAP) - width;
  for (; excess > 0; excess--) {
    let widest = -1;
    widths.forEach((each, i) => {
      if (!isNumber[i] && each > LEAST_WIDTH && (widest < 0 || each > widths[widest])) widest = i;
    });
    if (widest < 0) return null;
    widths[widest]--;
  }
  return widths;
}

function blocks(names: readonly string[], cells: readonly string[][], width: number): StyledLine[] {
  const longest = Math.max(...names.map(textWidth));
  return cells.flatMap((row, index) => [
    ...(index > 0 ? [line('')] : []),
    line(span(`row ${index + 1}`, 'dim')),
    ...row.map((text, i) =>
      fitLine(line(span(padEnd(names[i], longest + GAP), 'title'), text), width),
    ),
  ]);
}

/** One line, nothing in it that steers a terminal. */
function cellText(value: QueryValue): string {
  if (value === null) return 'null';
  if (typeof value === 'number') return numberText(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return visibleText(text).replaceAll('\n', '⏎').replaceAll('\t', ' ');
}

/** Whole numbers as they are, others with six digits that count. */
function numberText(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
}

/** Rows as CSV (RFC 4180) with a line of names; null is empty, lists and structures are JSON. */
export function queryCsv({ columns, rows }: Pick<QueryResult, 'columns' | 'rows'>): string {
  const field = (value: QueryValue): string => {
    if (value === null) return '';
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns.map(({ name }) => name), ...rows]
    .map((row) => `${row.map(field).join(',')}\n`)
    .join('');
}
