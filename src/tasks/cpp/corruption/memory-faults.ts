import {
  closing,
  droppedGuards,
  dropTokens,
  endOf,
  endOfStatement,
  isSpaced,
  loopHeaders,
  put,
  startOfPreviousStatement,
  where,
} from './edits.js';
import {
  behavesWrongly,
  fails,
  operatorOf,
  type CorruptionOperator,
  type Edit,
  type Source,
} from './operator.js';

const outside =
  /overflow|underflow|out-of-bounds|SEGV|unknown-crash|null|pointer|insufficient|exception|assertion|use-after/i;

/** One step too far is a wrong answer where the memory beyond is the program's own. */
const leavesBounds = [
  fails('runtime_error', outside),
  fails('wrong_answer'),
  fails('timeout'),
  fails('warning', /bounds|overflow|overread|restrict/),
];

const isNull = (texts: readonly string[]): boolean =>
  texts.includes('nullptr') || texts.includes('NULL') || (texts[0] === '!' && texts.length === 2);

const isEmptiness = (texts: readonly string[]): boolean =>
  texts.includes('empty') ||
  (texts.length >= 3 && ['0', '1'].includes(texts[texts.length - 1]) && !isNull(texts));

/** Faults of bounds and of lifetimes: what the sanitizers are there for. */
export const memoryFaults: readonly CorruptionOperator[] = [
  operatorOf('bounds', 'loop-end', leavesBounds, (source) =>
    loopHeaders(source.tokens).flatMap(({ open, close }) =>
      source.tokens.slice(open, close).flatMap((token) => {
        const wider: Record<string, string> = { '<': '<=', '>': '>=', '<=': '<', '>=': '>' };
        return Object.hasOwn(wider, token.text) && isSpaced(source, token)
          ? [put(token, wider[token.text])]
          : [];
      }),
    ),
  ),
  operatorOf('bounds', 'loop-start', leavesBounds, ({ tokens }) =>
    loopHeaders(tokens).flatMap(({ open, close }) => {
      const at = tokens.findIndex(({ text }, i) => i > open && i < close && text === '=');
      const first = tokens[at + 1];
      if (at < 0 || tokens[at + 2]?.text !== ';' || first.kind !== 'number') return [];
      return [put(first, first.text === '0' ? '1' : '0')];
    }),
  ),
  operatorOf('bounds', 'index', leavesBounds, ({ tokens }, random) =>
    tokens.flatMap((token, i) => {
      if (token.text !== '[' || !isSubscripted(tokens[i - 1]?.text ?? '')) return [];
      const close = closing(tokens, i);
      const at = close < 0 ? token.at : tokens[close].at;
      return close > i + 1 ? [{ start: at, end: at, text: random.pick([' + 1', ' - 1']) }] : [];
    }),
  ),
  // `n` for `n - 1`, and an array without room for the last one.
  operatorOf('bounds', 'one', leavesBounds, (source) =>
    source.tokens.flatMap((token, i) =>
      (token.text === '-' || token.text === '+') &&
      isSpaced(source, token) &&
      source.tokens[i + 1]?.text === '1'
        ? [{ start: token.at - 1, end: endOf(source.tokens[i + 1]), text: '' }]
        : [],
    ),
  ),
  operatorOf('bounds', 'reserve', leavesBounds, (source) =>
    where(source, 'resize', (token) => put(token, 'reserve')),
  ),
  operatorOf('bounds', 'empty-guard', leavesBounds, (source) => droppedGuards(source, isEmptiness)),
  operatorOf('lifetime', 'leak', [fails('runtime_error', /memory-leak/)], (source) =>
    releases(source).map(({ first, last }) => dropTokens(source, first, last)),
  ),
  operatorOf(
    'lifetime',
    'double-free',
    [fails('runtime_error', /double-free|use-after-free|bad-free|invalid-free/)],
    (source) =>
      releases(source).map(({ first, last }) => {
        const { text, tokens } = source;
        const statement = text.slice(tokens[first].at, endOf(tokens[last]));
        const end = endOf(tokens[last]);
        return { start: end, end, text: `\n${indentOf(source, first)}${statement}` };
      }),
  ),
  operatorOf(
    'lifetime',
    'mismatched-delete',
    [fails('runtime_error', /mismatch/), fails('warning', /mismatch/)],
    ({ tokens }) =>
      tokens.flatMap((token, i) =>
        token.text === 'delete' && tokens[i + 1]?.text === '[' && tokens[i + 2]?.text === ']'
          ? [{ start: token.at, end: endOf(tokens[i + 2]), text: 'delete' }]
          : [],
      ),
  ),
  operatorOf(
    'lifetime',
    'use-after-free',
    [fails('runtime_error', /use-after-free/), fails('warning', /use-after-free/)],
    (source) =>
      releases(source).flatMap(({ first, last }): Edit[] => {
        const { text, tokens } = source;
        const before = startOfPreviousStatement(tokens, first);
        if (before < 0) return [];
        const release = text.slice(tokens[first].at, endOf(tokens[last]));
        const statement = text.slice(tokens[before].at, endOf(tokens[first - 1]));
        const gap = text.slice(endOf(tokens[first - 1]), tokens[first].at);
        const { at: start } = tokens[before];
        return [{ start, end: endOf(tokens[last]), text: `${release}${gap}${statement}` }];
      }),
  ),
  operatorOf(
    'lifetime',
    'null-check',
    [fails('runtime_error', /null|SEGV/i), fails('warning', /null/)],
    (source) => [
      ...droppedGuards(source, isNull),
      // `p && p->next`: the first half forgotten.
      ...where(source, '&&', (_, i) => {
        const name = source.tokens[i - 1];
        const isCheck = name?.kind === 'name' && source.tokens[i + 1]?.text === name.text;
        const opens = ['(', '&&', '||', 'return'].includes(source.tokens[i - 2]?.text ?? '');
        if (!isCheck || !opens || source.tokens[i + 2]?.text !== '->') return null;
        return { start: name.at, end: source.tokens[i + 1].at, text: '' };
      }),
    ],
  ),
  operatorOf(
    'lifetime',
    'uninitialised',
    [...behavesWrongly, fails('warning', /uninitialized/)],
    (source) =>
      where(source, '=', (token, i) => {
        const { tokens } = source;
        const end = endOfStatement(tokens, i);
        const isDeclared =
          scalarTypes.has(tokens[i - 2]?.text ?? '') && tokens[i - 1].kind === 'name';
        if (!isDeclared || end < 0 || source.text[token.at - 1] !== ' ') return null;
        return { start: token.at - 1, end: tokens[end].at, text: '' };
      }),
  ),
  operatorOf('lifetime', 'stale-iterator', [fails('runtime_error')], (source) =>
    where(source, 'erase', (_, i) => {
      const { tokens } = source;
      const isAssigned = tokens[i - 1]?.text === '.' && tokens[i - 3]?.text === '=';
      return isAssigned && tokens[i - 4]?.kind === 'name'
        ? { start: tokens[i - 4].at, end: tokens[i - 2].at, text: '' }
        : null;
    }),
  ),
];

const scalarTypes = new Set(['int', 'long', 'bool', 'char', 'double', 'float', 'size_t', '*']);

/** `delete x;`, `delete[] x;`, `free(x);` */
function releases({ tokens }: Source): { first: number; last: number }[] {
  return tokens.flatMap(({ text }, first) => {
    const isCall = text === 'free' && tokens[first + 1]?.text === '(';
    const last = text === 'delete' || isCall ? endOfStatement(tokens, first) : -1;
    return last < 0 ? [] : [{ first: qualified(tokens, first), last }];
  });
}

/** `std::free` begins at `std`. */
function qualified(tokens: Source['tokens'], at: number): number {
  return tokens[at - 1]?.text === '::' && tokens[at - 2]?.text === 'std' ? at - 2 : at;
}

function indentOf({ text, tokens }: Source, at: number): string {
  const line = text.slice(text.lastIndexOf('\n', tokens[at].at) + 1, tokens[at].at);
  return /^\s*/.exec(line)![0];
}

function isSubscripted(before: string): boolean {
  return /^[A-Za-z_]\w*$|^[)\]]$/.test(before) && !['delete', 'new', 'return'].includes(before);
}
