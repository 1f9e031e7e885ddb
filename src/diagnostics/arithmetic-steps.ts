import { annotationChains, textChains } from './arithmetic-equations.js';
import type { Chain, Side } from './arithmetic-equations.js';
import { isAgreeing } from './arithmetic-agreement.js';
import { evaluate } from './arithmetic-expression.js';
import type { Expression } from './arithmetic-expression.js';
import { equals, isAtMost, multiply, rational, show } from './arithmetic-rational.js';
import type { Rational } from './arithmetic-rational.js';
import type { MathToken } from './arithmetic-tokens.js';
import { isPercent, mixesMeasures } from './arithmetic-words.js';

/** One equation of a worked solution. */
export interface ArithmeticStep {
  source: 'annotation' | 'text';
  /** `undefined`: it divides by zero; `unjudged`: it may be part of something that is not arithmetic. */
  verdict: 'true' | 'false' | 'undefined' | 'unjudged';
  /** UTF-16 range in the text. */
  start: number;
  end: number;
  /** What is right instead, or why it is not judged; empty for a true step. */
  reason: string;
}

interface Judged extends ArithmeticStep {
  /** The numbers that it calculates with. */
  operands: Rational[];
  /** The result as written. */
  stated: Rational | null;
}

/**
 * Every equation between numbers, by position. `5*4 = <<5*4=20>>20` is one step: its annotation
 * where that is wrong, else the text around it. A step is called false only where no reading that
 * people use makes it true.
 */
export function findSteps(text: string): ArithmeticStep[] {
  const annotations = annotationChains(text).flatMap((chain) => judge(chain, text, 'annotation'));
  const written = textChains(text).flatMap((chain) => judge(chain, text, 'text'));
  const told = new Set<Judged>(annotations);
  for (const outer of written) {
    const inside = annotations.filter(({ start, end }) => outer.start < start && end < outer.end);
    const isAnnotationTold =
      inside.length > 0 &&
      (inside.some(isWrong) || outer.verdict === 'unjudged' || isCutByProse(outer, inside));
    if (isAnnotationTold) continue;
    for (const inner of inside) told.delete(inner);
    told.add(outer);
  }
  return [...told]
    .sort((a, b) => a.start - b.start || a.end - b.end)
    .map(({ source, verdict, start, end, reason }) => ({ source, verdict, start, end, reason }));
}

export function isWrong({ verdict }: Pick<ArithmeticStep, 'verdict'>): boolean {
  return verdict === 'false' || verdict === 'undefined';
}

/** «the half of these 10 + 5 = <<10/2+5=10>>10»: the annotation holds what prose hid from the text. */
function isCutByProse(outer: Judged, inside: readonly Judged[]): boolean {
  if (!isWrong(outer)) return false;
  return inside.some(({ operands, stated }) => {
    if (!stated || !outer.stated || !equals(stated, outer.stated)) return false;
    const rest = [...operands];
    const isPart = outer.operands.every((value) => {
      const at = rest.findIndex((other) => equals(value, other));
      if (at >= 0) rest.splice(at, 1);
      return at >= 0;
    });
    return isPart && rest.length > 0;
  });
}

/** Compares each side with the last calculation before it. */
function judge(chain: Chain, text: string, source: Judged['source']): Judged[] {
  const steps: Judged[] = [];
  // In running text `Day 1 = 20` is no arithmetic: something must be calculated.
  let base = source === 'annotation' ? chain[0] : null;
  for (const [i, right] of chain.slice(1).entries()) {
    const left = chain[i];
    if (left.hasOperator) base = left;
    if (base === null) continue;
    // `2*30 = 60 minutes = 1 hour`
    const isConversion = !left.hasOperator && left.units.length + right.units.length > 0;
    if (isConversion && source === 'text') continue;
    const [start, end] = bounds(base.start, right.end, text);
    const doubt = source === 'text' ? doubtOf(base, left, right) : null;
    steps.push({
      source,
      start,
      end,
      operands: base.tokens.flatMap(({ number }) => (number === null ? [] : [number.value])),
      stated: evaluate(right.readings[0], true) ?? null,
      // What is false once is not told again: `2+3 = 6 = 6`.
      ...(isRepeated(left, right)
        ? { verdict: 'true', reason: '' }
        : compare({ ...base, start }, right, text, doubt)),
    });
  }
  return steps;
}

function isRepeated(left: Side, right: Side): boolean {
  if (left.hasOperator || right.hasOperator) return false;
  const [one, other] = [left, right].map(({ readings }) => evaluate(readings[0], true));
  return !!one && !!other && equals(one, other);
}

