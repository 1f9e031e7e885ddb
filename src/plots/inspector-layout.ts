import { needsStandIn, visibleCharacter } from './visible.js';

/** The next thing to draw: a character of the source, or a token that has no character of its own. */
export interface SourceCell {
  /** As drawn. A tab is a tab: its width is the view's affair. */
  text: string;
  /** `end`: a line feed. `part`: a token without text, or with only a part of a character. */
  kind: 'text' | 'stand-in' | 'tab' | 'end' | 'part';
  /** Bytes of the completion; none for a token without text. */
  start: number;
  end: number;
  /** Index of the token it begins in; `null` where there are no tokens. */
  token: number | null;
}

export interface SourceRow {
  /** From 1. */
  number: number;
  /** Bytes, the line feed included. */
  start: number;
  end: number;
  cells: SourceCell[];
}

/** As much of a token as the layout asks for. */
export interface LaidToken {
  start: number;
  end: number;
  text: string;
}

/**
 * A source as rows of cells. Every token has at least one cell: a character belongs to the token
 * that holds its first byte; a token that holds none gets a cell with its bytes, or `∎` when it has no
 * text. Line feeds are cells only where there are tokens, for one may carry a reward.
 */
export function layoutSource(source: string, tokens: readonly LaidToken[]): SourceRow[] {
  const rows: SourceRow[] = [];
  let row: SourceRow = { number: 1, start: 0, end: 0, cells: [] };
  let byte = 0;
  let token = 0;
  let hasCell = false;
  /** Passes over the tokens that end at or before `until`. */
  const passTokens = (until: number, into: () => SourceRow): void => {
    for (; token < tokens.length && tokens[token].end <= until; token++) {
      const { start, end, text } = tokens[token];
      if (!hasCell) {
        const drawn = text === '' ? '∎' : text;
        into().cells.push({ text: drawn, kind: 'part', start, end, token });
      }
      hasCell = false;
    }
  };
  for (const character of source) {
    const size = utf8Length(character);
    passTokens(byte, () => row);
    const isInToken = token < tokens.length && tokens[token].start <= byte;
    const place = { start: byte, end: byte + size, token: isInToken ? token : null };
    hasCell ||= isInToken;
    byte += size;
    row.end = byte;
    if (character !== '\n') {
      row.cells.push({
        text: visibleCharacter(character),
        kind: character === '\t' ? 'tab' : needsStandIn(character) ? 'stand-in' : 'text',
        ...place,
      });
      continue;
    }
    if (tokens.length > 0) row.cells.push({ text: '↵', kind: 'end', ...place });
    rows.push(row);
    row = { number: row.number + 1, start: byte, end: byte, cells: [] };
  }
  // What stands behind the last line feed opens no line of its own.
  const isLastOpen = row.cells.length > 0 || rows.length === 0;
  passTokens(Infinity, () => (isLastOpen ? row : rows[rows.length - 1]));
  if (isLastOpen) rows.push(row);
  return rows;
}

/** The row that holds a byte; a place behind the text belongs to the last row. */
export function rowOfByte<Row extends { start: number }>(rows: readonly Row[], byte: number): Row {
  let found = rows[0];
  for (const row of rows) if (row.start <= byte) found = row;
  return found;
}

/** A lone surrogate counts as U+FFFD, which is what an encoder makes of it. */
function utf8Length(character: string): number {
  const point = character.codePointAt(0) ?? 0;
  return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
}
