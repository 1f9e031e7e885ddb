import type { ByteSpan, Diagnostic, DiagnosticSpan } from '../records.js';
import { includedHere, isExpansion, isOrigin } from './gcc.js';
import type { CompilerFinding, CompilerPlace } from './gcc.js';
import { lineColumnOf, offsetOf } from './positions.js';
import type { SourceMap } from './source-map.js';
import { argumentNamed, callAround, endOfPreviousToken, lexemeEnd } from './tokens.js';
import { reasonOf } from './view.js';
import type { ProgramView } from './view.js';

/** A finding of a compiler with its place in the completion. */
export function compilerDiagnostic(finding: CompilerFinding, view: ProgramView): Diagnostic {
  const { place, span } = choosePlace(finding, view);
  return {
    tool: finding.tool ?? 'g++',
    severity: finding.severity,
    kind: finding.kind,
    message: view.clean(finding.message),
    option: finding.option,
    position:
      place === null
        ? null
        : { file: view.shownAs(place.file), line: place.line, column: place.column || null },
    span,
    frames: [],
  };
}

interface Chosen {
  place: CompilerPlace | null;
  span: DiagnosticSpan;
}

/**
 * The place that is to blame, the first of these that lies in the completion:
 *  1. where text is missing (a `;` belongs behind the last token, not on the one that came instead);
 *  2. where a macro was used, the outermost first, and there the argument that the message names;
 *  3. the finding's own place;
 *  4. where it comes from: the call that made a template, the `{` that stays open;
 *  5. for a finding in a library, any other place that it mentions;
 *  6. the `#include` that brought it.
 * A finding in the harness that only *mentions* the completion (`note: declared here`) blames nothing.
 */
function choosePlace(finding: CompilerFinding, view: ProgramView): Chosen {
  const missing = insertionPoint(finding, view);
  if (missing !== null) return missing;
  const { place, related } = finding;
  const uses = related.filter(({ message }) => isExpansion(message)).reverse();
  const isInclude = ({ message }: { message: string }): boolean => message === includedHere;
  const origins = related.filter((one) => isOrigin(one.message) && !isExpansion(one.message));
  const inLibrary = place === null || view.fileKind(place.file) === 'library';
  const candidates = [
    ...uses,
    ...(place === null ? [] : [place]),
    ...origins.filter((one) => !isInclude(one)),
    ...(inLibrary ? related.filter((one) => !isInclude(one)) : []),
    ...origins.filter(isInclude),
  ];
  let outside: Chosen | null = null;
  for (const candidate of candidates) {
    if (view.fileKind(candidate.file) !== 'program') continue;
    const chosen = locatePlace(candidate, finding, view);
    if (chosen.span.precision !== 'none') return chosen;
    outside ??= chosen;
  }
  if (outside !== null) return outside;
  const harness = candidates.find(({ file }) => view.fileKind(file) === 'harness');
  if (harness !== undefined)
    return { place: harness, span: { precision: 'none', reason: reasonOf('harness') } };
  const reason = place === null ? 'the tool names no place' : reasonOf('library');
  return { place, span: { precision: 'none', reason } };
}

function locatePlace(
  place: CompilerPlace & { message?: string },
  { message }: CompilerFinding,
  view: ProgramView,
): Chosen {
  const { map } = view;
  const { file, line, column, range } = place;
  if (column === null) return { place, span: map.locate(line, null) };
  const argument = locateBytes(map, faultyArgument(place, message, view));
  if (argument !== null) return { place: { file, range, ...argument.start }, span: argument.span };
  const isStep = range === null && place.message !== undefined && isOrigin(place.message);
  // Of a call that made a template g++ names the bracket.
  const at = offsetOf(map.index, line, column);
  const call = isStep ? locateBytes(map, callAround(map.index.bytes, at)) : null;
  if (call !== null) return { place, span: call.span };
  const isWide = range !== null && (range.startLine < line || range.startColumn <= column);
  const whole = isWide
    ? map.locate(range.startLine, range.startColumn, range.endLine, range.endColumn)
    : map.locate(line, column);
  // A range may begin before the completion; the caret then decides.
  return { place, span: whole.precision === 'none' ? map.locate(line, column) : whole };
}

/** Bytes of the whole file in the completion; `null` where there are none. */
function locateBytes(
  map: SourceMap,
  bytes: ByteSpan | null,
): { start: { line: number; column: number }; span: DiagnosticSpan } | null {
  if (bytes === null) return null;
  const start = lineColumnOf(map.index, bytes.start);
  const end = lineColumnOf(map.index, bytes.end);
  const span = map.locate(start.line, start.column, end.line, end.column);
  return span.precision === 'none' ? null : { start, span };
}

/** g++'s JSON points at the macro where a name in its argument is at fault. */
function faultyArgument(
  { line, column }: CompilerPlace,
  message: string,
  view: ProgramView,
): ByteSpan | null {
  const name = faultyName(message);
  if (name === null) return null;
  const { index } = view.map;
  const start = offsetOf(index, line, column ?? 1);
  const token = new TextDecoder().decode(
    index.bytes.subarray(start, lexemeEnd(index.bytes, start)),
  );
  return token === name || !/^[\p{L}_]/u.test(token)
    ? null
    : argumentNamed(index.bytes, start, name);
}

/** The name that a message calls unknown; in the C locale g++ writes `\U000000fc` for `ü`. */
function faultyName(message: string): string | null {
  const found =
    /^['‘]([^'‘’ ]+)['’] (?:was not declared|has not been declared|is not a member of|undeclared)/.exec(
      message,
    ) ?? /has no member named ['‘]([^'‘’ ]+)['’]/.exec(message);
  return (
    found?.[1].replaceAll(/\\U([0-9a-f]{8})/g, (_, code: string) =>
      String.fromCodePoint(parseInt(code, 16)),
    ) ?? null
  );
}

/** Where text is missing, if that is the fault: the tool's own hint, else behind the token before. */
function insertionPoint(finding: CompilerFinding, view: ProgramView): Chosen | null {
  const { insertion, place, message } = finding;
  if (!message.startsWith('expected ')) return null;
  const isOwn = (one: CompilerPlace): boolean => view.fileKind(one.file) === 'program';
  if (insertion !== null && insertion.column !== null && isOwn(insertion)) {
    const { file, line, column } = insertion;
    const span = view.map.locateInsertion(line, column);
    return span.precision === 'none' ? null : { place: { file, line, column, range: null }, span };
  }
  if (place === null || place.column === null || !isOwn(place)) return null;
  if (!/^expected .*['‘];['’].* (before|at)/.test(message)) return null;
  const at = endOfPreviousToken(view.map.index, place.line, place.column);
  if (at === null) return null;
  const start = lineColumnOf(view.map.index, at);
  const span = view.map.locateInsertion(start.line, start.column);
  return span.precision === 'none'
    ? null
    : { place: { file: place.file, ...start, range: null }, span };
}
