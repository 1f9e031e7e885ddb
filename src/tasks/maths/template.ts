import type { Random } from '../../algorithms/random.js';
import type { Style } from './style.js';

/** Numbers of a problem by name, as the question states them. */
export type Numbers = Readonly<Record<string, number>>;

/**
 * A template is one kind of word problem: a story told in several wordings and the arithmetic that
 * solves it. Its numbers are drawn; a style draws names, objects and wording.
 */
export interface Template {
  /** kebab-case, e.g. `change-from-a-note`. */
  name: string;
  topics: readonly string[];
  /** Kept out of training as a whole. */
  heldOut: boolean;
  /** Numbers as drawn; not every draw makes sense (see `isSensible`). */
  numbers(draw: Draw): Numbers;
  story(numbers: Numbers, style: Style): Story;
}

/** An integer in [low, high]. */
export type Draw = (low: number, high: number) => number;

export interface Story {
  /** What is so; each goes with each of `asks`. */
  tells: readonly string[];
  asks: readonly string[];
  /** In order; the last one's value is the answer. Their number is the problem's level. */
  steps: readonly Step[];
}

/** One line of the worked solution. */
export interface Step {
  /** Name that later steps call the value by. */
  name: string;
  /** Left to right: operands (numbers of the problem, earlier steps, constants) and `+ - * /`. */
  formula: readonly string[];
  /** The sentence; `{}` stands for the equation and its value. */
  says: string;
}

export function defineTemplate<N extends Numbers>(definition: {
  name: string;
  topics: readonly string[];
  heldOut?: boolean;
  numbers(draw: Draw): N;
  story(numbers: N, style: Style): Story;
}): Template {
  const { name, topics, heldOut = false, numbers, story } = definition;
  return { name, topics, heldOut, numbers, story: (given, style) => story(given as N, style) };
}

/** `step('cost = pens * price', 'The pens cost {} dollars.')`. */
export function step(equation: string, says: string): Step {
  const [name, right] = equation.split(' = ');
  return { name, formula: right.split(' '), says };
}

export function drawFrom(random: Random): Draw {
  return (low, high) => low + random.int(high - low + 1);
}

/** `half`, `a third`, …: what one of `parts` equal parts is called. */
export function part(parts: number): string {
  return partNames[parts] ?? `one part in ${parts}`;
}

/** `two thirds`, `three quarters`, …; half for one of two. */
export function severalParts(count: number, parts: number): string {
  return count === 1
    ? part(parts)
    : `${countNames[count]} ${partNames[parts].replace(/^an? /, '')}s`;
}

/** `twice`, `three times`, …. */
export function times(factor: number): string {
  return factor === 2 ? 'twice' : `${countNames[factor]} times`;
}

const partNames: Record<number, string> = {
  2: 'half',
  3: 'a third',
  4: 'a quarter',
  5: 'a fifth',
  6: 'a sixth',
  8: 'an eighth',
  10: 'a tenth',
};

const countNames: Record<number, string> = {
  2: 'two',
  3: 'three',
  4: 'four',
  5: 'five',
  6: 'six',
};
