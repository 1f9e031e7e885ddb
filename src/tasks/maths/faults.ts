import type { Random } from '../../algorithms/random.js';
import { evaluate, fill } from './solution.js';
import type { Values, WorkedStep } from './solution.js';
import type { Numbers, Step } from './template.js';

export type FaultKind =
  'off_by_one' | 'carry' | 'times_table' | 'wrong_operation' | 'wrong_quantity' | 'dropped_step';

const kinds: readonly FaultKind[] = [
  'off_by_one',
  'carry',
  'times_table',
  'wrong_operation',
  'wrong_quantity',
  'dropped_step',
];

/** What became of one step: another line, or none, and the value that later steps go on with. */
interface Faulty {
  line: WorkedStep | null;
  value: number;
}

interface Place {
  step: Step;
  filled: readonly string[];
  values: Values;
  /** Whether the line may be left out: another one must remain to hold the answer. */
  droppable: boolean;
}

/**
 * The solution as someone works it who errs at each step with chance `faultRate`: later steps go on
 * with what came out. A kind that is impossible at a step gives way to another one.
 */
export function solveWithFaults(
  steps: readonly Step[],
  numbers: Numbers,
  random: Random,
  faultRate: number,
): { worked: WorkedStep[]; faults: FaultKind[] } {
  const values: Values = new Map(Object.entries(numbers));
  const worked: WorkedStep[] = [];
  const faults: FaultKind[] = [];
  for (const [i, step] of steps.entries()) {
    const filled = fill(step.formula, values);
    const right = { expression: filled.join(''), value: evaluate(filled), says: step.says };
    let faulty: Faulty = { line: right, value: right.value };
    // Where an earlier fault leaves nothing sensible to calculate, a wrong number stands for it.
    const isBroken = !isNumberOfThings(right.value);
    if (isBroken || random.next() < faultRate) {
      const droppable = worked.length > 0 || i < steps.length - 1;
      const place: Place = { step, filled, values, droppable };
      const kind = random
        .shuffle(kinds)
        .find((one) => makers[one](place, random.fork(one)) !== null);
      const made = kind && makers[kind](place, random.fork(kind));
      if (made) {
        faulty = made;
        faults.push(kind);
      } else if (isBroken) faulty = cutShort(right);
    }
    if (faulty.line !== null) worked.push(faulty.line);
    values.set(step.name, faulty.value);
  }
  return { worked, faults };
}

/** `null` where that fault cannot happen. */
const makers: Record<FaultKind, (place: Place, random: Random) => Faulty | null> = {
  off_by_one: (place, random) => misworked(place, [random.pick([-1, 1])]),
  carry: (place) => misworked(place, carries(place.filled)),
  times_table(place, random) {
    const [left, operator, right] = place.filled;
    if (operator !== '*' && operator !== '/') return null;
    const off = operator === '/' ? 1 : Number(random.pick([left, right]));
    return misworked(place, [random.pick([-off, off])]);
  },
  wrong_operation({ step, filled }, random) {
    const at = 1 + 2 * random.int((filled.length - 1) / 2);
    const other = [...filled];
    other[at] = random.pick(otherOperators[filled[at]]);
    return reworked(step, other);
  },
  wrong_quantity({ step, filled, values }, random) {
    const at = 2 * random.int((filled.length + 1) / 2);
    const others = [...values.values()].map(String).filter((value) => value !== filled[at]);
    if (others.length === 0) return null;
    const other = [...filled];
    other[at] = random.pick(others);
    return reworked(step, other);
  },
  dropped_step: ({ filled, droppable }) =>
    droppable ? { line: null, value: Number(filled[0]) } : null,
};

const otherOperators: Record<string, readonly string[]> = {
  '+': ['-', '*'],
  '-': ['+'],
  '*': ['+', '-'],
  '/': ['-', '*'],
};

/** The right calculation with a wrong result. */
function misworked({ step, filled }: Place, offsets: readonly number[]): Faulty | null {
  const right = evaluate(filled);
  const value = offsets
    .map((off) => right + off)
    .find((one) => one !== right && isNumberOfThings(one));
  if (value === undefined || !isNumberOfThings(right)) return null;
  return { line: { expression: filled.join(''), value, says: step.says }, value };
}

/** A wrong calculation with its right result. */
function reworked(step: Step, filled: readonly string[]): Faulty | null {
  const value = evaluate(filled);
  if (!isNumberOfThings(value)) return null;
  return { line: { expression: filled.join(''), value, says: step.says }, value };
}

/** By how much the result is off when what is carried (or borrowed) is forgotten. */
function carries(filled: readonly string[]): number[] {
  const [left, operator, right] = [Number(filled[0]), filled[1], Number(filled[2])];
  if (filled.length !== 3) return [];
  if (operator === '+') return (left % 10) + (right % 10) >= 10 ? [-10] : [];
  if (operator === '-') return left % 10 < right % 10 ? [10] : [];
  if (operator !== '*' || Math.max(left, right) < 10) return [];
  return [-10 * Math.floor(((left % 10) * (right % 10)) / 10)];
}

function cutShort({ expression, value, says }: WorkedStep): Faulty {
  const whole = Math.min(999, Math.max(1, Math.floor(Math.abs(value))));
  return { line: { expression, value: whole, says }, value: whole };
}

function isNumberOfThings(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value < 2000;
}

/** The line of the answer as a careless hand ends it; `null` for none. */
export function slippedAnswer(
  worked: readonly WorkedStep[],
  random: Random,
): { line: string | null; kind: string } {
  const { value } = worked[worked.length - 1];
  const earlier = worked
    .slice(0, -1)
    .map((step) => step.value)
    .filter((one) => one !== value);
  const slips: (() => { line: string | null; kind: string })[] = [
    () => ({ kind: 'slip/no_answer', line: null }),
    () => ({
      kind: 'slip/form',
      line: random.pick([`Answer: ${value}`, `####${value}`, `# ${value}`]),
    }),
    () => ({
      kind: 'slip/copy',
      line: `#### ${earlier.length > 0 ? random.pick(earlier) : value + random.pick([1, 10])}`,
    }),
  ];
  return random.pick(slips)();
}
