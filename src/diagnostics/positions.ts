import type { ByteSpan } from '../records.js';

/**
 * The one place where a tool's columns (bytes, once `columns.ts` has read them), JavaScript's strings
 * (UTF-16) and tokens (bytes) meet.
 * Lines end at `\n`; a `\r` before it belongs to the line. Lines and columns count from 1.
 */
export interface LineIndex {
  bytes: Uint8Array;
  /** Byte offset of the first byte of each line. */
  starts: number[];
}

export function indexLines(text: string): LineIndex {
  const bytes = new TextEncoder().encode(text);
  const starts = [0];
  for (let i = 0; i < bytes.length; i++) if (bytes[i] === 0x0a) starts.push(i + 1);
  return { bytes, starts };
}

/** Byte offset of a line and byte column; a column past the line's end is held at its end, a line past the text at the text's end. */
export function offsetOf(index: LineIndex, line: number, column: number): number {
  if (line < 1) return 0;
  if (line > index.starts.length) return index.bytes.length;
  const start = index.starts[line - 1];
  return Math.min(start + Math.max(column, 1) - 1, endOfLine(index, line));
}

/** The offset of the line's `\n`, or the text's end. */
export function endOfLine(index: LineIndex, line: number): number {
  return line < index.starts.length ? index.starts[line] - 1 : index.bytes.length;
}

/** Line and byte column of a byte offset. */
export function lineColumnOf(index: LineIndex, offset: number): { line: number; column: number } {
  let low = 0;
  let high = index.starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (index.starts[middle] <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - index.starts[low] + 1 };
}

/** UTF-8 byte offset of a UTF-16 index; inside a surrogate pair it is the pair's start. */
export function byteOffsetOfIndex(text: string, index: number): number {
  let at = Math.max(0, Math.min(index, text.length));
  if (at > 0 && at < text.length && isLow(text.charCodeAt(at)) && isHigh(text.charCodeAt(at - 1)))
    at--;
  return new TextEncoder().encode(text.slice(0, at)).length;
}

/** UTF-16 index of a UTF-8 byte offset; inside a character it is the character's start. */
export function indexOfByteOffset(text: string, offset: number): number {
  let bytes = 0;
  let index = 0;
  for (const character of text) {
    const width = utf8Length(character.codePointAt(0) ?? 0);
    if (bytes + width > offset) return index;
    bytes += width;
    index += character.length;
  }
  return index;
}

/**
 * The tokens that a span reaches: those that share at least one byte with it. A token over two
 * lines belongs to both. An empty span (an insertion point) takes the token that holds its byte,
 * at the text's end the last token. Tokens of no width are never taken.
 * @param byteOffsets where each token starts and, last, the end: tokens + 1 entries, ascending
 */
export function tokensInSpan(span: ByteSpan, byteOffsets: readonly number[]): number[] {
  const count = byteOffsets.length - 1;
  const found: number[] = [];
  const end = span.end > span.start ? span.end : span.start + 1;
  for (let i = 0; i < count; i++) {
    const from = byteOffsets[i];
    const to = byteOffsets[i + 1];
    if (to > from && from < end && to > span.start) found.push(i);
  }
  if (found.length > 0 || span.end > span.start || count < 1 || span.start < byteOffsets[count])
    return found;
  for (let i = count - 1; i >= 0; i--) if (byteOffsets[i + 1] > byteOffsets[i]) return [i];
  return found;
}

/** Bytes of a character in UTF-8. */
export function utf8Length(codePoint: number): number {
  return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}
