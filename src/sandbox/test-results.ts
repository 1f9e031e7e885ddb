import type { TestCase, TestResult } from '../records.js';
import type { CaseResults } from './execution.js';
import type { ProgramRun } from './program-run.js';

/** A test that the program did not come to. */
export function notReached(test: TestCase): TestResult {
  return { passed: false, expected: 'expected' in test ? cut(test.expected) : null, actual: null };
}

/** What became of test `index`; `healthy`: the run met no fault and no limit. */
export function resultOf(
  test: TestCase,
  index: number,
  run: ProgramRun,
  healthy: boolean,
): TestResult {
  const { results, stdout, ended, code } = run.execution;
  const place = run.cases.indexOf(index);
  if ('stdin' in test) {
    if (test.expected === null) {
      const passed = healthy && results.finished && ended === 'exit' && code === 0;
      return { passed, expected: null, actual: passed ? null : cut(endOf(run)) };
    }
    const passed = sameLines(stdout, test.expected) && ended === 'exit' && code === 0 && healthy;
    return { passed, expected: cut(test.expected), actual: cut(stdout) };
  }
  if ('assert' in test)
    return {
      passed: results.ended.has(place) && !results.failed.has(place),
      expected: null,
      actual: cut(results.failed.get(place) ?? null),
    };
  const values = valuesOf(results, place);
  return {
    passed: matches(values, test.expected),
    expected: cut(test.expected),
    actual: values.length === 0 ? null : cut(values.map(({ text }) => text).join('\n')),
  };
}

/** What a run did that only had to end well, and did not. */
function endOf({ execution, reading }: ProgramRun): string {
  const { cause, ended, code, stops, flooded } = execution;
  if (flooded) return 'the output reached its limit';
  if (cause === 'memory') return 'the memory reached its limit';
  if (cause === 'cpu' || stops.includes('RLSF-STOP cpu')) return 'the CPU time was used up';
  if (cause === 'wall') return 'the wall time was used up';
  if (reading.findings.length > 0) return withoutVerb(reading.findings[0].message);
  if (ended === 'signal') return `ended by signal ${code}`;
  return code === 0 ? 'it left before its end' : `ended with exit code ${code}`;
}

/** Of a failed assertion, in the words of libc or of our drivers: the assertion alone. */
function withoutVerb(message: string): string {
  return message.replace(/^failed: /, '').replace(/^Assertion `(.*)' failed\.$/s, '$1');
}

function valuesOf(results: CaseResults, index: number): { type: string; text: string }[] {
  return results.values.get(index) ?? [];
}

/** Text must be equal; a floating-point number may differ by 1e-6, relative above 1. */
function matches(values: readonly { type: string; text: string }[], expected: string): boolean {
  if (values.length === 0) return false;
  if (values.map(({ text }) => text).join('\n') === expected) return true;
  if (values.length !== 1 || values[0].type !== 'd' || expected.trim() === '') return false;
  const wanted = Number(expected);
  const came = Number(values[0].text);
  return Math.abs(came - wanted) <= 1e-6 * Math.max(1, Math.abs(wanted));
}

/** Line by line; blanks at the end of lines and of the text do not count. */
function sameLines(actual: string, expected: string): boolean {
  const trimmed = (text: string): string =>
    text
      .split('\n')
      .map((line) => line.trimEnd())
      .join('\n')
      .trimEnd();
  return trimmed(actual) === trimmed(expected);
}

function cut(text: string | null, size = 200): string | null {
  return text !== null && text.length > size ? `${text.slice(0, size)}…` : text;
}
