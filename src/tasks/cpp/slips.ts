import type { Random } from '../../algorithms/random.js';
import { lex } from './lexer.js';
import type { SourceToken } from './lexer.js';
import { isLibraryName } from './normal-form.js';

interface Edit {
  start: number;
  end: number;
  text: string;
}

export interface Slip {
  kind: string;
  /** All places of a completion where it can happen. */
  edits(tokens: readonly SourceToken[], random: Random): Edit[];
}

const drop = (token: SourceToken): Edit => ({
  start: token.at,
  end: token.at + token.text.length,
  text: '',
});

const swap =
  (from: string, ...to: string[]): Slip['edits'] =>
  (tokens, random) =>
    tokens.flatMap((token) =>
      token.text === from ? [{ ...drop(token), text: random.pick(to) }] : [],
    );

/** Slips of the hand that any program can have; nearly all of them stop it from compiling. */
export const slips: readonly Slip[] = [
  {
    kind: 'slip/semicolon',
    edits: (tokens) => tokens.filter(({ text }) => text === ';').map(drop),
  },
  {
    kind: 'slip/parenthesis',
    edits: (tokens) => tokens.filter(({ text }) => text === ')').map(drop),
  },
  { kind: 'slip/bracket', edits: (tokens) => tokens.filter(({ text }) => text === ']').map(drop) },
  {
    kind: 'slip/brace',
    edits: (tokens) => tokens.filter(({ text }) => '{}'.includes(text)).map(drop),
  },
  { kind: 'slip/assignment', edits: swap('==', '=') },
  { kind: 'slip/type', edits: (tokens, random) => wrongTypes(tokens, random) },
  { kind: 'slip/undeclared', edits: (tokens, random) => misspelt(tokens, random) },
  {
    kind: 'slip/std',
    edits: (tokens) =>
      tokens.flatMap((token, i) =>
        token.text === 'std' && tokens[i + 1]?.text === '::'
          ? [{ start: token.at, end: tokens[i + 1].at + 2, text: '' }]
          : [],
      ),
  },
  {
    kind: 'slip/return',
    // The last return statement forgotten as a whole.
    edits: (tokens: readonly SourceToken[]): Edit[] => {
      const last = tokens.map(({ text }) => text).lastIndexOf('return');
      const end = tokens.findIndex(({ text }, i) => i > last && text === ';');
      return last < 0 || end < 0
        ? []
        : [{ start: tokens[last].at, end: tokens[end].at + 1, text: '' }];
    },
  },
];

/**
 * Slips drawn independently by kind, so that one program can have several; the chance that at least
 * one is drawn is `rate`.
 */
export function applySlips(
  completion: string,
  random: Random,
  rate: number,
): { completion: string; kinds: string[] } {
  const each = 1 - (1 - rate) ** (1 / slips.length);
  const kinds: string[] = [];
  let text = completion;
  for (const slip of slips) {
    if (random.next() >= each) continue;
    const edits = slip.edits(lex(text), random);
    if (edits.length === 0) continue;
    const { start, end, text: put } = random.pick(edits);
    text = text.slice(0, start) + put + text.slice(end);
    kinds.push(slip.kind);
  }
  // A line left empty is a line deleted.
  return { completion: kinds.length > 0 ? text.replace(/^ *\n/gm, '') : text, kinds };
}

function wrongTypes(tokens: readonly SourceToken[], random: Random): Edit[] {
  const wrong: Record<string, string[]> = {
    int: ['integer', 'Int', 'it'],
    long: ['lng', 'longg'],
    bool: ['boolean', 'bol'],
    char: ['chr', 'character'],
    double: ['dbl', 'doble'],
    string: ['String', 'str'],
    vector: ['Vector', 'array'],
    nullptr: ['null', 'nullptrr'],
  };
  return tokens.flatMap((token) =>
    Object.hasOwn(wrong, token.text) && token.kind === 'name'
      ? [{ ...drop(token), text: random.pick(wrong[token.text]) }]
      : [],
  );
}

/** One use of a name with a letter dropped, doubled or swapped; another letter for a short one. */
function misspelt(tokens: readonly SourceToken[], random: Random): Edit[] {
  return tokens.flatMap((token, i) => {
    if (token.kind !== 'name' || isLibraryName(tokens, i)) return [];
    const { text } = token;
    const at = random.int(text.length);
    const spellings =
      text.length === 1
        ? [`${text}${text}`, String.fromCharCode(97 + random.int(26))]
        : [
            text.slice(0, at) + text.slice(at + 1),
            text.slice(0, at) + text[at] + text.slice(at),
            text.slice(0, at) +
              text
                .slice(at, at + 2)
                .split('')
                .reverse()
                .join('') +
              text.slice(at + 2),
          ];
    return [{ ...drop(token), text: random.pick(spellings) }];
  });
}
