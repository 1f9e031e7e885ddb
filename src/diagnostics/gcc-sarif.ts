import { byteColumnOf } from './columns.js';
import { addFinding, kindOf, severityOf } from './gcc.js';
import type { CompilerFinding, CompilerPlace } from './gcc.js';
import { at, field, jsonValues, list, number, text } from './json-fields.js';
import { utf8Length } from './positions.js';

/**
 * Reads SARIF 2.1.0 as GCC 13 and later write it (`-fdiagnostics-format=sarif-stderr`, `sarif-file`,
 * `-fdiagnostics-add-output=sarif`), whose own JSON format GCC 15 deprecates.
 *
 * Written from the standard and from GCC's documentation, **not tried on a GCC 13**: none was at
 * hand, and the fixtures are made by hand. What GCC does in its own way:
 *  - a place is where its range begins; the caret is not told;
 *  - without `columnKind` columns are display columns, tabs to the next stop of eight: they are turned
 *    into bytes by the source that the report carries (`artifacts`, `contextRegion`);
 *  - a fatal error has no `level`, and its `ruleId` is `fatal error`; an option is a `ruleId` too;
 *  - notes are `relatedLocations`; the `required from here` chain is left out before GCC 15;
 *  - GCC 15 doubles the braces of a message, since the standard's placeholders have single ones.
 */
export function parseGccSarif(stderr: string): { findings: CompilerFinding[]; rest: string } {
  const { values, rest } = jsonValues(stderr);
  return { findings: values.flatMap((value) => sarifFindings(value) ?? []), rest };
}

/** The findings of one JSON value; `null` where it is no SARIF log. */
export function sarifFindings(value: unknown): CompilerFinding[] | null {
  const runs = list(value, 'runs');
  if (text(value, 'version') === '' || runs.length === 0) return null;
  const findings: CompilerFinding[] = [];
  for (const run of runs) {
    const reader = createReader(run);
    const notifications = list(run, 'invocations').flatMap((one) =>
      list(one, 'toolExecutionNotifications'),
    );
    for (const result of [...list(run, 'results'), ...notifications])
      addFinding(findings, findingOf(result, reader));
  }
  return findings;
}

function findingOf(result: unknown, reader: Reader): CompilerFinding {
  const rule = text(result, 'ruleId');
  const option = /^-[WfD]/.test(rule) ? rule : null;
  const severity = severityOf(text(result, 'level')) ?? severityOf(rule) ?? 'error';
  const message = messageOf(result);
  const [place = null] = list(result, 'locations').map((one) => placeOf(one, reader));
  return {
    severity,
    kind: kindOf(severity, option, message),
    message,
    option,
    place,
    insertion: insertionOf(result, reader),
    related: list(result, 'relatedLocations').flatMap((one) => {
      const found = placeOf(one, reader);
      return found === null ? [] : [{ ...found, message: messageOf(one) }];
    }),
  };
}

/** Braces are doubled if all of them are. */
function messageOf(value: unknown): string {
  const message = text(field(value, 'message'), 'text');
  return /[{}]/.test(message.replaceAll(/\{\{|\}\}/g, ''))
    ? message
    : message.replaceAll('{{', '{').replaceAll('}}', '}');
}

function placeOf(location: unknown, reader: Reader): CompilerPlace | null {
  const physical = field(location, 'physicalLocation');
  const file = fileOf(field(physical, 'artifactLocation'));
  const region = field(physical, 'region');
  const startLine = number(region, 'startLine');
  if (file === '' || startLine === null) return null;
  const toBytes = (line: number, column: number): number =>
    reader.byteColumn(file, line, column, field(physical, 'contextRegion'));
  const startColumn = number(region, 'startColumn');
  const endLine = number(region, 'endLine') ?? startLine;
  const endColumn = number(region, 'endColumn');
  if (startColumn === null) return { file, line: startLine, column: null, range: null };
  const column = toBytes(startLine, startColumn);
  const hasRange = endColumn !== null && (endLine > startLine || endColumn > startColumn + 1);
  return {
    file,
    line: startLine,
    column,
    // One column alone may be a macro's use: the token there is meant.
    range: hasRange
      ? { startLine, startColumn: column, endLine, endColumn: toBytes(endLine, endColumn) }
      : null,
  };
}

/** The first replacement that takes nothing away. */
function insertionOf(result: unknown, reader: Reader): CompilerFinding['insertion'] {
  const changes = list(result, 'fixes').flatMap((fix) => list(fix, 'artifactChanges'));
  for (const change of changes) {
    const file = fileOf(field(change, 'artifactLocation'));
    for (const replacement of list(change, 'replacements')) {
      const region = field(replacement, 'deletedRegion');
      const line = number(region, 'startLine');
      const column = number(region, 'startColumn');
      const isEmpty =
        (number(region, 'endLine') ?? line) === line &&
        (number(region, 'endColumn') ?? column) === column;
      if (line === null || column === null || !isEmpty) continue;
      const [first] = list(result, 'locations');
      const context = at(first, 'physicalLocation', 'contextRegion');
      const inserted = text(field(replacement, 'insertedContent'), 'text');
      const place = { file, line, column: reader.byteColumn(file, line, column, context) };
      return { ...place, range: null, text: inserted };
    }
  }
  return null;
}

interface Reader {
  byteColumn(file: string, line: number, column: number, context: unknown): number;
}

/** Columns of one run, by the source that the run carries. */
function createReader(run: unknown): Reader {
  const kind = text(run, 'columnKind');
  const sources = new Map(
    list(run, 'artifacts').map((artifact) => [
      fileOf(field(artifact, 'location')),
      text(field(artifact, 'contents'), 'text').split('\n'),
    ]),
  );
  return {
    byteColumn(file, line, column, context) {
      const snippet = text(field(context, 'snippet'), 'text').split('\n');
      const own =
        sources.get(file)?.[line - 1] ?? snippet[line - (number(context, 'startLine') ?? 0)];
      if (own === undefined) return column;
      if (kind === 'utf16CodeUnits') return bytesOf(own.slice(0, column - 1)) + 1;
      if (kind === 'unicodeCodePoints') return bytesOf([...own].slice(0, column - 1).join('')) + 1;
      return byteColumnOf(own, column);
    },
  };
}

function bytesOf(text: string): number {
  let bytes = 0;
  for (const character of text) bytes += utf8Length(character.codePointAt(0) ?? 0);
  return bytes;
}

/** A path as the compiler was given it: relative ones stay so (`uriBaseId` is the working folder). */
function fileOf(location: unknown): string {
  const uri = text(location, 'uri').replace(/^file:\/\//, '');
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
}
