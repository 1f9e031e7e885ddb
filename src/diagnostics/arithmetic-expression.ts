import { add, divide, equals, multiply, negate, rational, tenTo } from './arithmetic-rational.js';
import type { Rational } from './arithmetic-rational.js';
import type { MathToken } from './arithmetic-tokens.js';
import { isPercent, isUnit } from './arithmetic-words.js';

/** A parsed side of an equation. */
export type Expression =
  | {
      kind: 'number';
      value: Rational;
      decimals: number;
      digits: number;
      /** What a following `%`, `cents` or `dozen` may multiply it with. */
      scale: Rational | null;
    }
  | { kind: 'negative'; of: Expression }
  | { kind: 'binary'; operator: string; left: Expression; right: Expression };

export interface ParsedSide {
  /** Two where people write the same for different things: `8/2(3)`. By the book first. */
  readings: Expression[];
  /** The words behind operands, as written. */
  units: string[];
  hasOperator: boolean;
}

/** More tokens than a worked step has; it keeps the recursion shallow. */
const maxTokens = 200;
const limit = tenTo(60);

const percent = rational(1n, 100n);
const scales: Record<string, Rational | undefined> = {
  '%': percent,
  percent,
  cent: rational(1n, 100n),
  cents: rational(1n, 100n),
  dozen: rational(12n),
  dozens: rational(12n),
  hundred: rational(100n),
  thousand: rational(1000n),
  million: rational(tenTo(6)),
  billion: rational(tenTo(9)),
};

/** Parses the tokens as one whole expression; `null` where they are none. */
export function parseSide(tokens: readonly MathToken[]): ParsedSide | null {
  if (tokens.length === 0 || tokens.length > maxTokens) return null;
  const first = parse(tokens, false);
  if (first === null) return null;
  const second = first.isAmbiguous ? parse(tokens, true) : null;
  return {
    readings: [first.expression, ...(second === null ? [] : [second.expression])],
    units: first.units,
    hasOperator: leadOf(first.expression) !== first.expression,
  };
}

/** The first number of an expression, with its sign. */
export function leadOf(expression: Expression): Expression {
  if (expression.kind === 'binary') return leadOf(expression.left);
  return expression.kind === 'negative' && expression.of.kind === 'binary'
    ? leadOf(expression.of)
    : expression;
}

