import { inputError } from '../errors.js';

/** Throws, listing the names there are, when one is not among them. */
export function requireOneOf(
  where: string,
  what: string,
  name: string,
  known: readonly string[],
): void {
  if (known.includes(name)) return;
  throw inputError(
    `${where}: expected ${what} to be one of ${known.join(', ')}, got ${JSON.stringify(name)}.`,
  );
}

/** Throws when an option is not a number in its range. */
export function requireNumber(
  where: string,
  what: string,
  value: number,
  range: {
    readonly above?: number;
    readonly atLeast?: number;
    readonly below?: number;
    readonly atMost?: number;
  },
): void {
  const { above = -Infinity, atLeast = -Infinity, below = Infinity, atMost = Infinity } = range;
  if (
    Number.isFinite(value) &&
    value > above &&
    value >= atLeast &&
    value < below &&
    value <= atMost
  )
    return;
  const bounds = [
    ['above', range.above],
    ['at least', range.atLeast],
    ['below', range.below],
    ['at most', range.atMost],
  ].flatMap(([word, bound]) => (bound === undefined ? [] : [`${word} ${bound}`]));
  throw inputError(
    `${where}: expected ${what} to be a finite number${bounds.length > 0 ? ` ${bounds.join(' and ')}` : ''}, got ${value}.`,
  );
}
