import { inputError } from '../../errors.js';

/**
 * A regular expression of a `tokenizer.json` (Oniguruma, as Hugging Face's Rust library runs it) for
 * JavaScript with the flags `gu`. `\s`, `\d` and `\w` mean Unicode's classes there, which are not
 * JavaScript's: U+0085 is white space and U+FEFF is not. `(?i:…)` is spelled out, Node 20 lacks it.
 * What cannot be said is refused.
 */
export function javascriptPattern(pattern: string, where: string): string {
  const refuse = (part: string): never => {
    throw inputError(
      `${where}: the pattern ${JSON.stringify(pattern)} of tokenizer.json is not supported: ${part}.`,
    );
  };
  let out = '';
  let inClass = false;
  /** One per open group: whether letters in it match in both cases. */
  const groups: boolean[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i];
    const rest = pattern.slice(i);
    if (character === '\\') {
      const escape = pattern[++i] ?? refuse('it ends in a backslash');
      const property = /^[pP]\{[^}]*\}/.exec(pattern.slice(i))?.[0];
      if (property !== undefined) i += property.length - 1;
      out += classes[escape]?.(inClass) ?? plainEscape(property ?? escape);
    } else if (inClass) {
      if (character === '[' || rest.startsWith('&&')) refuse('a class within a class');
      inClass = character !== ']';
      out += character;
    } else if (character === '[') {
      if (groups.includes(true)) refuse('a class that ignores case');
      inClass = true;
      out += character;
    } else if (character === '(') {
      const ignoresCase = rest.startsWith('(?i:');
      groups.push(ignoresCase);
      out += ignoresCase ? '(?:' : '(';
      if (ignoresCase) i += '?i:'.length;
    } else if (character === ')') {
      groups.pop();
      out += character;
    } else out += groups.includes(true) ? bothCases(character) : character;
  }
  return out;
}

/** GPT-2's split, which a ByteLevel pre-tokenizer with `use_regex` applies. */
export const gpt2Pattern =
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/**
 * Pieces as the Rust library's Split cuts them, as a pattern whose matches, with what lies between
 * them, are the pieces; `matchesOnly` where what lies between is dropped.
 */
export function splitPattern(
  pattern: string,
  behavior: string,
  invert: boolean,
): { pattern: string; matchesOnly: boolean } | null {
  const between = `(?:(?!${pattern})[\\s\\S])`;
  switch (behavior) {
    case 'Isolated':
      return { pattern, matchesOnly: false };
    case 'Removed':
      return { pattern: invert ? pattern : `${between}+`, matchesOnly: true };
    case 'Contiguous':
      return invert ? null : { pattern: `(?:${pattern})+`, matchesOnly: false };
    case 'MergedWithPrevious':
      return invert ? null : { pattern: `${between}*(?:${pattern})`, matchesOnly: false };
    case 'MergedWithNext':
      return invert ? null : { pattern: `(?:${pattern})${between}*`, matchesOnly: false };
    default:
      return null;
  }
}

export function literalPattern(text: string): string {
  return text.replace(/[\^$\\.*+?()[\]{}|/]/g, '\\$&');
}

const space = '\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const notSpace =
  '\\0-\\x08\\x0e-\\x1f!-\\u0084\\u0086-\\u009f\\u00a1-\\u167f\\u1681-\\u1fff\\u200b-\\u2027\\u202a-\\u202e\\u2030-\\u205e\\u2060-\\u2fff\\u3001-\\u{10ffff}';
const word = '\\p{L}\\p{M}\\p{N}\\p{Pc}';

/** What an escaped letter becomes; a class of its own, or its members inside one. */
const classes: Record<string, ((inClass: boolean) => string) | undefined> = {
  s: (inClass) => (inClass ? space : `[${space}]`),
  S: (inClass) => (inClass ? notSpace : `[^${space}]`),
  d: () => '\\p{Nd}',
  D: () => '\\P{Nd}',
  w: (inClass) => (inClass ? word : `[${word}]`),
};

/** JavaScript allows a backslash before letters that mean something and before syntax only. */
function plainEscape(escape: string): string {
  return /^[A-Za-z0-9^$\\.*+?()[\]{}|/-]/.test(escape) ? `\\${escape}` : escape;
}

/** Two signs fold to ASCII letters: ſ to s, the Kelvin sign to k. */
function bothCases(character: string): string {
  if (!/[A-Za-z]/.test(character)) return character;
  const lower = character.toLowerCase();
  const folded = lower === 's' ? 'ſ' : lower === 'k' ? '\\u212a' : '';
  return `[${lower}${lower.toUpperCase()}${folded}]`;
}
