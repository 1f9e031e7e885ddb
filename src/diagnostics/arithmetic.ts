import { inputError } from '../errors.js';
import type { ByteSpan, Diagnostic } from '../records.js';
import { goldAnswer, isSameNumber, lenientAnswer, strictAnswer } from './arithmetic-answer.js';
import type { AnswerFormat } from './arithmetic-answer.js';
import { findSteps, isWrong, plain } from './arithmetic-steps.js';
import type { ArithmeticStep } from './arithmetic-steps.js';
import { byteOffsetOfIndex, indexLines, lineColumnOf } from './positions.js';

export interface AnswerOptions {
  /** How the completion must state its answer. @default 'gsm8k' */
  readonly format?: AnswerFormat;
  /** The sampler cut the completion off, so a step that reaches its end may be half a step. @default false */
  readonly isTruncated?: boolean;
}

/** One equation of the worked solution, with its bytes in the completion. */
export interface WorkedStep extends ByteSpan {
  /** `annotation`: inside `<<…>>`. */
  source: 'annotation' | 'text';
  /** `undefined`: it divides by zero. `unjudged`: it may be part of something that is not arithmetic. */
  verdict: 'true' | 'false' | 'undefined' | 'unjudged';
  statement: string;
  /** What is right instead, or why it is not judged; empty for a true step. */
  reason: string;
}

export interface AnswerCheck {
  outcome: 'clean' | 'warning' | 'wrong_answer' | 'no_answer';
  /** By position; a missing answer, which has none, is last. */
  diagnostics: Diagnostic[];
  /** Every equation found, by position. */
  steps: WorkedStep[];
  /** The answer in the demanded format, without `$`, commas and trailing full stop. */
  prediction: string | null;
  /** The last number of the completion. */
  lenientPrediction: string | null;
  groundTruth: string | null;
  /** By `prediction`; false where no gold answer is given. */
  correct: boolean;
  /** By `lenientPrediction`. */
  lenientCorrect: boolean;
  /** Whether there is an answer in the demanded format. */
  formatOk: boolean;
  testsPassed: number;
  testsTotal: number;
}

/**
 * Judges a worked maths answer: its final number and every equation on the way, annotations
 * `<<48/2=24>>` and running text (`48 / 2 = 24`, `$5 x 4 = $20`, `2 hours * 3 = 6 hours`, chains).
 * All arithmetic is exact. A result written with k decimals is right when it is the exact value
 * rounded (half up or half even) or cut to k decimals; see `isAgreeing` for what else people write.
 * An equation that may be part of something else (a variable, units to convert, prose that
 * calculates) is never called false.
 *
 * Diagnostics of the tool `arithmetic`: `false-step` and `undefined-step` (division by zero) as
 * warnings; `wrong-answer` and `no-answer` as errors. Outcome: `no_answer` without an answer in the
 * demanded format; `wrong_answer`; `warning`, right but with a wrong step; `clean`. Without a gold
 * answer (`null`) only format and steps decide, and `correct` is false.
 */
export function checkAnswer(
  completion: string,
  answer: string | null,
  options: AnswerOptions = {},
): AnswerCheck {
  const { format = 'gsm8k', isTruncated = false } = options;
  const groundTruth = answer === null ? null : goldAnswer(answer);
  if (answer !== null && groundTruth === null)
    throw inputError(
      `checkAnswer: expected a number as the gold answer, got ${JSON.stringify(answer)}. Judge other answers with their own reward function.`,
    );
  const strict = strictAnswer(completion, format);
  const found = typeof strict === 'string' ? null : strict;
  const lenient = lenientAnswer(completion);
  const isEqual = (value: string | undefined): boolean =>
    value !== undefined && groundTruth !== null && isSameNumber(value, groundTruth);
  const correct = isEqual(found?.value);

  const steps = findSteps(completion).map((step) =>
    isTruncated && /^[.,]?$/.test(completion.slice(step.end)) ? leftOpen(step) : step,
  );
  const isWrongAnswer = found !== null && groundTruth !== null && !correct;
  const place = locator(completion, found === null ? steps : [...steps, found]);
  const diagnostics = steps.filter(isWrong).map((step) => {
    const statement = plain(completion.slice(step.start, step.end));
    return step.verdict === 'false'
      ? finding('warning', 'false-step', `${statement} is false: ${step.reason}`, place(step))
      : finding(
          'warning',
          'undefined-step',
          `${statement} is undefined: ${step.reason}`,
          place(step),
        );
  });
  if (isWrongAnswer) {
    const message = `the answer is ${groundTruth}, not ${found.value}`;
    diagnostics.push(finding('error', 'wrong-answer', message, place(found)));
  }
  diagnostics.sort((a, b) => startOf(a) - startOf(b));
  if (typeof strict === 'string') {
    const hint = lenient === null ? 'it holds no number' : `its last number is ${lenient.value}`;
    const nowhere: Place = { span: { precision: 'none', reason: strict }, position: null };
    diagnostics.push(finding('error', 'no-answer', `no answer: ${strict}; ${hint}`, nowhere));
  }

  return {
    outcome: outcomeOf(found !== null, isWrongAnswer, steps.some(isWrong)),
    diagnostics,
    steps: steps.map((step) => {
      const { start, end } = place(step).span;
      return { ...step, start, end, statement: completion.slice(step.start, step.end) };
    }),
    prediction: found?.value ?? null,
    lenientPrediction: lenient?.value ?? null,
    groundTruth,
    correct,
    lenientCorrect: isEqual(lenient?.value),
    formatOk: found !== null,
    testsPassed: correct ? 1 : 0,
    testsTotal: 1,
  };
}

function outcomeOf(
  hasAnswer: boolean,
  isWrongAnswer: boolean,
  hasWrongStep: boolean,
): AnswerCheck['outcome'] {
  if (!hasAnswer) return 'no_answer';
  if (isWrongAnswer) return 'wrong_answer';
  return hasWrongStep ? 'warning' : 'clean';
}

function leftOpen(step: ArithmeticStep): ArithmeticStep {
  return isWrong(step)
    ? { ...step, verdict: 'unjudged', reason: 'the completion was cut off' }
    : step;
}

type Place = Pick<Diagnostic, 'span' | 'position'>;
type Located = Place & { span: ByteSpan & { precision: 'span' } };

/** From the UTF-16 ranges of a text to bytes, lines and columns; one pass over the text. */
function locator(
  text: string,
  ranges: readonly { start: number; end: number }[],
): (range: { start: number; end: number }) => Located {
  const lines = indexLines(text);
  const indices = [...new Set(ranges.flatMap(({ start, end }) => [start, end]))];
  indices.sort((a, b) => a - b);
  const bytes = new Map<number, number>();
  let index = 0;
  let offset = 0;
  for (const next of indices) {
    offset += byteOffsetOfIndex(text.slice(index, next), next - index);
    bytes.set(next, offset);
    index = next;
  }
  return (range) => {
    const start = bytes.get(range.start) ?? 0;
    return {
      span: { start, end: bytes.get(range.end) ?? 0, precision: 'span' },
      position: { file: 'completion', ...lineColumnOf(lines, start) },
    };
  };
}

function finding(
  severity: Diagnostic['severity'],
  kind: string,
  message: string,
  { span, position }: Place,
): Diagnostic {
  return {
    tool: 'arithmetic',
    severity,
    kind,
    message,
    option: null,
    position,
    span,
    frames: [],
  };
}

function startOf({ span }: Diagnostic): number {
  return span.precision === 'none' ? Infinity : span.start;
}
