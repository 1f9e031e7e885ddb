import { inputError } from '../../errors.js';
import { nearest } from '../nearest.js';

/** What a list can be filtered by: texts that are held or not, numbers that are compared. */
export type FilterFields = Readonly<Record<string, 'text' | 'number'>>;

export const rolloutFields = {
  outcome: 'text',
  problem: 'text',
  kind: 'text',
  step: 'number',
  group: 'number',
  sample: 'number',
  reward: 'number',
  advantage: 'number',
  tokens: 'number',
  findings: 'number',
} as const satisfies FilterFields;

export type FilterTerm = { negated: boolean } & (
  | /** Holds the text, case apart; `null`: has none. */
    { type: 'text'; field: string; value: string | null }
  | { type: 'number'; field: string; low: number; high: number; open: 'low' | 'high' | null }
  /** Has no such number: not scored, no advantage. */
  | { type: 'none'; field: string }
  /** The text itself: a completion, a prompt. */
  | { type: 'holds'; value: string }
);

const term = /^(-?)([a-zA-Z_.]+)(:|>=|<=|!=|=|>|<)(.*)$/s;

/**
 * `outcome:clean reward>0.5 -kind:heap step:3..5 /text with blanks/`: all of these must hold. A minus
 * before one turns it around; `none` is what has no value; blanks are kept within `"…"` and `/…/`.
 * @param fields what there is; `null`: any, told by its sign
 */
export function parseFilter(text: string, fields: FilterFields | null): FilterTerm[] {
  return words(text).map((word) => parseTerm(word, fields));
}

/** The terms as typed. */
function words(text: string): string[] {
  const found: string[] = [];
  let rest = text.trim();
  while (rest !== '') {
    const [word] = /^-?\/(?:[^/\\]|\\.)*(?:\/(?=\s|$)|$)/s.exec(rest) ??
      /^(?:[^\s"]*"[^"]*"|\S)+/s.exec(rest) ?? [rest];
    found.push(word);
    rest = rest.slice(word.length).trimStart();
  }
  return found;
}

function parseTerm(word: string, fields: FilterFields | null): FilterTerm {
  const searched = /^(-?)\/(.*?)\/?$/s.exec(word);
  if (searched) {
    const value = searched[2].replaceAll('\\/', '/');
    if (value === '') throw inputError(`${word}: expected a text behind the /, such as /new int.`);
    return { type: 'holds', negated: searched[1] === '-', value };
  }
  const known = fields === null ? [] : Object.keys(fields);
  const found = term.exec(word);
  if (!found)
    throw inputError(
      `${word}: expected a field with what it should be, such as ${known[0] ?? 'id'}:${known[0] === 'outcome' ? 'clean' : 'text'}; texts are searched by /${word}. Fields: ${known.join(', ')}.`,
    );
  const [, minus, field, sign, raw] = found;
  const value = raw.replaceAll('"', '');
  if (fields !== null && !(field in fields))
    throw inputError(
      `${field}: there is no such field. Did you mean '${nearest(field, known)}'? Fields: ${known.join(', ')}.`,
    );
  if (value === '') throw inputError(`${word}: expected a value behind ${sign}.`);
  const negated = (minus === '-') !== (sign === '!=');
  const type = fields === null ? (sign === ':' ? 'text' : 'number') : fields[field];
  if (type === 'text') {
    if (sign !== ':' && sign !== '=' && sign !== '!=')
      throw inputError(
        `${word}: ${field} is a text, which is compared by ${field}:text, not by ${sign}.`,
      );
    return { type, field, negated, value: value === 'none' ? null : value.toLowerCase() };
  }
  if (value === 'none' && (sign === ':' || sign === '=' || sign === '!='))
    return { type: 'none', field, negated };
  return { field, negated, ...range(word, sign, value) };
}

type NumberRange = Pick<FilterTerm & { type: 'number' }, 'type' | 'low' | 'high' | 'open'>;

function range(word: string, sign: string, value: string): NumberRange {
  const between = sign === ':' ? /^(.+)\.\.(.+)$/.exec(value) : null;
  const number = (text: string): number => {
    const read = Number(text.replace('−', '-'));
    if (text.trim() === '' || Number.isNaN(read))
      throw inputError(`${word}: expected a number behind ${sign}, got '${text}'.`);
    return read;
  };
  if (between)
    return { type: 'number', low: number(between[1]), high: number(between[2]), open: null };
  const own = number(value);
  if (sign === '>') return { type: 'number', low: own, high: Infinity, open: 'low' };
  if (sign === '>=') return { type: 'number', low: own, high: Infinity, open: null };
  if (sign === '<') return { type: 'number', low: -Infinity, high: own, open: 'high' };
  if (sign === '<=') return { type: 'number', low: -Infinity, high: own, open: null };
  return { type: 'number', low: own, high: own, open: null };
}

/** Whether a number lies where the term wants it. */
export function inRange(term: FilterTerm & { type: 'number' }, value: number): boolean {
  const { low, high, open } = term;
  if (open === 'low') return value > low;
  if (open === 'high') return value < high;
  return value >= low && value <= high;
}
