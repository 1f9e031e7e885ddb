import { indexLines, lineColumnOf } from '../../diagnostics/index.js';
import type { Diagnostic, Verdict } from '../../records.js';
import type { ExpectedVerdict } from '../../tasks/examples/index.js';
import type { FoundPlace, SideFeedback } from './records.js';

/**
 * What a verdict says of a side, beside what was expected of it.
 * @param before lines of the file before the completion
 */
export function sideFeedback(input: {
  file: string;
  text: string;
  before: number;
  expected: ExpectedVerdict;
  verdict: Verdict;
}): SideFeedback {
  const { file, text, before, expected, verdict } = input;
  const findings = foundPlaces(verdict.diagnostics, text, before);
  return {
    file,
    outcome: verdict.outcome,
    expected,
    difference: differenceOf(expected, verdict, findings),
    testsPassed: verdict.testsPassed,
    testsTotal: verdict.testsTotal,
    findings,
    commands: verdict.stages
      .filter(({ command }) => command.length > 0)
      .map(({ command }) => command.map(shellWord).join(' ')),
    verdict,
  };
}

/** Line of a byte, from 1. */
export function lineAt(text: string, byte: number): number {
  return lineColumnOf(indexLines(text), byte).line;
}

/** The finding that the side is expected to have, as it was found; `null` where it was not. */
export function mainFinding({ expected, findings }: SideFeedback): FoundPlace | null {
  const alike = findings.filter(({ kind }) => kind === expected.finding);
  return alike.find((one) => isAtLine(one, expected)) ?? alike[0] ?? null;
}

function foundPlaces(
  diagnostics: readonly Diagnostic[],
  text: string,
  before: number,
): FoundPlace[] {
  const index = indexLines(text);
  return diagnostics.flatMap(({ tool, severity, kind, message, span }): FoundPlace[] => {
    if (severity === 'note') return [];
    const shared = { tool, severity, kind, message };
    if (span.precision === 'none')
      return [{ ...shared, line: null, column: null, span: null, text: null, reason: span.reason }];
    const { start, end } = span;
    const { line, column } = lineColumnOf(index, start);
    const there = Buffer.from(index.bytes).subarray(start, end).toString('utf8');
    return [
      { ...shared, line: line + before, column, span: { start, end }, text: there, reason: null },
    ];
  });
}

/** The first way in which a verdict is not as expected. */
function differenceOf(
  expected: ExpectedVerdict,
  verdict: Verdict,
  findings: readonly FoundPlace[],
): string | null {
  const { outcome, finding, also } = expected;
  if (verdict.outcome !== outcome)
    return `the outcome is ${verdict.outcome}${firstReason(verdict)}`;
  if (finding !== null) {
    const alike = findings.filter(({ kind }) => kind === finding);
    const shown = findings.map(({ kind }) => kind).join(', ') || 'nothing';
    if (alike.length === 0) return `there is no ${finding}; found: ${shown}`;
    if (!alike.some((one) => isAtLine(one, expected))) {
      const [{ line, reason }] = alike;
      return line === null
        ? `${finding} has no place in the program (${reason ?? ''})`
        : `${finding} is at line ${line}`;
    }
  }
  const isMeant = (one: FoundPlace): boolean =>
    (one.kind === finding && isAtLine(one, expected)) ||
    also.some((other) => other.finding === one.kind && other.line === one.line);
  const other = findings.find((one) => !isMeant(one));
  if (other === undefined) return null;
  return `there is also ${other.kind}${other.line === null ? '' : ` at line ${other.line}`}`;
}

function isAtLine(found: FoundPlace, { line, isReported }: ExpectedVerdict): boolean {
  return found.line === (isReported ? line : null);
}

function firstReason({ tests, diagnostics }: Verdict): string {
  const failed = tests.find(({ passed }) => !passed);
  const said = diagnostics.find(({ severity }) => severity === 'error')?.message.split('\n')[0];
  if (said !== undefined) return ` (${said})`;
  if (failed === undefined) return '';
  return ` (expected ${JSON.stringify(failed.expected)}, got ${JSON.stringify(failed.actual)})`;
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
