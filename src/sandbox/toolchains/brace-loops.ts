import { byteOffsetOfIndex, lineColumnOf } from '../../diagnostics/index.js';
import type { SourceMap } from '../../diagnostics/index.js';
import type { LoopExtent } from '../loops.js';
import { lex } from './brace-lexer.js';

/** A loop of C++ or Java; `first` and `last` are the lines of the whole statement. */
export interface Loop extends LoopExtent {
  /** The header, `while (n > 0)`: line and byte column of its start and (exclusive) end. */
  start: { line: number; column: number };
  end: { line: number; column: number };
}

/** A source beyond is no answer of a model's: its loops are not looked for. */
const mostTokens = 20_000;

/** All loops, outer ones before inner ones. */
export function loopsOf(map: SourceMap): Loop[] {
  const { tokens, starts, depths } = lex(map.text);
  if (tokens.length > mostTokens) return [];
  const place = (index: number): { line: number; column: number } =>
    lineColumnOf(map.index, byteOffsetOfIndex(map.text, index));
  const behind = (i: number): number => starts[i] + tokens[i].length;

  const closers = closersOf(tokens, depths);
  /** Index of the bracket that closes the one at `i`, or of the last token. */
  const closing = (i: number): number => closers.get(i) ?? tokens.length - 1;

  const ends = new Map<number, number>();
  /** Index of the last token of the statement that begins at `i`. */
  const statementEnd = (i: number): number => {
    const known = ends.get(i);
    if (known !== undefined) return known;
    const end = endOf(i);
    ends.set(i, end);
    return end;
  };
  const endOf = (i: number): number => {
    if (i >= tokens.length) return tokens.length - 1;
    if (tokens[i] === '{') return closing(i);
    if (tokens[i] === 'do') return doEnd(i);
    if (['for', 'while', 'if', 'switch'].includes(tokens[i])) {
      const open = tokens.indexOf('(', i);
      const end = open < 0 ? i : statementEnd(closing(open) + 1);
      return tokens[i] === 'if' && tokens[end + 1] === 'else' ? statementEnd(end + 2) : end;
    }
    for (let k = i; k < tokens.length; k++) {
      if (tokens[k] === ';' && depths[k] <= depths[i]) return k;
      if (tokens[k] === '}' && depths[k] < depths[i]) return k - 1;
    }
    return tokens.length - 1;
  };
  const doEnd = (i: number): number => {
    const condition = statementEnd(i + 1) + 1;
    return tokens[condition] === 'while'
      ? Math.min(closing(condition + 1) + 1, tokens.length - 1)
      : condition - 1;
  };

  // Inner ones first, so that no nest is too deep to be followed.
  for (let i = tokens.length - 1; i >= 0; i--)
    if (['for', 'while', 'do', 'if', 'switch'].includes(tokens[i])) statementEnd(i);

  const tails = new Set<number>();
  return tokens.flatMap((token, i): Loop[] => {
    if (tails.has(i) || !['for', 'while', 'do'].includes(token)) return [];
    let header = i;
    let end: number;
    if (token === 'do') {
      end = doEnd(i);
      header = statementEnd(i + 1) + 1;
      tails.add(header);
      if (tokens[header] !== 'while') return [];
    } else {
      if (tokens[i + 1] !== '(') return [];
      end = statementEnd(i);
    }
    const close = closing(header + 1);
    return [
      {
        start: place(starts[header]),
        end: place(behind(close)),
        first: place(starts[i]).line,
        last: place(starts[Math.max(end, close)]).line,
        counted:
          token === 'for' &&
          isCounted(tokens.slice(i + 2, close), tokens.slice(close + 1, end + 1)),
      },
    ];
  });
}

/** For each token the next bracket behind it that closes at its depth. */
function closersOf(tokens: readonly string[], depths: readonly number[]): Map<number, number> {
  const closers = new Map<number, number>();
  const next = new Map<number, number>();
  for (let i = tokens.length - 1; i >= 0; i--) {
    const closer = next.get(depths[i]);
    if (closer !== undefined) closers.set(i, closer);
    if (')]}'.includes(tokens[i])) next.set(depths[i], i);
  }
  return closers;
}

/**
 * `int i = 0; i < n; i++` whose body leaves `i` alone, or a loop over a container. Not what counts away
 * from its end, and not down to 0 without a sign: `for (size_t i = n; i >= 0; i--)` has no end.
 */
function isCounted(header: readonly string[], body: readonly string[]): boolean {
  const [start, condition, step] = split(header);
  if (condition === undefined || step === undefined) return header.includes(':'); // over a container
  const [name = '', compared = ''] = condition;
  if (!/^[A-Za-z_]\w*$/.test(name)) return false;
  const operator = compared + (condition[2] === '=' ? '=' : '');
  const bound = condition.slice(operator.length + 1).join('');
  const way = stepOf(step, name);
  const unsigned = start.some((word) => /^(unsigned|auto|size_t|uint\w*)$/.test(word));
  if (way === null || !['<', '<=', '>', '>=', '!='].includes(operator)) return false;
  if (way === 'up' && operator.startsWith('>')) return false;
  if (
    way === 'down' &&
    (operator.startsWith('<') || (operator === '>=' && bound === '0' && unsigned))
  )
    return false;
  const changed = new RegExp(
    `\\b${name} (= (?!=)|[-+*/%] = |\\+ \\+|- -)|(\\+ \\+|- -) ${name}\\b`,
  );
  return !changed.test(`${body.join(' ')} `);
}

/** `i++`, `i += 2`. */
function stepOf(step: readonly string[], name: string): 'up' | 'down' | null {
  const text = step.join('');
  if (text === `${name}++` || text === `++${name}`) return 'up';
  if (text === `${name}--` || text === `--${name}`) return 'down';
  const by = new RegExp(`^${name}([-+])=[1-9]\\d*$`).exec(text);
  return by === null ? null : by[1] === '+' ? 'up' : 'down';
}

function split(header: readonly string[]): string[][] {
  const parts: string[][] = [[]];
  for (const token of header) {
    if (token === ';') parts.push([]);
    else parts[parts.length - 1].push(token);
  }
  return parts;
}
