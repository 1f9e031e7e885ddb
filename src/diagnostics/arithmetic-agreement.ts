import { evaluate, leadOf } from './arithmetic-expression.js';
import type { Expression } from './arithmetic-expression.js';
import {
  absolute,
  add,
  divide,
  equals,
  isAtMost,
  isRounded,
  multiply,
  negate,
  rational,
  tenTo,
} from './arithmetic-rational.js';
import type { Rational } from './arithmetic-rational.js';

/**
 * Whether `value`, the exact value of `base`, may be written as `stated`: they are equal; or
 * `stated` is a number of k decimals and `value` rounded (half up or half even) or cut to k
 * decimals; or it is a calculator's number of 12 digits or more, and right to 1e-10; or it goes on
 * as people do in `5+3 = 8*2 = 16`; or `base` divides, and `stated` calculates with its rounded
 * quotient (`10/3*3 = 3.33*3`).
 */
export function isAgreeing(value: Rational, base: Expression, stated: Expression): boolean {
  return [true, false].some((isScaled) => {
    const other = evaluate(stated, isScaled);
    if (other && equals(value, other)) return true;
    const lead = leadOf(stated);
    const isLast = lead === stated || ('decimals' in lead && lead.decimals > 0);
    const first = evaluate(lead, isScaled);
    if (first && (equals(value, first) || (isLast && isRoundedTo(value, lead, isScaled))))
      return true;
    if (!other || stated.kind !== 'binary' || !divides(base)) return false;
    const slack = multiply(absolute(other), relativeSlack(stated));
    return isAtMost(absolute(add(value, negate(other))), slack);
  });
}

function isRoundedTo(value: Rational, lead: Expression, isScaled: boolean): boolean {
  const stated = evaluate(lead, isScaled);
  const number = lead.kind === 'negative' ? lead.of : lead;
  if (!stated || number.kind !== 'number') return false;
  const unit = rational(1n, tenTo(number.decimals));
  const scaled = isScaled && number.scale !== null ? multiply(unit, number.scale) : unit;
  if (isRounded(value, stated, scaled)) return true;
  const difference = absolute(add(value, negate(stated)));
  return (
    number.digits >= 12 && isAtMost(difference, multiply(absolute(value), rational(1n, tenTo(10))))
  );
}

function divides(expression: Expression): boolean {
  if (expression.kind === 'negative') return divides(expression.of);
  if (expression.kind === 'number') return false;
  return expression.operator === '/' || divides(expression.left) || divides(expression.right);
}

/** What rounding in the last place of its decimals may change, as a share of the whole. */
function relativeSlack(expression: Expression): Rational {
  if (expression.kind === 'negative') return relativeSlack(expression.of);
  if (expression.kind === 'binary')
    return add(relativeSlack(expression.left), relativeSlack(expression.right));
  const { value, decimals } = expression;
  const none = rational(0n);
  return decimals === 0 ? none : (divide(rational(1n, tenTo(decimals)), absolute(value)) ?? none);
}
