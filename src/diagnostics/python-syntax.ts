import type { Diagnostic, DiagnosticSpan, SourcePosition } from '../records.js';
import { lineColumnOf } from './positions.js';
import { tokenEnd } from './python-lines.js';
import type { Place, PythonLines } from './python-lines.js';
import type { PythonFault, PythonWarning } from './python-records.js';
import { reasonOf } from './view.js';
import type { ProgramView } from './view.js';

/** Why a program does not compile, with its place in the completion. */
export function syntaxDiagnostic(
  fault: PythonFault,
  view: ProgramView,
  lines: PythonLines,
): Diagnostic {
  const isSyntax = /^(SyntaxError|IndentationError|TabError)$/.test(fault.kind);
  const told = fault.message || 'too much for the compiler';
  return {
    tool: 'python',
    severity: 'error',
    kind: 'syntax',
    message: view.clean(isSyntax ? told : `${fault.kind}: ${told}`),
    option: null,
    ...placeOf(fault, view, lines),
    frames: [],
  };
}

/**
 * What the compiler finds dubious. It names a line only; the message then says which text on it is
 * meant. An escape sequence may stand further down in the string that begins there.
 */
export function warningDiagnostic(
  { line, message }: PythonWarning,
  view: ProgramView,
  lines: PythonLines,
): Diagnostic {
  const pattern = subjectOf(message);
  const last = message.includes('escape sequence') ? lines.count : line;
  let found: { line: number; column: number; length: number } | null = null;
  for (let at = line; pattern !== null && found === null && at <= last; at++) {
    const match = pattern.exec(lines.line(at));
    if (match !== null) found = { line: at, column: match.index, length: match[0].length };
  }
  const start = placeOfIndex(lines, found?.line ?? line, found?.column ?? 0);
  const end = found && placeOfIndex(lines, found.line, found.column + found.length);
  return {
    tool: 'python',
    severity: 'warning',
    // What is a SyntaxWarning since Python 3.12 was a DeprecationWarning before.
    kind: 'SyntaxWarning',
    message: view.clean(message),
    option: null,
    position: { file: view.shownAs('program.py'), line: start.line, column: found && start.column },
    span:
      end === null
        ? view.map.locate(start.line, null)
        : view.map.locate(start.line, start.column, end.line, end.column),
    frames: [],
  };
}

function subjectOf(message: string): RegExp | null {
  const escape = /^(?:"|invalid escape sequence '?)(\\.)/u.exec(message)?.[1];
  if (escape !== undefined)
    return new RegExp(`(?<=(?<!\\\\)(?:\\\\\\\\)*)\\\\${escapeRegExp(escape.slice(1))}`, 'u');
  if (message.startsWith('"is not" with')) return /\bis\s+not\b/;
  if (message.startsWith('"is" with')) return /\bis\b(?!\s+not\b)/;
  if (message.startsWith('assertion is always true')) return /\bassert\b.*\S/;
  return null;
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}

/** A place of a line by a UTF-16 index in it. */
function placeOfIndex(lines: PythonLines, line: number, index: number): Place {
  const before = lines.line(line).slice(0, index);
  return lines.place(line, new TextEncoder().encode(before).length);
}

function placeOf(
  fault: PythonFault,
  view: ProgramView,
  lines: PythonLines,
): { position: SourcePosition | null; span: DiagnosticSpan } {
  const { file, line } = fault;
  if (line === null) {
    const nul = /\bnull bytes?\b/.test(fault.message) ? view.map.index.bytes.indexOf(0) : -1;
    if (nul < 0) return { position: null, span: nowhere('the tool names no place') };
    const place = lineColumnOf(view.map.index, nul);
    const span = view.map.locate(place.line, place.column, place.line, place.column + 1);
    return { position: { file: view.shownAs(file), ...place }, span };
  }
  if (view.fileKind(file) !== 'program') {
    const position = { file: view.shownAs(file), line, column: fault.column };
    return { position, span: nowhere(reasonOf(view.fileKind(file))) };
  }
  const { start, end, isMissing } = rangeOf(fault, line, view, lines);
  const position = { file: view.shownAs(file), line: start.line, column: start.column };
  const span = isMissing
    ? view.map.locateInsertion(start.line, start.column)
    : view.map.locate(start.line, start.column, end.line, end.column);
  // What a statement of the completion lacks may be missed on a line that is not its own.
  const opened = /on line (\d+)$/.exec(fault.message)?.[1];
  if (span.precision !== 'none' || opened === undefined) return { position, span };
  const place = lines.place(Number(opened), 0);
  return { position, span: view.map.locate(place.line, null) };
}

function rangeOf(
  fault: PythonFault,
  line: number,
  view: ProgramView,
  lines: PythonLines,
): { start: Place; end: Place; isMissing: boolean } {
  const placeAt = (at: number, column: number): Place =>
    fault.unit === 'byte' ? lines.place(at, column - 1) : lines.placeOfCharacter(at, column - 1);
  const text = lines.line(line);
  const indent = /^[ \t\f]*/.exec(text)?.[0].length ?? 0;
  if (isAboutIndent(fault) && indent > 0)
    return { start: lines.place(line, 0), end: lines.place(line, indent), isMissing: false };
  const inString = fieldOf(fault, lines, line);
  if (inString !== null) return { ...inString, isMissing: false };
  const start = placeAt(line, fault.column ?? 1);
  const lineEnd = lines.place(line, Infinity);
  const behind =
    line > lines.count || (start.line === lineEnd.line && start.column >= lineEnd.column);
  const { endLine, endColumn } = fault;
  const hasEnd = endLine !== null && endColumn !== null && endColumn > 0 && endLine >= line;
  const end = hasEnd ? placeAt(endLine, endColumn) : start;
  const isWide = end.line > start.line || (end.line === start.line && end.column > start.column);
  return { start, end: isWide ? end : tokenEnd(view.map, start), isMissing: behind };
}

function isAboutIndent({ kind, message }: PythonFault): boolean {
  return (
    kind === 'TabError' ||
    (kind === 'IndentationError' && /^(unexpected indent|unindent does not)/.test(message))
  );
}

/** Before 3.12 an f-string's field is compiled as a text of its own, `(a b)`, and so are its columns. */
function fieldOf(
  { message, text }: PythonFault,
  lines: PythonLines,
  line: number,
): { start: Place; end: Place } | null {
  const field = /^\((.*)\)\s*$/s.exec(text ?? '')?.[1];
  if (!message.startsWith('f-string: ') || field === undefined) return null;
  for (let at = line; at <= lines.count; at++) {
    const index = lines.line(at).indexOf(`{${field}`);
    if (index < 0 || field === '') continue;
    return {
      start: placeOfIndex(lines, at, index + 1),
      end: placeOfIndex(lines, at, index + 1 + field.length),
    };
  }
  return null;
}

function nowhere(reason: string): DiagnosticSpan {
  return { precision: 'none', reason };
}
