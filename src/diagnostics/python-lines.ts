import { endOfLine, lineColumnOf, offsetOf } from './positions.js';
import type { SourceMap } from './source-map.js';
import { lexemeEnd } from './tokens.js';

/** A place by our rules: lines end at `\n`, both count from 1, columns are bytes. */
export interface Place {
  line: number;
  column: number;
}

/**
 * A Python program as Python counts it: lines end at `\n`, `\r\n` and at a lone `\r`; a byte order
 * mark is no part of the first one. Lines count from 1, byte columns here from 0.
 */
export interface PythonLines {
  count: number;
  /** A line without its end; empty behind the last one. */
  line(number: number): string;
  /** Our place of a line and byte column; one behind its line's end is held there. */
  place(line: number, column: number): Place;
  /** Our place of a line and a column in characters (code points). */
  placeOfCharacter(line: number, column: number): Place;
  /** Python's line of an offset in bytes. */
  lineOf(offset: number): number;
}

export function pythonLines({ index }: SourceMap): PythonLines {
  const { bytes } = index;
  const bom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const starts = [bom];
  for (let i = bom; i < bytes.length; i++) {
    const isEnd = bytes[i] === 0x0a || (bytes[i] === 0x0d && bytes[i + 1] !== 0x0a);
    if (isEnd) starts.push(i + 1);
  }
  const endOf = (number: number): number => {
    let end = number < starts.length ? starts[number] - 1 : bytes.length;
    if (number < starts.length && bytes[end] === 0x0a && bytes[end - 1] === 0x0d) end--;
    return Math.max(end, starts[number - 1]);
  };
  const line = (number: number): string =>
    number < 1 || number > starts.length
      ? ''
      : new TextDecoder().decode(bytes.subarray(starts[number - 1], endOf(number)));
  const place = (number: number, column: number): Place => {
    if (number < 1) return { line: 1, column: 1 };
    // Behind the last line: Python counts one more where the text does not end with its line.
    if (number > starts.length) return lineColumnOf(index, bytes.length);
    return lineColumnOf(index, Math.min(starts[number - 1] + Math.max(column, 0), endOf(number)));
  };
  return {
    count: starts.length,
    line,
    place,
    placeOfCharacter(number, column) {
      const before = Array.from(line(number)).slice(0, Math.max(column, 0)).join('');
      return place(number, new TextEncoder().encode(before).length);
    },
    lineOf: (offset) => starts.findLastIndex((start) => start <= offset) + 1 || 1,
  };
}

/** Behind the Python token at a place; a triple quote is one by itself, since it may be all there is. */
export function tokenEnd({ index }: SourceMap, { line, column }: Place): Place {
  const start = offsetOf(index, line, column);
  const { bytes } = index;
  const isTriple =
    (bytes[start] === 0x22 || bytes[start] === 0x27) &&
    bytes[start] === bytes[start + 1] &&
    bytes[start] === bytes[start + 2];
  const end = isTriple ? start + 3 : lexemeEnd(bytes, start);
  return lineColumnOf(index, Math.min(end, endOfLine(index, line)));
}
