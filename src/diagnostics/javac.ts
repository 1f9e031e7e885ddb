import type { Diagnostic, DiagnosticSpan } from '../records.js';
import { byteOffsetOfIndex, lineColumnOf } from './positions.js';
import type { SourceMap } from './source-map.js';
import { reasonOf } from './view.js';
import type { ProgramView } from './view.js';

/** One finding of javac, its places as javac holds them: UTF-16 units from the start of the file. */
export interface JavacFinding {
  severity: 'error' | 'warning' | 'note';
  /** javac's own code without its head, e.g. `cant.resolve.location`. */
  kind: string;
  /** `-Xlint:unchecked`; `null` for errors. */
  option: string | null;
  message: string;
  file: string | null;
  /** The tree that it is about, and in it the very place; `null` where there is none. */
  place: { start: number; at: number; end: number } | null;
}

/** A line of JSON of our compile driver (kernels/java/rlsf/Compile.java), as far as findings go. */
export function javacFindings(findings: unknown): JavacFinding[] {
  if (!Array.isArray(findings)) return [];
  return findings.map((one: Record<string, unknown>) => {
    const { code, severity, lint, file, start, at, end, message } = one;
    const hasPlace = Number(at) >= 0;
    return {
      severity: severityOf(String(severity)),
      kind: String(code).replace(/^compiler\.(err|warn|note|misc)\./, ''),
      option: typeof lint === 'string' ? `-Xlint:${lint}` : null,
      message: oneLine(String(message)),
      file: typeof file === 'string' ? file : null,
      place: hasPlace ? { start: Number(start), at: Number(at), end: Number(end) } : null,
    };
  });
}

/** A finding of javac with its place in the completion. */
export function javacDiagnostic(finding: JavacFinding, view: ProgramView): Diagnostic {
  const { severity, kind, option, file, place } = finding;
  const base = { tool: 'javac' as const, severity, kind, option, frames: [] };
  const message = view.clean(finding.message);
  if (file === null || place === null)
    return {
      ...base,
      message,
      position: null,
      span: { precision: 'none', reason: 'the tool names no place' },
    };
  const fileKind = view.fileKind(file);
  if (fileKind !== 'program')
    return {
      ...base,
      message,
      position: null,
      span: { precision: 'none', reason: reasonOf(fileKind) },
    };
  const { start, span } = locate(view.map, finding, place);
  const position = { file: view.shownAs(file), ...start };
  return { ...base, message, position, span };
}

/** One line of what javac tells in several. */
export function oneLine(message: string): string {
  return message
    .split('\n')
    .map((line) => line.trim().replace(/;$/, '').replace(/: +/g, ': '))
    .filter((line) => line !== '')
    .join('; ');
}

function severityOf(word: string): JavacFinding['severity'] {
  return word === 'ERROR' ? 'error' : word.endsWith('WARNING') ? 'warning' : 'note';
}

/**
 * Where something is missing, an empty span behind the token before. A name that cannot be resolved
 * is blamed without what stands before its dot. Of a tree over several lines (a class, a loop) only
 * the line that javac points at.
 */
function locate(
  map: SourceMap,
  { kind }: JavacFinding,
  place: { start: number; at: number; end: number },
): { start: { line: number; column: number }; span: DiagnosticSpan } {
  const { text, index } = map;
  const pointOf = (at: number): { line: number; column: number } =>
    lineColumnOf(index, byteOffsetOfIndex(text, at));
  const at = pointOf(place.at);
  if (isMissing(kind)) return { start: at, span: map.locateInsertion(at.line, at.column) };
  const dot = kind.startsWith('cant.') ? afterDot(text, place.at) : place.at;
  const isRange = place.start >= 0 && place.start <= place.at && place.at < place.end;
  if (!isRange) {
    const name = pointOf(dot);
    return { start: name, span: map.locate(name.line, name.column) };
  }
  let { start, end } = place;
  if (dot > place.at && dot < end) start = dot;
  const lineStart = text.lastIndexOf('\n', Math.max(start, place.at) - 1) + 1;
  const lineEnd = text.indexOf('\n', Math.max(start, place.at));
  start = Math.max(start, lineStart);
  end = Math.min(end, lineEnd < 0 ? text.length : lineEnd);
  while (start < end && /\s/.test(text[start])) start++;
  while (end > start && /\s/.test(text[end - 1])) end--;
  const from = pointOf(start);
  const to = pointOf(end);
  const span = map.locate(from.line, from.column, to.line, to.column);
  if (span.precision !== 'none') return { start: from, span };
  // A tree may begin before the completion; the very place then decides.
  return { start: at, span: map.locate(at.line, at.column) };
}

function afterDot(text: string, at: number): number {
  const pattern = /(?:\.|::)\s*/y;
  pattern.lastIndex = at;
  return at + (pattern.exec(text)?.[0].length ?? 0);
}

function isMissing(kind: string): boolean {
  return kind === 'expected' || kind === 'premature.eof';
}
