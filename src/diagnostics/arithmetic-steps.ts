import { annotationChains, textChains } from './arithmetic-equations.js';
import type { Chain, Side } from './arithmetic-equations.js';
import { evaluate, leadOf } from './arithmetic-expression.js';
import type { Expression } from './arithmetic-expression.js';
import {
  absolute,
  add,
  equals,
  isAtMost,
  isRounded,
  multiply,
  negate,
  rational,
  show,
  tenTo,
} from './arithmetic-rational.js';
import type { Rational } from './arithmetic-rational.js';
import { mixesMeasures } from './arithmetic-words.js';

/** One equation of the worked solution, `left = right`. */
export interface Step {
  source: 'annotation' | 'text';
  verdict: 'true' | 'false' | 'undefined' | 'unjudged';
  /** UTF-16 range in the text. */
  start: number;
  end: number;
  /** What is right, or why it is not judged; empty for a true step. */
  reason: string;
}

/**
 * Every equation between numbers, by position; of an annotation and the text around it one, the
 * annotation where it is false, else the text. «False» is said only where no reading that people
 * use makes it true; what may be part of something else is `unjudged`.
 */
export function findSteps(text: string): Step[] {
  const annotations = annotationChains(text).flatMap((chain) => judgeChain(chain, 'annotation'));
  const written = textChains(text).flatMap((chain) => judgeChain(chain, 'text'));
  const told = written.map((step) => explained(step, text));
  const isAround = (outer: Step, inner: Step): boolean =>
    outer.start < inner.start && inner.end < outer.end;
  const steps = [
    ...annotations.filter(
      (inner) =>
        !isPlain(inner.verdict) || !told.some((outer) => isPlain(...)),
    ),
  ];
  return steps;
}
