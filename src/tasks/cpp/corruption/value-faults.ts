import { isLibraryName } from '../normal-form.js';
import { slips } from '../slips.js';
import { closing, droppedGuards, dropTokens, endOf, isSpaced, put, where } from './edits.js';
import {
  behavesWrongly,
  fails,
  operatorOf,
  type CorruptionKind,
  type CorruptionOperator,
  type Source,
} from './operator.js';

const overflows = [
  fails('runtime_error', /overflow|shift|divide|assertion/),
  fails('wrong_answer'),
  fails('warning', /overflow|conversion/),
];

/** Replaces an operator that is written between blanks. */
function between(
  kind: CorruptionKind,
  name: string,
  others: Readonly<Record<string, readonly string[]>>,
): CorruptionOperator {
  return operatorOf(kind, name, behavesWrongly, (source, random) =>
    source.tokens.flatMap((token) =>
      Object.hasOwn(others, token.text) && isSpaced(source, token)
        ? [put(token, random.pick(others[token.text]))]
        : [],
    ),
  );
}

const isZeroCheck = (texts: readonly string[]): boolean =>
  texts.length === 3 && texts[1] === '==' && texts[2] === '0';

const slipEdits = (kind: string): CorruptionOperator['edits'] => {
  const { edits } = slips.find((each) => each.kind === kind)!;
  return ({ tokens }, random) => edits(tokens, random);
};

/** Faults of arithmetic and of logic: the program runs, and mostly gives something else. */
export const valueFaults: readonly CorruptionOperator[] = [
  between('arithmetic', 'operator', {
    '+': ['-'],
    '-': ['+'],
    '*': ['+'],
    '/': ['*', '%'],
    '%': ['/'],
    '+=': ['-=', '='],
    '-=': ['+='],
    '*=': ['+='],
    '<<': ['>>'],
    '>>': ['<<'],
  }),
  operatorOf('arithmetic', 'narrow', overflows, (source) => [
    ...where(source, 'long', (token, i) => {
      const next = source.tokens[i + 1];
      return next?.text === 'long' ? { start: token.at, end: endOf(next), text: 'int' } : null;
    }),
    ...where(source, 'int64_t', (token) => put(token, 'int')),
    ...source.tokens.flatMap((token) =>
      token.kind === 'number' && /^\d+[lL]{1,2}$/.test(token.text)
        ? [put(token, token.text.replace(/[lL]+$/, ''))]
        : [],
    ),
    ...where(source, 'static_cast', (token, i) => {
      const { tokens } = source;
      const open = tokens.findIndex(({ text }, at) => at > i && text === '(');
      return open > 0 && closing(tokens, open) > 0
        ? { start: token.at, end: tokens[open].at, text: '' }
        : null;
    }),
  ]),
  operatorOf('arithmetic', 'constant', behavesWrongly, ({ tokens }, random) =>
    tokens.flatMap((token, i) => {
      if (!/^\d{1,3}$/.test(token.text) || tokens[i - 1]?.text === '[') return [];
      const value = Number(token.text);
      return [put(token, String(value + (value > 0 ? random.pick([1, -1]) : 1)))];
    }),
  ),
  operatorOf(
    'arithmetic',
    'zero-guard',
    [
      fails('runtime_error', /divide-by-zero|FPE|overflow|assertion/),
      fails('wrong_answer'),
      fails('timeout'),
    ],
    (source) => droppedGuards(source, isZeroCheck),
  ),
  between('logic', 'comparison', {
    '==': ['!='],
    '!=': ['=='],
    '<': ['>', '>='],
    '>': ['<', '<='],
    '<=': ['>', '<'],
    '>=': ['<', '>'],
  }),
  between('logic', 'connective', { '&&': ['||'], '||': ['&&'] }),
  operatorOf('logic', 'negation', behavesWrongly, (source) =>
    where(source, '!', (token) => ({ start: token.at, end: endOf(token), text: '' })),
  ),
  operatorOf('logic', 'truth', behavesWrongly, (source) => [
    ...where(source, 'true', (token) => put(token, 'false')),
    ...where(source, 'false', (token) => put(token, 'true')),
  ]),
  operatorOf('logic', 'step', behavesWrongly, (source) => [
    ...where(source, '++', (token) => put(token, '--')),
    ...where(source, '--', (token) => put(token, '++')),
  ]),
  operatorOf('logic', 'break', behavesWrongly, (source) => [
    ...where(source, 'break', (token) => put(token, 'continue')),
    ...where(source, 'continue', (token) => put(token, 'break')),
  ]),
  operatorOf('logic', 'extreme', behavesWrongly, (source) =>
    source.tokens.flatMap((token, i) => {
      const isCall = source.tokens[i - 1]?.text === '::' && source.tokens[i + 1]?.text === '(';
      const other: Record<string, string> = { min: 'max', max: 'min' };
      return isCall && Object.hasOwn(other, token.text) ? [put(token, other[token.text])] : [];
    }),
  ),
  operatorOf('logic', 'guard', behavesWrongly, (source) =>
    droppedGuards(source, (texts) => !isZeroCheck(texts)),
  ),
  operatorOf('logic', 'statement', behavesWrongly, (source) => droppedAssignments(source)),
  operatorOf('logic', 'variable', behavesWrongly, (source, random) =>
    otherVariables(source, random),
  ),
  operatorOf(
    'logic',
    'assignment',
    [...behavesWrongly, fails('warning', /parentheses/), fails('compile_error')],
    slipEdits('slip/assignment'),
  ),
  operatorOf(
    'logic',
    'missing-return',
    [...behavesWrongly, fails('warning', /return-type/)],
    slipEdits('slip/return'),
  ),
];

/** `x += y;`, `i++;` and their like, forgotten. */
function droppedAssignments(source: Source): ReturnType<typeof dropTokens>[] {
  const { tokens } = source;
  return tokens.flatMap((token, i) => {
    if (!/^([-+*/%&|^]|<<)?=$|^\+\+$|^--$/.test(token.text)) return [];
    const first = i - 1;
    const starts = [';', '{', '}', ')', 'else'].includes(tokens[first - 1]?.text ?? '');
    const end = tokens.findIndex(({ text }, at) => at > i && text === ';');
    const isWhole = end > 0 && !tokens.slice(i, end).some(({ text }) => '{}'.includes(text));
    if (tokens[first]?.kind !== 'name' || !starts || !isWhole) return [];
    // Behind `)` and `else` a statement must stand.
    return [';', '{', '}'].includes(tokens[first - 1].text) ? [dropTokens(source, first, end)] : [];
  });
}

/** A variable where another one was meant: one that the program names before. */
function otherVariables(
  { tokens }: Source,
  random: Parameters<CorruptionOperator['edits']>[1],
): ReturnType<typeof put>[] {
  const isVariable = (i: number): boolean =>
    tokens[i].kind === 'name' &&
    !isLibraryName(tokens, i) &&
    !['(', '::'].includes(tokens[i + 1]?.text ?? '') &&
    !['.', '->', '::'].includes(tokens[i - 1]?.text ?? '');
  // Those that come later may not be there yet.
  const before = new Set<string>();
  return tokens.flatMap((token, i) => {
    if (!isVariable(i)) return [];
    const others = [...before].filter((name) => name !== token.text);
    before.add(token.text);
    // A declaration keeps its name.
    const isDeclared = tokens[i - 1]?.kind === 'name' && tokens[i - 1].text !== 'return';
    return isDeclared || others.length === 0 ? [] : [put(token, random.pick(others))];
  });
}
