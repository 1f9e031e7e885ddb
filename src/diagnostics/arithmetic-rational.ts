/** An exact number: numerator and positive denominator without common factor. */
export interface Rational {
  n: bigint;
  d: bigint;
}

export function rational(n: bigint, d = 1n): Rational {
  const divisor = gcd(n < 0n ? -n : n, d < 0n ? -d : d) * (d < 0n ? -1n : 1n);
  return { n: n / divisor, d: d / divisor };
}

/** More digits make no sense in an answer, and could be made to cost hours. */
const maxDigits = 40;

/** A number as written (`1,000.50`, `.5`, `7.`); `null` where it is none, or has more than 40 digits. */
export function parseDecimal(written: string): { value: Rational; decimals: number } | null {
  const match = /^([-+]?)(\d*)(?:\.(\d*))?$/.exec(written.replaceAll(',', ''));
  if (match === null) return null;
  const [, sign, whole, fraction = ''] = match;
  if (whole + fraction === '' || whole.length + fraction.length > maxDigits) return null;
  const digits = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n);
  return { value: rational(digits, tenTo(fraction.length)), decimals: fraction.length };
}

export function add(a: Rational, b: Rational): Rational {
  return rational(a.n * b.d + b.n * a.d, a.d * b.d);
}

export function negate(a: Rational): Rational {
  return { n: -a.n, d: a.d };
}

export function multiply(a: Rational, b: Rational): Rational {
  return rational(a.n * b.n, a.d * b.d);
}

/** `null` where `b` is zero. */
export function divide(a: Rational, b: Rational): Rational | null {
  return b.n === 0n ? null : rational(a.n * b.d, a.d * b.n);
}

export function equals(a: Rational, b: Rational): boolean {
  return a.n === b.n && a.d === b.d;
}

export function isAtMost(a: Rational, b: Rational): boolean {
  return a.n * b.d <= b.n * a.d;
}

export function absolute(a: Rational): Rational {
  return a.n < 0n ? negate(a) : a;
}

export function tenTo(exponent: number): bigint {
  return 10n ** BigInt(exponent);
}

/**
 * Whether `stated` is `exact` rounded to multiples of `unit`: to the nearest (half up or half even)
 * or towards zero.
 */
export function isRounded(exact: Rational, stated: Rational, unit: Rational): boolean {
  const difference = add(stated, negate(exact));
  if (isAtMost(absolute(difference), multiply(unit, { n: 1n, d: 2n }))) return true;
  const isTowardsZero = isAtMost(absolute(stated), absolute(exact)) && stated.n * exact.n >= 0n;
  return isTowardsZero && !isAtMost(unit, absolute(difference));
}

/** The number in decimals where it has few, else rounded to four of them behind `about`. */
export function show(value: Rational): string {
  for (let decimals = 0; decimals <= 8; decimals++) {
    const scaled = value.n * tenTo(decimals);
    if (scaled % value.d === 0n) return decimal(scaled / value.d, decimals);
  }
  const scaled = absolute(value).n * tenTo(4) * 2n + value.d;
  const rounded = scaled / (2n * value.d);
  return `about ${decimal(value.n < 0n ? -rounded : rounded, 4)}`;
}

function decimal(scaled: bigint, decimals: number): string {
  const digits = String(scaled < 0n ? -scaled : scaled).padStart(decimals + 1, '0');
  const point = digits.length - decimals;
  const fraction = digits.slice(point).replace(/0+$/, '');
  return `${scaled < 0n ? '-' : ''}${digits.slice(0, point)}${fraction === '' ? '' : `.${fraction}`}`;
}

function gcd(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a === 0n ? 1n : a;
}
