import { isLibraryName } from '../normal-form.js';
import { slips } from '../slips.js';
import { put, where } from './edits.js';
import { doesNotCompile, fails, operatorOf, type CorruptionOperator } from './operator.js';

/** A slip of the hand of the corpus, as an operator. */
function fromSlip(
  slip: string,
  kind: 'syntax' | 'types',
  expected = doesNotCompile,
): CorruptionOperator {
  const { edits } = slips.find((each) => each.kind === `slip/${slip}`)!;
  return operatorOf(kind, slip, expected, ({ tokens }, random) => edits(tokens, random));
}

const misspeltKeywords: Record<string, string> = {
  return: 'retrun',
  while: 'whlie',
  for: 'fro',
  else: 'esle',
  if: 'fi',
  const: 'cosnt',
  struct: 'strcut',
};

const builtInTypes = new Set(['int', 'long', 'bool', 'char', 'double', 'float', 'size_t', 'auto']);

/** Faults that the compiler finds. */
export const buildErrors: readonly CorruptionOperator[] = [
  fromSlip('semicolon', 'syntax'),
  fromSlip('parenthesis', 'syntax'),
  fromSlip('bracket', 'syntax'),
  fromSlip('brace', 'syntax'),
  operatorOf('syntax', 'keyword', doesNotCompile, ({ tokens }) =>
    tokens.flatMap((token) =>
      Object.hasOwn(misspeltKeywords, token.text) ? [put(token, misspeltKeywords[token.text])] : [],
    ),
  ),
  operatorOf('syntax', 'quote', doesNotCompile, ({ tokens }) =>
    tokens.flatMap((token) =>
      token.kind === 'text' && token.text.length > 1 && token.text.endsWith('"')
        ? [{ start: token.at + token.text.length - 1, end: token.at + token.text.length, text: '' }]
        : [],
    ),
  ),
  fromSlip('type', 'types'),
  fromSlip('undeclared', 'types'),
  fromSlip('std', 'types'),
  // `x = 0;` where `int x = 0;` was meant.
  operatorOf('types', 'undeclared-variable', doesNotCompile, ({ tokens }) =>
    tokens.flatMap((token, i) => {
      const starts = [';', '{', '}', '('].includes(tokens[i - 1]?.text ?? '{');
      if (!starts || !builtInTypes.has(token.text)) return [];
      let name = i + 1;
      while (builtInTypes.has(tokens[name]?.text ?? '')) name++;
      if (tokens[name]?.kind !== 'name' || tokens[name + 1]?.text !== '=') return [];
      return [{ start: token.at, end: tokens[name].at, text: '' }];
    }),
  ),
  operatorOf('types', 'member-access', doesNotCompile, (source) => [
    ...where(source, '.', (token) => put(token, '->')),
    ...where(source, '->', (token) => put(token, '.')),
  ]),
  operatorOf('types', 'text-for-character', [...doesNotCompile, fails('warning')], ({ tokens }) =>
    tokens.flatMap((token) =>
      token.kind === 'character' && /^'[^'"\\]'$/.test(token.text)
        ? [put(token, `"${token.text[1]}"`)]
        : [],
    ),
  ),
  operatorOf('types', 'call-of-variable', doesNotCompile, ({ tokens }) =>
    tokens.flatMap((token, i) =>
      token.text === '[' && tokens[i - 1]?.kind === 'name' && !isLibraryName(tokens, i - 1)
        ? bracketsToCall(tokens, i)
        : [],
    ),
  ),
];

/** `a(i)` for `a[i]`, as in other languages. */
function bracketsToCall(
  tokens: readonly { text: string; at: number }[],
  open: number,
): { start: number; end: number; text: string }[] {
  const close = tokens.findIndex(({ text }, i) => i > open && text === ']');
  const inner = tokens.slice(open + 1, close);
  if (close < 0 || inner.length !== 1) return [];
  return [{ start: tokens[open].at, end: tokens[close].at + 1, text: `(${inner[0].text})` }];
}
