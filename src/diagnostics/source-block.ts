import { byteColumnOf } from './columns.js';

/**
 * The source lines that g++ quotes below a finding, with what it draws below each:
 *
 *      12 |   if (n > 1 {
 *         |      ~     ^~
 *         |            )
 */
export interface QuotedLine {
  number: number;
  /** As printed: tabs are blanks. */
  text: string;
  /** Rows of carets and tildes, of labels, of hints. */
  drawn: string[];
}

/** Whether a report's line quotes source or draws below it. */
export function isQuoted(line: string): boolean {
  return /^(\d+|\+{3}|\.{3})? ?\|/.test(line.trimStart());
}

/** The quoted lines from line `from` of a report on. */
export function quotedLines(report: readonly string[], from: number): QuotedLine[] {
  const quoted: QuotedLine[] = [];
  for (let i = from; i < report.length; i++) {
    const source = /^ *(\d+) \|(?: (.*))?$/.exec(report[i]);
    const drawn = /^ +\|(?: (.*))?$/.exec(report[i]);
    if (source !== null)
      quoted.push({ number: Number(source[1]), text: source[2] ?? '', drawn: [] });
    else if (drawn !== null && quoted.length > 0) quoted.at(-1)?.drawn.push(drawn[1] ?? '');
    else if (!isQuoted(report[i])) break;
  }
  return quoted;
}

/** Display columns (from 1, end exclusive) of the caret and the tildes that touch it. */
export function underlined(line: QuotedLine): { caret: number; start: number; end: number } | null {
  const [marks = ''] = line.drawn;
  const caret = marks.indexOf('^');
  if (caret < 0 || !/^[ ~^]*$/.test(marks)) return null;
  let start = caret;
  let end = caret + 1;
  while (marks[start - 1] === '~') start--;
  while (marks[end] === '~') end++;
  return { caret: caret + 1, start: start + 1, end: end + 1 };
}

/** The display column of a hint that reads exactly so, below the marks. */
export function hintColumn(line: QuotedLine, wanted: string): number | null {
  for (const row of line.drawn.slice(1))
    if (row.trim() === wanted) return row.length - row.trimStart().length + 1;
  return null;
}

/**
 * Turns the columns of one report's line into bytes. g++ prints display columns, or bytes under
 * `-fdiagnostics-column-unit=byte`; its caret always stands at the display column, which tells the
 * two apart. The line itself decides how wide its characters are; without it the quoted one does,
 * which has blanks where the source has tabs.
 */
export function columnReader(
  column: number | null,
  quoted: QuotedLine | undefined,
  source: string | null,
  tabStop: number,
): { caret: number | null; toBytes(displayColumn: number): number } {
  const line = source ?? quoted?.text ?? null;
  const toBytes = (display: number): number =>
    line === null ? display : byteColumnOf(line, display, { tabStop });
  if (column === null) return { caret: null, toBytes };
  const drawn = quoted === undefined ? null : underlined(quoted);
  const isBytes = drawn !== null && drawn.caret !== column;
  if (!isBytes) return { caret: toBytes(column), toBytes };
  if (source !== null) return { caret: column, toBytes };
  // Bytes, and no source: what is drawn lies as far from the caret as in the quoted line.
  const caret = toBytes(drawn.caret);
  return { caret: column, toBytes: (display) => column + toBytes(display) - caret };
}
