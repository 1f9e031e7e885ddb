import { addFinding, kindOf, severityOf } from './gcc.js';
import type { CompilerFinding, CompilerPlace } from './gcc.js';
import { field, jsonValues, list, number, text } from './json-fields.js';

/**
 * Reads what `g++ -fdiagnostics-format=json` (GCC 9 to 15) wrote to stderr: one JSON array per
 * compiler process, between other lines (of the linker, of the driver), which `rest` keeps.
 */
export function parseGccJson(stderr: string): { findings: CompilerFinding[]; rest: string } {
  const { values, rest } = jsonValues(stderr);
  return { findings: values.flatMap((value) => gccJsonFindings(value) ?? []), rest };
}

/** The findings of one JSON value; `null` where it is none of g++'s. */
export function gccJsonFindings(value: unknown): CompilerFinding[] | null {
  if (!Array.isArray(value) || value.some((row) => text(row, 'kind') === '')) return null;
  const findings: CompilerFinding[] = [];
  for (const row of value) addRow(findings, row);
  return findings;
}

/** A group's children are notes, or (of the preprocessor, say) findings of their own. */
function addRow(findings: CompilerFinding[], row: unknown): void {
  const found = findingOf(row);
  if (found !== null) addFinding(findings, found);
  for (const child of list(row, 'children')) addRow(findings, child);
}

function findingOf(row: unknown): CompilerFinding | null {
  const severity = severityOf(text(row, 'kind'));
  if (severity === null) return null;
  const message = text(row, 'message');
  const option = text(row, 'option') || null;
  const origin = number(row, 'column-origin') ?? 1;
  const [first, ...others] = list(row, 'locations').flatMap((location) => {
    const place = placeOf(location, origin);
    return place === null ? [] : [{ ...place, message: text(location, 'label') }];
  });
  return {
    severity,
    kind: kindOf(severity, option, message),
    message,
    option,
    place:
      first === undefined
        ? null
        : { file: first.file, line: first.line, column: first.column, range: first.range },
    insertion: insertionOf(list(row, 'fixits'), origin),
    related: others,
  };
}

function placeOf(location: unknown, origin: number): CompilerPlace | null {
  const caret = point(field(location, 'caret'), origin);
  if (caret === null) return null;
  const start = point(field(location, 'start'), origin) ?? caret;
  const last = point(field(location, 'finish'), origin) ?? caret;
  // Three times the same point is the use of a macro: not a range of one byte.
  const isPoint =
    start.line === last.line && start.column === last.column && start.column === caret.column;
  const isKnown = caret.column !== null && start.column !== null && last.column !== null;
  return {
    ...caret,
    range:
      isPoint || !isKnown
        ? null
        : {
            startLine: start.line,
            startColumn: start.column ?? 1,
            endLine: last.line,
            // `finish` is the last byte's column.
            endColumn: (last.column ?? 1) + 1,
          },
  };
}

/** A fix-it that only inserts says where the missing text belongs. */
function insertionOf(fixits: unknown[], origin: number): CompilerFinding['insertion'] {
  for (const fixit of fixits) {
    const start = point(field(fixit, 'start'), origin);
    const next = point(field(fixit, 'next'), origin);
    if (start !== null && next !== null && start.line === next.line && start.column === next.column)
      return { ...start, range: null, text: text(fixit, 'string') };
  }
  return null;
}

/** GCC 9 and 10 have `column` alone, in bytes; column 0 is a line without one. */
function point(
  value: unknown,
  origin: number,
): { file: string; line: number; column: number | null } | null {
  const line = number(value, 'line');
  const column = number(value, 'byte-column') ?? number(value, 'column');
  if (line === null || column === null) return null;
  const fromOne = column - origin + 1;
  return { file: text(value, 'file'), line, column: fromOne < 1 ? null : fromOne };
}
