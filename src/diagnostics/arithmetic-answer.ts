import type { AnswerFormat as RecordedAnswerFormat } from '../records.js';
import { equals, parseDecimal } from './arithmetic-rational.js';

/**
 * Where the final answer is looked for.
 * - `gsm8k`: the first `#### <number>`, by lm-eval's strict-match `#### (\-?[0-9\.\,]+)`.
 * - `final`: `Final: <number>` as the very last thing of the completion (simple_grpo).
 */
export type AnswerFormat = RecordedAnswerFormat;

/** A number in the completion. */
export interface FoundAnswer {
  /** Without `$`, commas and a trailing full stop: `1000` for `$1,000.`. */
  value: string;
  /** UTF-16 range of the number as written, without the punctuation behind it. */
  start: number;
  end: number;
}

/** The answer in the demanded format, or why there is none. */
export function strictAnswer(text: string, format: AnswerFormat): FoundAnswer | string {
  if (format === 'gsm8k') {
    const match = /#### (-?[0-9.,]+)/.exec(text);
    if (match !== null)
      return toAnswer(match[1], match.index + 5) ?? `\`${match[0].slice(0, 40)}\` holds no number`;
    return /####/.test(text)
      ? '`####` is not followed by one space and a number'
      : 'there is no line `#### <number>`';
  }
  let end = text.length;
  while (end > 0 && /[\s,]/.test(text[end - 1])) end--;
  const match = /Final:\s*(-?\d[\d,]*(?:\.\d[\d,]*)?)$/.exec(text.slice(0, end));
  const answer = match === null ? null : toAnswer(match[1], end - match[1].length);
  if (answer !== null) return answer;
  return /Final:/.test(text)
    ? '`Final: <number>` is not the end of the completion'
    : 'there is no line `Final: <number>`';
}

/**
 * The last number, by lm-eval's flexible-extract `(-?[$0-9.,]{2,})|(-?[0-9]+)`. Departs from it
 * where that would take something that is no number, such as `...`: then it is the number before.
 */
export function lenientAnswer(text: string): FoundAnswer | null {
  let last: FoundAnswer | null = null;
  for (const match of text.matchAll(/-?[$0-9.,]{2,}|-?[0-9]+/g))
    last = toAnswer(match[0], match.index) ?? last;
  return last;
}

/** The number that a gold answer means: `72`, `1,000`, `$5.`, or a whole solution ending in `#### 72`. */
export function goldAnswer(answer: string): string | null {
  const written = answer.split('####').at(-1) ?? '';
  return toAnswer(written.trim(), 0)?.value ?? null;
}

/** Whether two numbers as written are equal in value: `1,000`, `1000` and `1000.0`. */
export function isSameNumber(a: string, b: string): boolean {
  const left = parseDecimal(a);
  const right = parseDecimal(b);
  return left !== null && right !== null && equals(left.value, right.value);
}

function toAnswer(written: string, start: number): FoundAnswer | null {
  const number = written.replace(/[.,]+$/, '');
  const value = number.replaceAll(/[$,]/g, '');
  return parseDecimal(value) === null ? null : { value, start, end: start + number.length };
}
