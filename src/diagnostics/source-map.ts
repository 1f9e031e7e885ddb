import type { DiagnosticSpan } from '../records.js';
import { endOfLine, indexLines, offsetOf } from './positions.js';
import type { LineIndex } from './positions.js';
import { lexemeEnd } from './tokens.js';

/**
 * A judged file is ours, the completion, ours again. The rules by which a tool's place in it becomes
 * bytes of the completion; each has its property test in `source-map.properties.slow.test.ts`.
 *
 *  1. Lines end at `\n` and count from 1; columns are UTF-8 bytes and count from 1. A tab is one
 *     byte; the `\r` of `\r\n` belongs to its line. A column behind its line's end is the line's end.
 *  2. A place belongs to the part that holds its first byte, also where parts meet within a line.
 *     A place outside the completion has no span, but a reason that names the part.
 *  3. A range loses what lies outside the completion. One without width, or a column alone, is the
 *     C++ token that starts there.
 *  4. A line alone is what the completion has of it, without blanks and line ends around; a line
 *     without anything in the completion is the harness's, or blank.
 *  5. An insertion point is an empty span. The completion's first and very last byte position count
 *     as inside, so what is missing at its end is its own fault.
 *  6. Where nothing but blanks follows the completion, a place behind it is an empty span at its
 *     end: there a tool misses a brace, with or without a final newline, on this line or the next.
 *  7. An empty completion has no spans at all.
 *
 * How tokens meet spans (tokens over two lines, of no width, or that cut a character) is the rule of
 * `tokensInSpan`; which of a finding's places is asked (macros, templates, missing text) that of
 * `choosePlace`.
 */
export interface SourceMap {
  /** The parts, one after the other, byte for byte. */
  text: string;
  index: LineIndex;
  /** Byte range of the completion in `text`. */
  completion: { start: number; end: number };
  /** By rules 1 to 4 and 6; the end column is exclusive. */
  locate(line: number, column: number | null, endLine?: number, endColumn?: number): DiagnosticSpan;
  /** By rules 5 and 6. */
  locateInsertion(line: number, column: number): DiagnosticSpan;
  /** Which part a place belongs to. */
  partAt(line: number, column: number | null): string;
}

export interface SourcePart {
  text: string;
  /** `completion` once; the others are ours or the problem's: `prefix`, `suffix`, … */
  name: string;
}

export function stitch(parts: readonly SourcePart[]): SourceMap {
  const text = parts.map((part) => part.text).join('');
  const index = indexLines(text);
  const { bytes } = index;
  const bounds: { name: string; start: number; end: number }[] = [];
  for (const { name, text: own } of parts) {
    const start = bounds.at(-1)?.end ?? 0;
    bounds.push({ name, start, end: start + new TextEncoder().encode(own).length });
  }
  const { start: first, end: last } = bounds.find((part) => part.name === 'completion') ?? {
    start: 0,
    end: 0,
  };

  const isLast = last > first && trim(bytes, last, bytes.length).start === bytes.length;
  const partOf = (offset: number): string =>
    (bounds.find((part) => offset >= part.start && offset < part.end) ?? bounds.at(-1))?.name ?? '';
  const outside = (name: string): DiagnosticSpan => ({
    precision: 'none',
    reason: `harness line (${name})`,
  });
  const inside = (start: number, end: number, precision: 'span' | 'line'): DiagnosticSpan => ({
    start: start - first,
    end: Math.min(end, last) - first,
    precision,
  });

  const locateLine = (line: number): DiagnosticSpan => {
    if (line < 1 || line > index.starts.length)
      return { precision: 'none', reason: `line ${line} lies outside the program` };
    const whole = trim(bytes, index.starts[line - 1], endOfLine(index, line));
    const own = trim(bytes, Math.max(whole.start, first), Math.min(whole.end, last));
    if (own.start < own.end) return inside(own.start, own.end, 'line');
    return whole.start < whole.end
      ? outside(partOf(whole.start))
      : { precision: 'none', reason: `line ${line} is blank` };
  };

  return {
    text,
    index,
    completion: { start: first, end: last },
    locate(line, column, endLine, endColumn) {
      if (column === null || column < 1) return locateLine(line);
      const start = offsetOf(index, line, column);
      if (start >= last && isLast) return inside(last, last, 'span');
      if (start < first || start >= last) return outside(partOf(start));
      const hasEnd = endLine !== undefined && endColumn !== undefined;
      const end = hasEnd ? offsetOf(index, endLine, endColumn) : start;
      return inside(start, end > start ? end : lexemeEnd(bytes, start), 'span');
    },
    locateInsertion(line, column) {
      const at = offsetOf(index, line, column);
      if (at > last && isLast) return inside(last, last, 'span');
      const touches = at >= first && at <= last && last > first;
      return touches ? inside(at, at, 'span') : outside(partOf(at));
    },
    partAt(line, column) {
      if (column !== null) return partOf(offsetOf(index, line, column));
      return locateLine(line).precision === 'none'
        ? partOf(offsetOf(index, line, 1))
        : 'completion';
    },
  };
}

function trim(bytes: Uint8Array, from: number, to: number): { start: number; end: number } {
  let start = from;
  let end = to;
  while (start < end && isBlank(bytes[start])) start++;
  while (end > start && isBlank(bytes[end - 1])) end--;
  return { start, end };
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}
