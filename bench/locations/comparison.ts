/** What the judge said of a program beside what was recorded about it. */
import { indexLines, lineColumnOf } from '../../src/diagnostics/index.js';
import type { Diagnostic, Outcome, Verdict } from '../../src/records.js';
import type { Distance, ModelRow, RecordedReport, SanitizerRow, SanitizerTool } from './rows.js';

export interface Comparison {
  row: SanitizerRow;
  outcome: Outcome;
  /** The sanitizers' findings that have a place in the completion, in the judge's order. */
  found: RecordedReport[];
  /** The line of the judge's first finding; `null`: it has none in the completion. */
  named: number | null;
  /** It is the line of the first recorded report; `null` where nothing was recorded. */
  isRecorded: boolean | null;
  /** Recorded, and told by the judge as one with another finding of the same line. */
  merged: RecordedReport[];
  /** Recorded, and not told. */
  missing: RecordedReport[];
  /** Told, and not recorded. */
  extra: RecordedReport[];
  /** From the authors' lines; `null` where there are none, or nothing was recorded. */
  distance: Distance | null;
}

const sanitizers: readonly string[] = ['asan', 'ubsan', 'lsan'];

export function compareSanitizers(row: SanitizerRow, verdict: Verdict): Comparison {
  const told = verdict.diagnostics.filter(({ tool }) => sanitizers.includes(tool));
  const places = told.map((finding) => ({
    tool: finding.tool as SanitizerTool,
    line: lineInCompletion(finding, row.job.completion),
  }));
  const found = places.flatMap(({ tool, line }) => (line === null ? [] : [{ tool, line }]));
  const named = places[0]?.line ?? null;
  const { recorded, authors } = row;
  const leaks = row.furtherLeaks.map((line): RecordedReport => ({ tool: 'lsan', line }));
  const all = [...recorded, ...leaks];
  const untold = all.filter((one) => !has(found, one));
  const isMerged = ({ tool, line }: RecordedReport): boolean =>
    tool === 'asan' && has(found, { tool: 'ubsan', line });
  const hasReport = recorded.length > 0;
  return {
    row,
    outcome: verdict.outcome,
    found,
    named,
    isRecorded: hasReport ? named === recorded[0].line : null,
    merged: untold.filter(isMerged),
    missing: untold.filter((one) => !isMerged(one)),
    // A finding without a place is one too many as well.
    extra: places
      .map(({ tool, line }) => ({ tool, line: line ?? 0 }))
      .filter((one) => !has(all, one)),
    distance: hasReport && authors.length > 0 ? distanceOf(named, authors) : null,
  };
}

export interface ModelComparison {
  row: ModelRow;
  outcome: Outcome;
  /** `clean` and `warning` pass. */
  agrees: boolean;
  /** Where the judge has the first error, the sanitizer's finding, the failed assertion, as recorded; `null`: nothing was. */
  errorPlace: boolean | null;
  sanitizerLine: boolean | null;
  assertLine: boolean | null;
  /** The places that the judge names, for a reader. */
  told: string[];
}

export function compareModel(row: ModelRow, { outcome, diagnostics }: Verdict): ModelComparison {
  const first = (
    keep: (one: Diagnostic) => boolean,
  ): { line: number | null; column: number | null } => {
    const finding = diagnostics.find(keep);
    const line = finding === undefined ? null : lineInCompletion(finding, row.job.completion);
    return { line, column: finding?.position?.column ?? null };
  };
  const error = first(({ tool, severity }) => tool === 'g++' && severity === 'error');
  const fault = first(({ tool }) => sanitizers.includes(tool));
  const failed = first(({ kind }) => kind === 'assertion-failure');
  return {
    row,
    outcome,
    agrees: (outcome === 'clean' || outcome === 'warning') === row.passed,
    errorPlace:
      row.error === null
        ? null
        : error.line === row.error.line && error.column === row.error.column,
    sanitizerLine: row.sanitizer === null ? null : fault.line === row.sanitizer.line,
    assertLine: row.assertLine === null ? null : failed.line === row.assertLine,
    told: diagnostics.map(
      ({ kind, position }) => `${kind} ${position?.line ?? '?'}:${position?.column ?? ''}`,
    ),
  };
}

/** By its bytes, which is what a reward sees. */
function lineInCompletion({ span }: Diagnostic, completion: string): number | null {
  if (span.precision === 'none') return null;
  return lineColumnOf(indexLines(completion), span.start).line;
}

function distanceOf(named: number | null, authors: readonly number[]): Distance {
  if (named === null) return 'other';
  if (authors.includes(named)) return 'exact';
  return authors.some((line) => named > line && named <= line + 6) ? 'near' : 'other';
}

function has(places: readonly RecordedReport[], { tool, line }: RecordedReport): boolean {
  return places.some((one) => one.tool === tool && one.line === line);
}
