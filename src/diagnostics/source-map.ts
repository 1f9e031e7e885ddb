import type { DiagnosticSpan } from '../records.js';
import { endOfLine, indexLines, offsetOf } from './positions.js';
import type { LineIndex } from './positions.js';

export interface SourcePart {
  text: string;
  /** `completion` once; the others are ours or the problem's: `prefix`, `suffix`, … */
  name: string;
}

export interface SourceMap {
  /** The parts, one after the other, byte for byte. */
  text: string;
  index: LineIndex;
  /** Byte range of the completion in `text`. */
  completion: { start: number; end: number };
  /**
   * Where a place of the whole text lies in the completion. Lines and byte columns from 1; the end
   * column is exclusive. Without an end it is the C++ token at the start; without a column it is
   * the line, cut to the completion and trimmed of its blanks.
   */
  locate(line: number, column: number | null, endLine?: number, endColumn?: number): DiagnosticSpan;
  /** An empty span where something is missing; the completion's very end counts as inside. */
  locateInsertion(line: number, column: number): DiagnosticSpan;
  /** Which part a place belongs to. */
  partAt(line: number, column: number | null): string;
}

export function stitch(parts: readonly SourcePart[]): SourceMap {
  const text = parts.map((part) => part.text).join('');
  const index = indexLines(text);
  const bounds: { name: string; start: number; end: number }[] = [];
  for (const { name, text: own } of parts) {
    const start = bounds.at(-1)?.end ?? 0;
    bounds.push({ name, start, end: start + new TextEncoder().encode(own).length });
  }
  const completion = bounds.find((part) => part.name === 'completion') ?? {
    name: '',
    start: 0,
    end: 0,
  };

  const partOf = (offset: number): string =>
    (bounds.find((part) => offset >= part.start && offset < part.end) ?? bounds.at(-1))?.name ?? '';
  const outside = (name: string): DiagnosticSpan => ({
    precision: 'none',
    reason: `harness line (${name})`,
  });
  const inside = (start: number, end: number, precision: 'span' | 'line'): DiagnosticSpan => ({
    start: start - completion.start,
    end: end - completion.start,
    precision,
  });

  const locateLine = (line: number): DiagnosticSpan => {
    if (line < 1 || line > index.starts.length)
      return { precision: 'none', reason: `line ${line} lies outside the program` };
    let start = Math.max(index.starts[line - 1], completion.start);
    let end = Math.min(endOfLine(index, line), completion.end);
    while (start < end && isBlank(index.bytes[start])) start++;
    while (end > start && isBlank(index.bytes[end - 1])) end--;
    return start < end ? inside(start, end, 'line') : outside(partOf(index.starts[line - 1]));
  };

  return {
    text,
    index,
    completion: { start: completion.start, end: completion.end },
    locate(line, column, endLine, endColumn) {
      if (column === null || column < 1) return locateLine(line);
      const start = offsetOf(index, line, column);
      if (start < completion.start || start >= completion.end) {
        const last =
          start === completion.end && start === index.bytes.length && start > completion.start;
        return last ? inside(start, start, 'span') : outside(partOf(start));
      }
      const end =
        endLine !== undefined && endColumn !== undefined
          ? offsetOf(index, endLine, endColumn)
          : lexemeEnd(index.bytes, start);
      return inside(start, Math.min(Math.max(end, start), completion.end), 'span');
    },
    locateInsertion(line, column) {
      const at = offsetOf(index, line, column);
      const touches =
        at >= completion.start && at <= completion.end && completion.end > completion.start;
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

/** The end of the C++ token that starts at an offset: a name, a number, an operator, a literal. */
export function lexemeEnd(bytes: Uint8Array, start: number): number {
  const first = bytes[start];
  if (first === undefined) return start;
  let end = start + 1;
  if (isWord(first)) {
    while (end < bytes.length && isWord(bytes[end])) end++;
    return end;
  }
  if (first === 0x22 || first === 0x27) {
    while (end < bytes.length && bytes[end] !== first && bytes[end] !== 0x0a)
      end += bytes[end] === 0x5c ? 2 : 1;
    return Math.min(end + (bytes[end] === first ? 1 : 0), bytes.length);
  }
  const two = String.fromCharCode(first, bytes[end] ?? 0);
  const three = two + String.fromCharCode(bytes[end + 1] ?? 0);
  if (['<<=', '>>=', '...', '->*'].includes(three)) return start + 3;
  const pairs = '++ -- -> += -= *= /= %= ^= &= |= << >> == != <= >= && || ::'.split(' ');
  return pairs.includes(two) ? start + 2 : end;
}

function isWord(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x41 && byte <= 0x5a) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x5f ||
    byte >= 0x80
  );
}

function isBlank(byte: number): boolean {
  return (
    byte === 0x20 ||
    byte === 0x09 ||
    byte === 0x0d ||
    byte === 0x0a ||
    byte === 0x0b ||
    byte === 0x0c
  );
}
