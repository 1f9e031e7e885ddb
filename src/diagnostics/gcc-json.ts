import { kindOf } from './gcc.js';
import type { CompilerFinding, CompilerPlace } from './gcc.js';

/**
 * Reads what `g++ -fdiagnostics-format=json` wrote to stderr: one JSON array per compiler process,
 * each on its own line, between other lines (of the linker, of the driver), which `rest` keeps.
 */
export function parseGccJson(stderr: string): { findings: CompilerFinding[]; rest: string } {
  const findings: CompilerFinding[] = [];
  const rest: string[] = [];
  for (const line of stderr.split('\n')) {
    const rows = line.startsWith('[') ? readArray(line) : null;
    if (rows === null) rest.push(line);
    else for (const row of rows) findings.push(...finding(row));
  }
  return { findings, rest: rest.join('\n').trim() };
}

function readArray(line: string): unknown[] | null {
  try {
    const value: unknown = JSON.parse(line);
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function finding(row: unknown): CompilerFinding[] {
  const severity = severityOf(text(row, 'kind'));
  if (severity === null) return [];
  const message = text(row, 'message');
  const option = text(row, 'option') || null;
  const locations = list(row, 'locations');
  const places = locations.flatMap((location) => {
    const place = placeOf(location);
    return place === null ? [] : [{ ...place, message: text(location, 'label') }];
  });
  const notes = list(row, 'children').flatMap((child) =>
    list(child, 'locations')
      .slice(0, 1)
      .flatMap((location) => {
        const place = placeOf(location);
        return place === null ? [] : [{ ...place, message: text(child, 'message') }];
      }),
  );
  const first = places[0];
  return [
    {
      severity,
      kind: kindOf(severity, option, message),
      message,
      option,
      place:
        first === undefined
          ? null
          : { file: first.file, line: first.line, column: first.column, range: first.range },
      insertion: insertionOf(list(row, 'fixits')),
      related: [...places.slice(1), ...notes],
    },
  ];
}

function severityOf(kind: string): CompilerFinding['severity'] | null {
  if (
    kind === 'error' ||
    kind === 'fatal error' ||
    kind === 'sorry, unimplemented' ||
    kind === 'internal compiler error'
  )
    return 'error';
  return kind === 'warning' || kind === 'note' ? kind : null;
}

function placeOf(location: unknown): CompilerPlace | null {
  const caret = point(field(location, 'caret'));
  if (caret === null) return null;
  const start = point(field(location, 'start')) ?? caret;
  const finish = point(field(location, 'finish'));
  const hasRange = finish !== null || field(location, 'start') !== undefined;
  const last = finish ?? caret;
  return {
    ...caret,
    // `finish` is the last byte's column.
    range: hasRange
      ? {
          startLine: start.line,
          startColumn: start.column,
          endLine: last.line,
          endColumn: last.column + 1,
        }
      : null,
  };
}

/** A fix-it that only inserts says where the missing text belongs. */
function insertionOf(fixits: unknown[]): CompilerFinding['insertion'] {
  for (const fixit of fixits) {
    const start = point(field(fixit, 'start'));
    const next = point(field(fixit, 'next'));
    if (start !== null && next !== null && start.line === next.line && start.column === next.column)
      return { ...start, range: null, text: text(fixit, 'string') };
  }
  return null;
}

function point(value: unknown): { file: string; line: number; column: number } | null {
  const line = field(value, 'line');
  const column = field(value, 'byte-column') ?? field(value, 'column');
  if (typeof line !== 'number' || typeof column !== 'number') return null;
  return { file: text(value, 'file'), line, column };
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

function text(value: unknown, key: string): string {
  const found = field(value, key);
  return typeof found === 'string' ? found : '';
}

function list(value: unknown, key: string): unknown[] {
  const found = field(value, key);
  return Array.isArray(found) ? found : [];
}
