import type { ByteSpan } from '../records.js';
import { offsetOf } from './positions.js';
import type { LineIndex } from './positions.js';

/**
 * The end of the C++ token that starts at an offset: a name, a number, an operator, a literal with
 * its prefix and suffix. A blank is a token of one byte; a literal that is not closed ends with its
 * line, a raw one with the text.
 */
export function lexemeEnd(bytes: Uint8Array, start: number): number {
  const first = bytes[start];
  if (first === undefined) return start;
  if (isDigit(first) || (first === dot && isDigit(bytes[start + 1])))
    return numberEnd(bytes, start);
  if (isWord(first)) {
    const end = wordEnd(bytes, start);
    if (!isQuote(bytes[end]) || end - start > 3) return end;
    const prefix = ascii(bytes, start, end);
    if (bytes[end] === quote && /^(u8|[uUL])?R$/.test(prefix)) return rawEnd(bytes, end);
    return /^(u8|[uUL])$/.test(prefix) ? literalEnd(bytes, end) : end;
  }
  if (isQuote(first)) return literalEnd(bytes, start);
  if (operators3.has(ascii(bytes, start, start + 3))) return start + 3;
  return operators2.has(ascii(bytes, start, start + 2)) ? start + 2 : start + 1;
}

/** Offset of the first token at or behind an offset, blanks and comments passed over; the text's end where there is none. */
export function nextToken(bytes: Uint8Array, from: number): number {
  let i = from;
  while (i < bytes.length) {
    if (bytes[i] <= 0x20) i++;
    else if (bytes[i] === 0x5c && isLineEnd(bytes, i + 1)) i++;
    else if (bytes[i] === slash && bytes[i + 1] === slash)
      while (i < bytes.length && bytes[i] !== newline) i++;
    else if (bytes[i] === slash && bytes[i + 1] === star) {
      i += 2;
      while (i < bytes.length && !(bytes[i] === star && bytes[i + 1] === slash)) i++;
      i += 2;
    } else return i;
  }
  return bytes.length;
}

/** Byte offset just behind the last token before a place, comments and blanks passed over; `null` at the start. */
export function endOfPreviousToken(index: LineIndex, line: number, column: number): number | null {
  const { bytes } = index;
  const target = offsetOf(index, line, column);
  let end: number | null = null;
  for (let i = nextToken(bytes, 0); i < target; i = nextToken(bytes, end))
    end = lexemeEnd(bytes, i);
  return end === null ? null : Math.min(end, target);
}

/**
 * The one place of a name among the arguments of the call or macro that starts at an offset; `null`
 * where it stands there never, or more than once.
 */
export function argumentNamed(bytes: Uint8Array, start: number, name: string): ByteSpan | null {
  const open = nextToken(bytes, lexemeEnd(bytes, start));
  const close = closingBracket(bytes, open);
  if (close === null) return null;
  const wanted = new TextEncoder().encode(name);
  let found: ByteSpan | null = null;
  for (let i = open; i < close; i = nextToken(bytes, lexemeEnd(bytes, i))) {
    const end = lexemeEnd(bytes, i);
    if (end - i !== wanted.length || !wanted.every((byte, k) => bytes[i + k] === byte)) continue;
    if (found !== null) return null;
    found = { start: i, end };
  }
  return found;
}

/** The call whose opening bracket stands at an offset, with the name before it; `null` where there is no call. */
export function callAround(bytes: Uint8Array, open: number): ByteSpan | null {
  const close = closingBracket(bytes, open);
  if (close === null) return null;
  let name = open;
  for (let i = nextToken(bytes, 0); i < open; i = nextToken(bytes, lexemeEnd(bytes, i))) name = i;
  return { start: isWord(bytes[name]) ? name : open, end: close + 1 };
}

/** Offset of the `)` that closes the `(` at an offset. */
function closingBracket(bytes: Uint8Array, open: number): number | null {
  let depth = 0;
  for (let i = open; i < bytes.length; i = nextToken(bytes, lexemeEnd(bytes, i))) {
    if (bytes[i] === 0x28) depth++;
    if (bytes[i] === 0x29 && --depth === 0) return i;
    if (depth === 0) return null;
  }
  return null;
}

const newline = 0x0a;
const quote = 0x22;
const apostrophe = 0x27;
const star = 0x2a;
const dot = 0x2e;
const slash = 0x2f;
const operators3 = new Set('<<= >>= <=> ... ->*'.split(' '));
const operators2 = new Set(
  '++ -- -> += -= *= /= %= ^= &= |= << >> == != <= >= && || :: .* ## /* //'.split(' '),
);

/** The grammar's `pp-number`: `1'000`, `0x1p-3`, `1.5e+3f`. */
function numberEnd(bytes: Uint8Array, start: number): number {
  let end = start + 1;
  for (;;) {
    const isExponent = /[eEpP]/.test(ascii(bytes, end - 1, end));
    const isSign = bytes[end] === 0x2b || bytes[end] === 0x2d;
    const isSeparator = bytes[end] === apostrophe && isWord(bytes[end + 1]);
    if (!isWord(bytes[end]) && bytes[end] !== dot && !isSeparator && !(isExponent && isSign))
      return end;
    end++;
  }
}

function literalEnd(bytes: Uint8Array, start: number): number {
  let end = start + 1;
  while (end < bytes.length && bytes[end] !== bytes[start] && !isLineEnd(bytes, end))
    end += bytes[end] === 0x5c ? 2 : 1;
  return bytes[end] === bytes[start] ? wordEnd(bytes, end + 1) : Math.min(end, bytes.length);
}

/** `R"x(…)x"`, from its quote. */
function rawEnd(bytes: Uint8Array, start: number): number {
  let open = start + 1;
  while (open < bytes.length && bytes[open] !== 0x28 && bytes[open] !== newline) open++;
  const close = new Uint8Array([0x29, ...bytes.subarray(start + 1, open), quote]);
  for (let i = open + 1; i + close.length <= bytes.length; i++)
    if (close.every((byte, k) => bytes[i + k] === byte)) return wordEnd(bytes, i + close.length);
  return bytes.length;
}

function wordEnd(bytes: Uint8Array, start: number): number {
  let end = start;
  while (isWord(bytes[end])) end++;
  return end;
}

function isLineEnd(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === newline || (bytes[at] === 0x0d && bytes[at + 1] === newline);
}

function isQuote(byte: number | undefined): boolean {
  return byte === quote || byte === apostrophe;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function isWord(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const isLetter = (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
  return isLetter || isDigit(byte) || byte === 0x5f || byte >= 0x80;
}

function ascii(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}
