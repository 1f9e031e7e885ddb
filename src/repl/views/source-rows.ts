import type { LaidToken, SourceCell } from '../../plots/inspector-layout.js';
import type { Diagnostic } from '../../records.js';
import type { ReachedToken } from '../../rollouts/index.js';
import type { StyledSpan, Tone } from '../styled.js';
import { span, textWidth } from '../styled.js';

export interface SourceHeat {
  tokens: readonly LaidToken[];
  /** What the strip says under a token, as wide as a cell wants it. */
  sign(token: number): string;
  stripTone(token: number): Tone;
  /** Of the token itself. */
  tone(token: number): Tone;
  /** Nothing to tell it from the most: a row of such tokens has no strip. */
  isUsual(token: number): boolean;
}

/** A source line, or a piece of one that is longer than the screen is wide. */
export interface ShownRow {
  /** `null`: it goes on with the line above. */
  number: number | null;
  line: number;
  start: number;
  end: number;
  cells: SourceCell[];
}

/** A row in pieces of at most `room` columns. */
export function wrapRow(
  row: { number: number; start: number; end: number; cells: SourceCell[] },
  room: number,
): ShownRow[] {
  const pieces: SourceCell[][] = [[]];
  let left = room;
  for (const cell of row.cells) {
    const columns = cellColumns(cell);
    if (columns > left && pieces[pieces.length - 1].length > 0) {
      pieces.push([]);
      left = room;
    }
    pieces[pieces.length - 1].push(cell);
    left -= columns;
  }
  return pieces.map((cells, at) => ({
    number: at === 0 ? row.number : null,
    line: row.number,
    start: at === 0 ? row.start : cells[0].start,
    end: at + 1 < pieces.length ? pieces[at + 1][0].start : row.end,
    cells,
  }));
}

function cellText({ kind, text }: SourceCell): string {
  return kind === 'tab' ? '  ' : text;
}

function cellColumns(cell: SourceCell): number {
  return textWidth(cellText(cell));
}

/** The column at which a byte of the row is drawn, from 0. */
export function columnOfByte(row: ShownRow, byte: number): number {
  let column = 0;
  for (const cell of row.cells) {
    if (cell.end > byte) break;
    column += cellColumns(cell);
  }
  return column;
}

/** All rows when they fit, else those around the findings, in order. */
export function visibleRows(
  rows: readonly ShownRow[],
  homes: readonly (ShownRow | null)[],
  limit: number,
): number[] {
  const all = rows.map((_, index) => index);
  if (rows.length <= limit) return all;
  const wanted = all.filter((index) => homes.includes(rows[index]));
  if (wanted.length === 0) return all.slice(0, limit);
  const distance = (index: number): number => Math.min(...wanted.map((w) => Math.abs(w - index)));
  return all
    .sort((a, b) => distance(a) - distance(b) || a - b)
    .slice(0, limit)
    .sort((a, b) => a - b);
}

function tokenAt(reached: readonly ReachedToken[], cell: SourceCell): ReachedToken | undefined {
  if (cell.kind === 'end') return undefined;
  return reached.find((token) => token.start < cell.end && cell.start < token.end);
}

/** The source itself. */
export function paintRow(
  row: ShownRow,
  reached: readonly ReachedToken[],
  heat: SourceHeat | undefined,
): StyledSpan[] {
  return merged(
    row.cells.map((cell) => {
      const token = tokenAt(reached, cell);
      if (heat && cell.kind === 'end') return span(cellText(cell), 'dim');
      if (heat) return span(cellText(cell), cell.token === null ? 'plain' : heat.tone(cell.token));
      const tone = !token ? 'plain' : token.severity === 'error' ? 'mark' : 'warn';
      return span(cellText(cell), tone);
    }),
  );
}

/** The strip under a row; empty where all tokens are the usual ones. */
export function heatRow(row: ShownRow, heat: SourceHeat | undefined): StyledSpan[] {
  if (!heat || row.cells.every(({ token }) => token === null || heat.isUsual(token))) return [];
  const spans = row.cells.map((cell) => {
    const columns = cellColumns(cell);
    if (cell.token === null) return span(' '.repeat(columns));
    return span(heat.sign(cell.token).repeat(columns), heat.stripTone(cell.token));
  });
  return merged(spans);
}

/** `^~~` under the tokens that a finding reached; empty where there are none. */
export function markRow(row: ShownRow, reached: readonly ReachedToken[]): StyledSpan[] {
  const spans: StyledSpan[] = [];
  let before: ReachedToken | undefined;
  for (const cell of row.cells) {
    const token = tokenAt(reached, cell);
    const sign = !token ? ' ' : token.token === before?.token ? '~' : '^';
    const tone: Tone = !token ? 'plain' : severityTone(token.severity);
    before = token;
    const columns = cellColumns(cell);
    const text = sign + (token ? '~' : ' ').repeat(Math.max(0, columns - 1));
    spans.push({ text: text.slice(0, columns), tone });
  }
  return spans.some((each) => each.tone !== 'plain') ? spans : [];
}

/** `▲` under the token that someone points at; empty where it is in another row. */
export function cursorRow(
  row: ShownRow,
  cursor: { token: number; start: number; end: number } | undefined,
  hasTokens: boolean,
): StyledSpan[] {
  if (!cursor) return [];
  const isPointedAt = (cell: SourceCell): boolean =>
    hasTokens
      ? cell.token === cursor.token
      : cell.start < cursor.end && cursor.start < Math.max(cell.end, cell.start + 1);
  const first = row.cells.findIndex(isPointedAt);
  if (first < 0) return [];
  const columns = (cells: readonly SourceCell[]): number =>
    cells.reduce((sum, cell) => sum + cellColumns(cell), 0);
  const width = Math.max(1, columns(row.cells.filter(isPointedAt)));
  return [span(' '.repeat(columns(row.cells.slice(0, first)))), span('▲'.repeat(width), 'accent')];
}

function merged(spans: readonly StyledSpan[]): StyledSpan[] {
  const out: StyledSpan[] = [];
  for (const each of spans) {
    const last = out[out.length - 1];
    if (last && last.tone === each.tone) last.text += each.text;
    else out.push({ ...each });
  }
  return out;
}

/** The colour of a finding. */
export function severityTone(severity: Diagnostic['severity']): Tone {
  return severity === 'error' ? 'bad' : severity === 'warning' ? 'warn' : 'dim';
}