/** `$5*4 = 21$` is a formula in dollar signs, not dollars; `\boxed{21}` is taken as a whole. */
function bounds(start: number, end: number, text: string): [number, number] {
  const isFormula = text[start] === '$' && text[end] === '$';
  const isBoxed = text[end] === '}' && text.slice(start, end).includes(String.raw`\boxed{`);
  return [isFormula ? start + 1 : start, isBoxed ? end + 1 : end];
}

function compare(
  base: Side,
  right: Side,
  text: string,
  doubt: string | null,
): Pick<Judged, 'verdict' | 'reason'> {
  const values = valuesOf(base);
  const stated = valuesOf(right);
  if (values.includes(null) || stated.includes(null))
    return { verdict: 'unjudged', reason: 'its numbers are too big' };
  const exact = values.filter((value) => value !== undefined && value !== null);
  const isUndefined = exact.length === 0 || stated.every((value) => value === undefined);
  const isRight = exact.some((value) =>
    right.readings.some((reading) => isAgreeing(value, base.readings[0], reading)),
  );
  // `<<3.33=10/3>>`
  const isRightBackwards =
    !base.hasOperator &&
    stated.some((value) => value && isAgreeing(value, right.readings[0], base.readings[0]));
  if (isRight || isRightBackwards) return { verdict: 'true', reason: '' };
  if (doubt !== null) return { verdict: 'unjudged', reason: doubt };
  if (isUndefined) return { verdict: 'undefined', reason: 'it divides by zero' };
  const calculated = [base, right].filter(({ hasOperator }) => hasOperator);
  const asPercent = [base, right].every(({ tokens }) => tokens.some(({ text }) => isPercent(text)));
  const reason = (calculated.length === 0 ? [base] : calculated)
    .map((side) => `${plain(text.slice(side.start, side.end))} is ${valueOf(side, asPercent)}`)
    .join(', ');
  return { verdict: 'false', reason };
}

function valueOf(side: Side, asPercent: boolean): string {
  const value = valuesOf(side).find((one) => one !== null && one !== undefined);
  if (!value) return 'undefined';
  return asPercent ? `${show(multiply(value, rational(100n)))}%` : show(value);
}

function valuesOf({ readings }: Side): (Rational | undefined | null)[] {
  return readings.flatMap((reading) => [evaluate(reading, true), evaluate(reading, false)]);
}

function doubtOf(base: Side, left: Side, right: Side): string | null {
  if (base.doubt ?? right.doubt) return base.doubt ?? right.doubt;
  if (mixesMeasures([...base.units, ...left.units, ...right.units]))
    return 'its units may have to be converted';
  if (base.tokens.some((_, i) => isRate(base.tokens.slice(i)))) return 'it may hold a rate';
  // `1/3 + 1/6 of 12`, `$20 + 10% = $22`
  const isSum = base.tokens.some(({ text }) => text === '+' || text === '-');
  const isOfSomething = base.tokens.some(({ text }) => text === 'of');
  const hasPercent = (side: Side): boolean => side.tokens.some(({ text }) => isPercent(text));
  if (isSum && (isOfSomething || (hasPercent(base) && !hasPercent(right))))
    return 'its share may be one of what stands before';
  return isShare(base) && right.readings.some(isOneOrMore) ? 'its fraction may name a share' : null;
}

/** The `minutes/100` of `5 minutes/100 meters`. */
function isRate([word, slash, number]: readonly MathToken[]): boolean {
  const isTight = word.end === slash?.start && slash.end === number?.start;
  return word.kind === 'word' && slash?.text === '/' && number?.kind === 'number' && isTight;
}

/** `1/2 = 4 slices` */
function isShare({ tokens }: Side): boolean {
  const [above, slash, below] = tokens;
  if (tokens.length !== 3 || slash.text !== '/' || !above.number || !below.number) return false;
  const isWhole = above.number.decimals + below.number.decimals === 0;
  return isWhole && !isAtMost(below.number.value, above.number.value);
}

function isOneOrMore(expression: Expression): boolean {
  const value = evaluate(expression, true);
  return !!value && isAtMost(rational(1n), value);
}

/** A statement in one line, without its annotations; long ones lose their middle. */
export function plain(statement: string): string {
  const line = statement
    .replaceAll(/<<[^<>\n]*>>/g, '')
    .replaceAll(/\\boxed\{([^{}]*)\}/g, '$1')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return line.length <= 120 ? line : `${line.slice(0, 70)} … ${line.slice(-40)}`;
}
