import type { Problem } from '../../../records.js';
import { lex, type SourceToken } from '../../../tasks/cpp/lexer.js';

/** A completion in a language of braces, cut where the function that matters begins and ends. */
export interface BraceFrame {
  /** Up to the function's `{`, itself included; empty where the prompt opens the function. */
  head: string;
  body: string;
  /** From the closing `}` on. */
  tail: string;
  name: string;
  /** The return type and what stands before it. */
  returns: string;
  parameters: Parameter[];
  /** The prompt opens the function. */
  isBody: boolean;
}

export interface Parameter {
  type: string;
  name: string;
}

/** `null`: no function was found. */
export function braceFrame(problem: Problem, completion: string): BraceFrame | null {
  const prefix = problem.tests?.prefix ?? '';
  const opened = functionsOf(prefix).at(-1);
  if (opened !== undefined && opened.close < 0) {
    const end = closingBrace(lex(completion), 0);
    const cut = end < 0 ? completion.length : end;
    return {
      ...signatureOf(prefix, opened),
      head: '',
      body: completion.slice(0, cut),
      tail: completion.slice(cut),
      isBody: true,
    };
  }
  const functions = functionsOf(completion);
  const found = functions.find(({ name }) => name === entryName(problem, functions));
  if (found === undefined || found.close < 0) return null;
  return {
    ...signatureOf(completion, found),
    head: completion.slice(0, found.open + 1),
    body: completion.slice(found.open + 1, found.close),
    tail: completion.slice(found.close),
    isBody: false,
  };
}

/** The completion with statements at the start of the function. */
export function startWith(frame: BraceFrame, statements: string): string {
  const { head, body, tail, isBody } = frame;
  return isBody ? `${statements}\n${body}${tail}` : `${head}\n${statements}${body}${tail}`;
}

/** The completion with another body. */
export function withBody(frame: BraceFrame, statements: string): string {
  const { head, tail, isBody } = frame;
  return isBody ? `${statements}\n${tail}` : `${head}\n${statements}\n${tail}`;
}

interface FoundFunction {
  name: string;
  /** Offset of the name, of `(`, of `)`, of `{`, of `}` (-1: it is never closed). */
  at: number;
  left: number;
  right: number;
  open: number;
  close: number;
}

const notNames = new Set([
  'if',
  'for',
  'while',
  'switch',
  'catch',
  'return',
  'synchronized',
  'try',
]);

/** The functions of a text, those inside of a class included, in their order. */
function functionsOf(text: string): FoundFunction[] {
  const tokens = lex(text);
  return tokens.flatMap((token, i): FoundFunction[] => {
    const name = tokens[i - 1];
    if (token.text !== '(' || name?.kind !== 'name' || notNames.has(name.text)) return [];
    // `g(x)` in `int f() { g(x); }` is a call: a type stands before a function's name.
    const before = tokens[i - 2]?.text ?? '';
    if (!/^[\w>\]*&]+$/.test(before) || ['return', 'new', 'else', 'throw'].includes(before))
      return [];
    const right = closingBracket(tokens, i);
    if (right < 0) return [];
    let brace = right + 1;
    while (/^[\w.,]+$/.test(tokens[brace]?.text ?? '')) brace++;
    if (tokens[brace]?.text !== '{') return [];
    const open = tokens[brace].at;
    const close = closingBrace(tokens.slice(brace + 1), 0);
    return [{ name: name.text, at: name.at, left: token.at, right: tokens[right].at, open, close }];
  });
}

function signatureOf(
  text: string,
  { name, at, left, right }: FoundFunction,
): Pick<BraceFrame, 'name' | 'returns' | 'parameters'> {
  const before = text.slice(0, at);
  const start = Math.max(...[';', '}', '{', '\n'].map((mark) => before.lastIndexOf(mark))) + 1;
  return {
    name,
    returns: before.slice(start).trim(),
    parameters: splitTop(text.slice(left + 1, right)).flatMap((one): Parameter[] => {
      const match = /^([^]*?[\s*&])(\w+)\s*$/.exec(one.trim());
      return match === null ? [] : [{ type: match[1].trim(), name: match[2] }];
    }),
  };
}

/** `main` where inputs are read; else the one that the cases call. */
function entryName(problem: Problem, functions: readonly FoundFunction[]): string | undefined {
  const cases = problem.tests?.cases ?? [];
  const names = functions.map(({ name }) => name);
  const text = `${JSON.stringify(cases)} ${problem.tests?.suffix ?? ''}`;
  const called = names.filter((name) => new RegExp(`\\b${name}\\b`).test(text)).at(-1);
  if (called === undefined && names.includes('main')) return 'main';
  return called ?? names.at(-1);
}

/** Parts between commas that stand in no bracket; text literals are passed over. */
export function splitTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (const token of lex(text)) {
    if ('([{<'.includes(token.text)) depth++;
    if (')]}>'.includes(token.text)) depth--;
    if (token.text !== ',' || depth > 0) continue;
    parts.push(text.slice(start, token.at));
    start = token.at + 1;
  }
  return [...parts, text.slice(start)].map((part) => part.trim()).filter((part) => part !== '');
}

/** Index of the `)` that closes the `(` at an index; -1 where none does. */
export function closingBracket(tokens: readonly SourceToken[], open: number): number {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    if (tokens[i].text === '(') depth++;
    if (tokens[i].text === ')' && --depth === 0) return i;
  }
  return -1;
}

/** Offset of the `}` that closes a block whose `{` is behind us. */
function closingBrace(tokens: readonly SourceToken[], from: number): number {
  let depth = 1;
  for (const { text, at } of tokens.slice(from)) {
    if (text === '{') depth++;
    if (text === '}' && --depth === 0) return at;
  }
  return -1;
}
