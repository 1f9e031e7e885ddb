/** The tokens of a C++ text, as far as they can be told without the preprocessor. */
export interface Lexed {
  tokens: string[];
  /** UTF-16 index of each token. */
  starts: number[];
  /** Bracket depth at each token. */
  depths: number[];
  /** Why the text cannot be trusted to stay within its bounds; `null` when it can. */
  fault: string | null;
  /** Brackets or literals do not close. */
  broken: boolean;
  /** Brackets that are still open at the end. */
  open: string[];
}

const pairs = new Map([
  [')', '('],
  [']', '['],
  ['}', '{'],
]);

export function lex(text: string): Lexed {
  const tokens: string[] = [];
  const starts: number[] = [];
  const depths: number[] = [];
  const open: string[] = [];
  const stop = (fault: string, broken: boolean): Lexed => ({
    tokens,
    starts,
    depths,
    fault,
    broken,
    open,
  });
  const pattern =
    /\s+|\/\/[^\n]*|\/\*[^]*?\*\/|(?:u8|[uUL])?"(?:[^"\\\n]|\\[^\n])*"|(?:u8|[uUL])?'(?:[^'\\\n]|\\[^\n])*'|[A-Za-z_]\w*|\.?\d(?:[eEpP][+-]|[\w.]|'(?=\w))*|::|->|[-+*/%&|^!~<>=?:;,.()[\]{}]/y;
  // g++ also joins lines where blanks stand between the backslash and the end of the line.
  if (/\\\s*\n|\?\?[=/'()!<>-]|\0/.test(text)) return stop('joined lines or trigraphs', false);
  let directive: string | null = null;
  let at = 0;
  while (at < text.length) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null || (match[0] === '/' && text[at + 1] === '*')) {
      const rest = text.slice(at);
      if (rest.startsWith('#')) {
        directive = 'preprocessor directive';
        at += /^[^\n]*/.exec(rest)?.[0].length ?? 1;
        continue;
      }
      if (/^["']|^\/\*/.test(rest)) return stop('a literal or comment does not close', true);
      return stop('a character outside the basic set', true);
    }
    const token = match[0];
    at += token.length;
    if (/^\s|^\/[/*]/.test(token)) continue;
    if (/^R$|^(u8|[uUL])R$/.test(token) && text[at] === '"') return stop('raw string', false);
    if (['<%', '<:', '%>', '%:', ':>'].includes(token + text[at])) return stop('digraph', false);
    if (pairs.has(token)) {
      if (open.pop() !== pairs.get(token)) return stop('brackets do not match', true);
    }
    tokens.push(token);
    starts.push(at - token.length);
    depths.push(open.length);
    if ('([{'.includes(token)) open.push(token);
  }
  return open.length > 0
    ? stop('brackets do not close', true)
    : { tokens, starts, depths, fault: directive, broken: false, open };
}
