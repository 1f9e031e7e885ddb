/** A statement's line, with what its brackets, strings and backslashes go on over. */
export interface LogicalLine {
  /** UTF-16 index of its first character that is no blank. */
  start: number;
  /** Index behind its last one, the comment left out. */
  end: number;
  /** Width of its indentation, tabs to 8, as the tokenizer counts. */
  indent: number;
  /** Index of the first colon outside of brackets and strings; its end where there is none. */
  colon: number;
  text: string;
}

/** The logical lines of a Python program; blank ones and comments are none. */
export function logicalLines(text: string): LogicalLine[] {
  const lines: LogicalLine[] = [];
  let at = 0;
  while (at < text.length) {
    let indent = 0;
    while (' \t\f'.includes(text[at] ?? '#')) {
      indent =
        text[at] === '\t' ? (Math.floor(indent / 8) + 1) * 8 : text[at] === '\f' ? 0 : indent + 1;
      at++;
    }
    const line = readLine(text, at);
    if (line.end > at)
      lines.push({
        start: at,
        end: line.end,
        indent,
        colon: line.colon ?? line.end,
        text: text.slice(at, line.end),
      });
    at = line.next;
  }
  return lines;
}

/** From its first character: where its content ends, and where the next line begins. */
function readLine(text: string, from: number): { end: number; colon: number | null; next: number } {
  let depth = 0;
  let end = from;
  let colon: number | null = null;
  let at = from;
  while (at < text.length) {
    const c = text[at];
    if (c === '#') {
      while (at < text.length && !isLineEnd(text[at])) at++;
    } else if (isLineEnd(c)) {
      at += c === '\r' && text[at + 1] === '\n' ? 2 : 1;
      if (depth === 0) return { end, colon, next: at };
    } else if (c === '\\') {
      at += text[at + 1] === '\r' && text[at + 2] === '\n' ? 3 : 2;
    } else if (c === '"' || c === "'") {
      at = stringEnd(text, at);
      end = at;
    } else {
      if ('([{'.includes(c)) depth++;
      if (')]}'.includes(c)) depth = Math.max(depth - 1, 0);
      if (c === ':' && depth === 0 && text[at + 1] !== '=') colon ??= at;
      at++;
      if (c !== ' ' && c !== '\t' && c !== '\f') end = at;
    }
  }
  return { end, colon, next: at };
}

/** A string that is not closed ends with its line, one of three quotes with the text. */
function stringEnd(text: string, from: number): number {
  const quote = text[from];
  const isTriple = text.startsWith(quote.repeat(3), from);
  const close = isTriple ? quote.repeat(3) : quote;
  let at = from + close.length;
  while (at < text.length && !text.startsWith(close, at)) {
    if (!isTriple && isLineEnd(text[at])) return at;
    at += text[at] === '\\' ? 2 : 1;
  }
  return Math.min(at + close.length, text.length);
}

function isLineEnd(c: string): boolean {
  return c === '\n' || c === '\r';
}
