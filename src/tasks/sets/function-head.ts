import { inputError } from '../../errors.js';

export interface FunctionParts {
  /** With the docstring, where there is one. */
  head: string;
  body: string;
}

/** Cuts a Python function behind its head, or behind its docstring. */
export function pythonHead(code: string): FunctionParts {
  const start = /^[ \t]*(?:async[ \t]+)?def\b/m.exec(code);
  const colon = start === null ? -1 : endOfSignature(code, start.index);
  if (colon < 0) throw inputError("expected a Python function, there is no 'def' with an end.");
  const rest = code.slice(colon + 1);
  const docstring = /^\s*[rRuUbB]{0,2}("""|''')[\s\S]*?\1[ \t]*(?:\n|$)/.exec(rest);
  const line = /^[ \t]*(?:#[^\n]*)?\n/.exec(rest);
  const cut = colon + 1 + (docstring ?? line ?? [''])[0].length;
  return checked(code, cut, 'Python');
}

/** Cuts a Java method behind the brace that opens its body. */
export function javaHead(code: string): FunctionParts {
  const depth = { '(': 1, ')': -1 } as Record<string, number>;
  let open = 0;
  let hadParameters = false;
  for (const [at, letter] of [...code].entries()) {
    open += depth[letter] ?? 0;
    hadParameters ||= letter === ')' && open === 0;
    if (letter !== '{' || open !== 0 || !hadParameters) continue;
    // An annotation's list of values is no body.
    if (/@\w+\s*$/.test(code.slice(0, at))) continue;
    const units = [...code].slice(0, at + 1).join('').length;
    return checked(code, units, 'Java');
  }
  throw inputError('expected a Java method with a body, there is none.');
}

function checked(code: string, cut: number, language: string): FunctionParts {
  const [head, body] = [code.slice(0, cut), code.slice(cut)];
  if (body.trim() === '')
    throw inputError(`expected a ${language} function with a body, it is empty.`);
  return { head, body };
}

/** The colon that ends the signature: behind the brackets, outside of texts and comments. */
function endOfSignature(code: string, from: number): number {
  const token = /#[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[()[\]{}:]/g;
  token.lastIndex = from;
  let open = 0;
  for (let match = token.exec(code); match !== null; match = token.exec(code)) {
    const [found] = match;
    if ('([{'.includes(found)) open++;
    else if (')]}'.includes(found)) open--;
    else if (found === ':' && open === 0) return match.index;
  }
  return -1;
}
