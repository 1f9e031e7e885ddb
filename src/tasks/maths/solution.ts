import type { Numbers, Step } from './template.js';

/** One step with its numbers in place. */
export interface WorkedStep {
  /** `12*3`, as written before the equals sign. */
  expression: string;
  /** What is written behind it; in a faulty step not what the expression is worth. */
  value: number;
  says: string;
}

/** Values by name: the problem's numbers, and those of the steps worked so far. */
export type Values = Map<string, number>;

/** The right solution, step by step. */
export function solve(steps: readonly Step[], numbers: Numbers): WorkedStep[] {
  const values: Values = new Map(Object.entries(numbers));
  return steps.map(({ name, formula, says }) => {
    const filled = fill(formula, values);
    const value = evaluate(filled);
    values.set(name, value);
    return { expression: filled.join(''), value, says };
  });
}

/** The formula with its operands as numbers. */
export function fill(formula: readonly string[], values: Values): string[] {
  return formula.map((part, i) => {
    if (i % 2 === 1 || /^\d+$/.test(part)) return part;
    const value = values.get(part);
    if (value === undefined) {
      throw new Error(
        `Internal: maths step ${JSON.stringify(formula.join(' '))}: there is no number ${part} among ${[...values.keys()].join(', ')}.`,
      );
    }
    return String(value);
  });
}

/** Worked from left to right; a template writes no `+` or `-` before a `*` or `/`. */
export function evaluate(filled: readonly string[]): number {
  let value = Number(filled[0]);
  for (let i = 1; i < filled.length; i += 2) {
    value = operators[filled[i]](value, Number(filled[i + 1]));
  }
  return value;
}

const operators: Record<string, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};

/** Nobody has one and a half apples or fewer than none, and a plural wants at least two. */
export function isSensible(numbers: Numbers, worked: readonly WorkedStep[]): boolean {
  const values = [...Object.values(numbers), ...worked.map(({ value }) => value)];
  return values.every((value) => Number.isInteger(value) && value >= 2 && value < 1000);
}

/** GSM8K's form: a line for each step with its equation annotated, then `#### answer`. */
export function solutionText(worked: readonly WorkedStep[], answer: string | null): string {
  const lines = worked.map(({ says, expression, value }) =>
    says.replace('{}', `<<${expression}=${value}>>${value}`),
  );
  return [...lines, ...(answer === null ? [] : [answer])].join('\n');
}

export function answerLine(worked: readonly WorkedStep[]): string {
  return `#### ${worked[worked.length - 1].value}`;
}

/**
 * What is calculated, names, objects and wording aside: the equations in order and the answer.
 * `12*3=36;50-36=14|14`
 */
export function solutionForm(completion: string): string {
  const equations = [...completion.matchAll(/<<([^<>\n]*)>>/g)].map(([, equation]) => equation);
  const answer = /#### (\S+)/.exec(completion)?.[1] ?? '';
  return `${equations.join(';')}|${answer}`;
}
