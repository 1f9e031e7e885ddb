import type { Whole } from '../engine/protocol.js';

/**
 * Whether TypeScript so far is whole, by its brackets, strings and comments alone: what the prompt
 * goes by while the engine is busy or still starting. A regular expression with a bracket or a quote in
 * it may mislead it; Alt-Enter and Enter then still do what they say.
 */
export function looksWhole(text: string): Whole {
  const open: string[] = [];
  let at = 0;
  while (at < text.length) {
    const here = text[at];
    const inTemplate = open[open.length - 1] === '`';
    if (here === '\\' && inTemplate) at += 1;
    else if (here === '`') {
      if (inTemplate) open.pop();
      else open.push('`');
    } else if (inTemplate) {
      if (text.startsWith('${', at)) {
        open.push('}');
        at += 1;
      }
    } else if (here === '"' || here === "'") at = stringEnd(text, at, here);
    else if (text.startsWith('//', at)) at = endOf(text, '\n', at) - 1;
    else if (text.startsWith('/*', at)) {
      if (text.indexOf('*/', at + 2) < 0) return { whole: false, indent: 0 };
      at = endOf(text, '*/', at + 2) + 1;
    } else if (here in closers) open.push(closers[here]);
    else if (here === open[open.length - 1]) open.pop();
    at += 1;
  }
  const continues = /(?:[=+\-*/%&|^?:,.<]|=>)\s*$/.test(text) && !/(?:\+\+|--|\*\/)\s*$/.test(text);
  const depth = open.filter((each) => each !== '`').length;
  return { whole: open.length === 0 && !continues, indent: 2 * (depth + (continues ? 1 : 0)) };
}

const closers: Record<string, string> = { '(': ')', '[': ']', '{': '}' };

/** A string ends at its quote or, unfinished, with its line. */
function stringEnd(text: string, from: number, quote: string): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === quote || text[at] === '\n') return at;
  }
  return text.length;
}

function endOf(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at < 0 ? text.length : at;
}