/** @param isTight whether `8/2(3)` is 8/(2·3) and `8 / 1/2` is 8/(1/2), as people mean it, or both go from left to right */
function parse(
  tokens: readonly MathToken[],
  isTight: boolean,
): { expression: Expression; units: string[]; isAmbiguous: boolean } | null {
  let at = 0;
  let isAmbiguous = false;
  const units: string[] = [];
  const isNext = (kind: MathToken['kind'], text = tokens[at]?.text): boolean =>
    tokens[at]?.kind === kind && tokens[at].text === text;
  const join = (operator: string, left: Expression, right: Expression | null): Expression | null =>
    right === null ? null : { kind: 'binary', operator, left, right };

  function sum(): Expression | null {
    let left = product();
    while (left !== null && (isNext('operator', '+') || isNext('operator', '-')))
      left = join(tokens[at++].text, left, product());
    return left;
  }

  function product(): Expression | null {
    let left = signed();
    while (left !== null) {
      if (isNext('operator', '/')) {
        at++;
        left = join('/', left, isFractionNext() ? fraction() : signed());
      } else if (isNext('operator', '*')) {
        at++;
        left = join('*', left, signed());
      } else if (isOfNext()) {
        at++;
        left = join('*', left, signed());
      } else if (!isTight && isTouching()) left = join('*', left, power());
      else break;
    }
    return left;
  }

  function signed(): Expression | null {
    if (!isNext('operator', '-')) return juxtaposed();
    at++;
    const of = signed();
    return of === null ? null : { kind: 'negative', of };
  }

  function juxtaposed(): Expression | null {
    let left = power();
    while (left !== null && isTouching()) {
      isAmbiguous = true;
      if (!isTight) break;
      left = join('*', left, power());
    }
    return left;
  }

  function power(): Expression | null {
    const base = operand();
    if (base === null || !isNext('operator', '^')) return base;
    at++;
    return join('^', base, signed());
  }

  function operand(): Expression | null {
    const token = tokens[at++];
    if (token?.kind === 'open') {
      const inside = sum();
      if (!isNext('close')) return null;
      at++;
      return passUnit() ? inside : null;
    }
    if (token?.kind !== 'number' || token.number === null) return null;
    const scale = isNext('word') ? (scales[tokens[at].text] ?? null) : null;
    const whole: Expression = { kind: 'number', ...token.number, scale };
    const isMixed = isNext('number') && properFraction(at) !== null;
    const number = isMixed ? join('+', whole, fraction()) : whole;
    return passUnit() ? number : null;
  }

  /** The value of `1/2` at a place: whole numbers, smaller than 1. */
  function properFraction(place: number): Rational | null {
    const [above, slash, below] = tokens.slice(place, place + 3);
    if (slash?.text !== '/' || !above.number || !below?.number) return null;
    const isWhole = above.number.decimals + below.number.decimals === 0;
    return isWhole && above.number.value.n > 0n && above.number.value.n < below.number.value.n
      ? divide(above.number.value, below.number.value)
      : null;
  }

  function fraction(): Expression | null {
    const value = properFraction(at);
    at += 3;
    return value === null || !passUnit()
      ? null
      : { kind: 'number', value, decimals: 0, digits: 1, scale: null };
  }

  /** Behind a `/` stands `1/2` with a slash no looser than the first. */
  function isFractionNext(): boolean {
    if (properFraction(at) === null) return false;
    const isLoose = (slash: number): boolean => tokens[slash].end < tokens[slash + 1].start;
    if (isLoose(at + 1) && !isLoose(at - 1)) return false;
    isAmbiguous = true;
    return isTight;
  }

  /** Passes over the few words behind an operand; false where they are prose. */
  function passUnit(): boolean {
    const words: string[] = [];
    while (isNext('word') && !isOfNext()) words.push(tokens[at++].text);
    if (words.some((word) => !isPercent(word))) units.push(words.join(' '));
    return isUnit(words);
  }

  /** `20% of 50`, `1/2 of 50`; in `3 of 5` it is prose. */
  function isOfNext(): boolean {
    if (!isNext('word', 'of') || !['number', 'open'].includes(tokens[at + 1]?.kind)) return false;
    return isPercent(tokens[at - 1].text) || tokens[at - 2]?.text === '/';
  }

  function isTouching(): boolean {
    const before = tokens[at - 1];
    // `2\frac{1}{2}` is no product.
    const isProduct = isNext('open') && !isNext('open', String.raw`\frac`);
    return isProduct && before.kind !== 'word' && tokens[at].start === before.end;
  }

  const expression = sum();
  return expression === null || at < tokens.length ? null : { expression, units, isAmbiguous };
}

/**
 * The exact value; `undefined` where it divides by zero, `null` where it is too big to reckon.
 * @param isScaled whether `%`, `cents`, `dozen`, … count, or are read as a mere unit
 */
export function evaluate(expression: Expression, isScaled: boolean): Rational | undefined | null {
  if (expression.kind === 'number') {
    const { value, scale } = expression;
    return isScaled && scale !== null ? multiply(value, scale) : value;
  }
  if (expression.kind === 'negative') {
    const value = evaluate(expression.of, isScaled);
    return value ? negate(value) : value;
  }
  const isProduct = expression.operator === '*';
  const counts = (operand: Expression): boolean => isScaled || (isProduct && isShare(operand));
  const left = evaluate(expression.left, counts(expression.left));
  const right = evaluate(expression.right, counts(expression.right));
  if (!left || !right) return left === null || right === null ? null : undefined;
  if (isHuge(left) || isHuge(right)) return null;
  if (expression.operator === '+') return add(left, right);
  if (expression.operator === '-') return add(left, negate(right));
  if (expression.operator === '*') return multiply(left, right);
  if (expression.operator === '/') return divide(left, right) ?? undefined;
  return power(left, right);
}

/** `20% * 50` is never 1000; `1/4 * 100% = 25` and `$7500 / 75% = $100` are seen. */
function isShare(operand: Expression): boolean {
  if (operand.kind !== 'number' || operand.scale === null) return false;
  return operand.scale === percent && !equals(operand.value, rational(100n));
}

/** Beyond it a hostile completion could make one step cost minutes. */
function isHuge({ n, d }: Rational): boolean {
  return n > limit || n < -limit || d > limit;
}

function power(base: Rational, exponent: Rational): Rational | undefined | null {
  if (exponent.d !== 1n || exponent.n > 64n || exponent.n < -64n) return null;
  const times = exponent.n < 0n ? -exponent.n : exponent.n;
  const value = rational(base.n ** times, base.d ** times);
  return exponent.n < 0n ? (divide(rational(1n), value) ?? undefined) : value;
}
