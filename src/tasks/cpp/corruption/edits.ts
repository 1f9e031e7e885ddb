import type { SourceToken } from '../lexer.js';
import type { Edit, Source } from './operator.js';

export function endOf(token: SourceToken): number {
  return token.at + token.text.length;
}

export function put(token: SourceToken, text: string): Edit {
  return { start: token.at, end: endOf(token), text };
}

/** Drops the tokens from `first` to `last`, and the whole line where nothing else is on it. */
export function dropTokens({ text, tokens }: Source, first: number, last: number): Edit {
  const start = tokens[first].at;
  const end = endOf(tokens[last]);
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const lineEnd = text.indexOf('\n', end);
  const before = text.slice(lineStart, start);
  const after = text.slice(end, lineEnd < 0 ? text.length : lineEnd);
  if (before.trim() === '' && after.trim() === '' && lineEnd >= 0)
    return { start: lineStart, end: lineEnd + 1, text: '' };
  return { start, end: end + (/^ +/.exec(after)?.[0].length ?? 0), text: '' };
}

/** The edits of every place where a token has this text and passes the test. */
export function where(
  { tokens }: Source,
  text: string,
  edit: (token: SourceToken, i: number) => Edit | null,
): Edit[] {
  return tokens.flatMap((token, i) => {
    const made = token.text === text ? edit(token, i) : null;
    return made === null ? [] : [made];
  });
}

/** Written with blanks on both sides: a comparison or a sum, no template bracket, no sign. */
export function isSpaced({ text }: Source, token: SourceToken): boolean {
  return text[token.at - 1] === ' ' && text[endOf(token)] === ' ';
}

const pairs: Record<string, string> = { '(': ')', '[': ']', '{': '}' };

/** The place of the bracket that closes the one at `open`, or −1. */
export function closing(tokens: readonly SourceToken[], open: number): number {
  const opener = tokens[open]?.text;
  const closer = pairs[opener];
  if (closer === undefined) return -1;
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    if (tokens[i].text === opener) depth++;
    if (tokens[i].text === closer && --depth === 0) return i;
  }
  return -1;
}

/** The place of the semicolon that ends the simple statement at `first`; −1 where a block comes before it. */
export function endOfStatement(tokens: readonly SourceToken[], first: number): number {
  for (let i = first; i < tokens.length; i++) {
    const { text } = tokens[i];
    if (text === ';') return i;
    if (text === '{' || text === '}') return -1;
    if (text === '(' || text === '[') {
      i = closing(tokens, i);
      if (i < 0) return -1;
    }
  }
  return -1;
}

/** Where the simple statement that ends before `next` begins; −1 where none does. */
export function startOfPreviousStatement(tokens: readonly SourceToken[], next: number): number {
  if (tokens[next - 1]?.text !== ';') return -1;
  let depth = 0;
  for (let i = next - 2; i >= 0; i--) {
    const { text } = tokens[i];
    if (text === ')' || text === ']') depth++;
    if (text === '(' || text === '[') depth--;
    if (depth < 0) return -1;
    if (depth === 0 && (text === ';' || text === '{' || text === '}')) return i + 1;
  }
  return 0;
}

/** The tokens of the header of each `for` and `while`: `(` and `)`. */
export function loopHeaders(tokens: readonly SourceToken[]): { open: number; close: number }[] {
  return tokens.flatMap(({ text }, i) => {
    if (text !== 'for' && text !== 'while') return [];
    const close = closing(tokens, i + 1);
    return close < 0 ? [] : [{ open: i + 1, close }];
  });
}

/** Statements `if (…) return …;` (or `continue`, `break`) whose condition passes: dropped as a whole. */
export function droppedGuards(
  source: Source,
  condition: (texts: readonly string[]) => boolean,
): Edit[] {
  const { tokens } = source;
  return where(source, 'if', (_, i) => {
    const close = closing(tokens, i + 1);
    if (close < 0 || !['return', 'continue', 'break'].includes(tokens[close + 1]?.text ?? ''))
      return null;
    const end = endOfStatement(tokens, close + 1);
    // Without its `if`, an `else` would stand alone.
    if (end < 0 || tokens[end + 1]?.text === 'else' || tokens[i - 1]?.text === 'else') return null;
    const texts = tokens.slice(i + 2, close).map(({ text }) => text);
    return condition(texts) ? dropTokens(source, i, end) : null;
  });
}
