import type { Problem } from '../../../records.js';
import { lex } from '../../../tasks/cpp/lexer.js';
import { closingBracket, splitTop } from './braces.js';

/** A call that a test makes, with what it must give: what someone who hard-codes the tests knows. */
export interface KnownCall {
  /** As source text; a name stands for what `locals` says. */
  arguments: string[];
  /** Source text of the expected value. */
  expected: string;
}

/** What of a problem's tests someone could have copied, and whether that is all of it. */
export interface Known<T> {
  visible: T[];
  /** The prompt shows every one. */
  isAll: boolean;
}

/**
 * The part of the tests that a hard-coding program knows: those that the prompt shows; where it shows
 * none, the first half, as of a leak. The others are held back, so that judging tells it from a
 * right program. `null` where nothing can be held back but nothing is shown either.
 */
export function knownPart<T>(
  problem: Problem,
  all: readonly T[],
  text: (one: T) => string,
): Known<T> | null {
  if (all.length === 0) return null;
  const prompt = squeezed(JSON.stringify(problem.prompt));
  const shown = all.filter((one) =>
    prompt.includes(squeezed(JSON.stringify(text(one)).slice(1, -1))),
  );
  if (shown.length > 0) return { visible: shown, isAll: shown.length === all.length };
  return all.length < 2 ? null : { visible: all.slice(0, all.length >> 1), isAll: false };
}

const squeezed = (text: string): string => text.replaceAll(/\s+/g, '');

/** Calls in assertions: `assert f(2, [1]) == 4`, `assert(f(2) == (4))`, `f(x).equals(y)`. */
export function assertedCalls(text: string, name: string): KnownCall[] {
  const tokens = lex(text);
  return tokens.flatMap((token, i): KnownCall[] => {
    const isCall = [name, 'candidate'].includes(token.text) && tokens[i + 1]?.text === '(';
    const close = isCall ? closingBracket(tokens, i + 1) : -1;
    if (close < 0) return [];
    const inside = text.slice(tokens[i + 1].at + 1, tokens[close].at);
    const next = tokens[close + 1]?.text;
    if (next === '==') {
      const expected = valueFrom(text, tokens[close + 1].at + 2);
      return expected === '' ? [] : [{ arguments: splitTop(inside), expected }];
    }
    if (next !== '.' || tokens[close + 2]?.text !== 'equals') return [];
    const end = closingBracket(tokens, close + 3);
    if (end < 0) return [];
    const expected = text.slice(tokens[close + 3].at + 1, tokens[end].at);
    return [{ arguments: splitTop(inside), expected }];
  });
}

/** The value that starts here and ends with its line, its bracket, or at a comma. */
function valueFrom(text: string, from: number): string {
  let depth = 0;
  for (const { text: token, at } of lex(text.slice(from))) {
    if ('([{'.includes(token)) depth++;
    const isEnd = ')]}'.includes(token) && --depth < 0;
    const isBroken =
      text.slice(from, from + at).trim() !== '' &&
      depth === 0 &&
      /\n/.test(text.slice(from, from + at));
    if (isEnd || isBroken || (depth === 0 && [',', ';'].includes(token)))
      return text
        .slice(from, from + at)
        .trim()
        .split('\n')[0];
  }
  return text.slice(from).trim().split('\n')[0];
}
