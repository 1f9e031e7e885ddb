import { internalError } from '../errors.js';
import { parseDecimal } from './arithmetic-rational.js';
import type { Rational } from './arithmetic-rational.js';

/**
 * What a line of worked arithmetic is made of. `word`: a unit, `%`, or plain prose. `break`: ends a
 * statement (punctuation, the line's end). `bad`: mathematics that is not plain arithmetic (a
 * variable, `<`, `≈`, `√`, a clock time), so nothing that touches it is judged.
 */
export interface MathToken {
  kind: 'number' | 'operator' | 'open' | 'close' | 'equals' | 'word' | 'break' | 'bad';
  /** UTF-16 range in the text; a number begins at its currency sign. */
  start: number;
  end: number;
  /** An operator is one of `+ - * / ^`, whatever its sign; a word is in lower case. */
  text: string;
  number: { value: Rational; decimals: number; digits: number } | null;
}

interface Rule {
  kind: MathToken['kind'] | 'blank' | 'currency' | 'fraction';
  pattern: RegExp;
  text?: string;
}

/** The first that matches at a place wins. */
const rules: readonly Rule[] = [
  {
    kind: 'blank',
    pattern: /<<[^<>\n]*>>|[^\S\n]+|\\left|\\right|\\[,;! \\]|\\boxed\{|[&°]|(?<=\d)(?:\.{3}|…)/y,
  },
  { kind: 'currency', pattern: /\\?\$|[€£¥₹]/y },
  { kind: 'fraction', pattern: /\\[dt]?frac\{([^{}\n]*)\}\{([^{}\n]*)\}/y },
  { kind: 'word', pattern: /\\(?:text|textbf|mathrm|mbox)\{[^{}\d\n]*\}|\\?%/y },
  { kind: 'bad', pattern: /[<>!+*/-]=|\d+(?::\d+)+|0\d[\d,.:]*|\d+\.\d+\.\d+/y },
  { kind: 'bad', pattern: /\d[\d,.]*,(?:\d{1,2}|\d{4,})(?!\d)/y },
  { kind: 'break', pattern: /[-=]>|\\[()[\]]|--+/y },
  { kind: 'equals', pattern: /==?/y },
  { kind: 'number', pattern: /\d{1,3}(?:(?:,|\{,\})\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+/y },
  { kind: 'operator', text: '^', pattern: /\^|(?<=[\d)])\*\*(?=[\d(])/y },
  { kind: 'blank', pattern: /\*\*/y },
  { kind: 'operator', text: '*', pattern: /\\times|\\cdot|[*×✕✖·∙⋅]/y },
  { kind: 'operator', text: '*', pattern: /(?<![\p{L}_])x(?=\s*\\?[$€£¥₹]?\s*[\d.(])/iuy },
  { kind: 'operator', text: '/', pattern: /\\div|[÷∕⁄]|\/(?!\p{L})/uy },
  { kind: 'operator', text: '-', pattern: /[-−–‒]/y },
  { kind: 'operator', text: '+', pattern: /\+/y },
  { kind: 'word', pattern: /\/?\p{L}[\p{L}\p{M}]*(?:['’/-]\p{L}[\p{L}\p{M}]*)*/uy },
  { kind: 'open', pattern: /[([]/y },
  { kind: 'close', pattern: /[)\]]/y },
  { kind: 'bad', pattern: /[<>≈≠≤≥±~√∑π|²³¹½¼¾⅓⅔_\\{@]/y },
  { kind: 'break', pattern: /[^]/uy },
];

/** The tokens of a text that begins at `offset` of a longer one. Annotations `<<…>>` are blank. */
export function tokenize(text: string, offset = 0): MathToken[] {
  const tokens: MathToken[] = [];
  let at = 0;
  let currency: number | null = null;
  while (at < text.length) {
    const { rule, found } = firstMatch(text, at);
    const start = at;
    at += found[0].length;
    if (rule.kind === 'currency') currency = start;
    if (rule.kind === 'blank' || rule.kind === 'currency') continue;
    if (rule.kind === 'fraction') tokens.push(...fraction(found, offset + start, offset + at));
    else {
      const token = toToken(rule.kind, rule.text ?? found[0], offset + start, offset + at);
      if (isNameWith(tokens.at(-1), token)) token.kind = 'bad';
      if (currency !== null && (token.kind === 'number' || token.kind === 'open'))
        token.start = offset + currency;
      tokens.push(token);
    }
    currency = null;
  }
  return tokens;
}

function firstMatch(text: string, at: number): { rule: Rule; found: RegExpExecArray } {
  for (const rule of rules) {
    rule.pattern.lastIndex = at;
    const found = rule.pattern.exec(text);
    if (found !== null) return { rule, found };
  }
  throw internalError(`tokenize: no rule for character ${at}`);
}

function toToken(kind: MathToken['kind'], text: string, start: number, end: number): MathToken {
  if (kind === 'number') {
    const digits = text.replace(/\D/g, '').length;
    const number = parseDecimal(text.replace(/[{}]/g, ''));
    if (number === null) return { kind: 'bad', start, end, text, number };
    return { kind, start, end, text, number: { ...number, digits } };
  }
  const word = text
    .replace(/^\\\w+\{(.*)\}$/, '$1')
    .trim()
    .toLowerCase();
  const isVariable = kind === 'word' && /^\/?\p{L}$/u.test(word) && text !== 'a';
  return {
    kind: isVariable ? 'bad' : kind,
    start,
    end,
    text: kind === 'word' ? word.replace('\\', '') : text,
    number: null,
  };
}

/** `x5`, `B12`, `2a`: a name or a variable touches a number. */
function isNameWith(before: MathToken | undefined, token: MathToken): boolean {
  if (before?.end !== token.start) return false;
  if (token.kind === 'number') return before.kind === 'word' || before.kind === 'bad';
  return before.kind === 'number' && token.kind === 'word' && token.text === 'a';
}

/** `\frac{a}{b}` is `((a)/(b))`. */
function fraction(found: RegExpExecArray, start: number, end: number): MathToken[] {
  const [whole, above, below] = found;
  const mark = (kind: MathToken['kind'], text: string, from: number, to: number): MathToken => ({
    kind,
    text,
    start: from,
    end: to,
    number: null,
  });
  const first = start + whole.indexOf('{') + 1;
  const second = end - 1 - below.length;
  return [
    mark('open', String.raw`\frac`, start, first - 1),
    mark('open', '(', first - 1, first),
    ...tokenize(above, first),
    mark('close', ')', second - 2, second - 1),
    mark('operator', '/', second - 1, second - 1),
    mark('open', '(', second - 1, second),
    ...tokenize(below, second),
    mark('close', ')', end - 1, end),
    mark('close', ')', end, end),
  ];
}
