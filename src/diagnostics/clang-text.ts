import { parseFixit } from './fixits.js';
import { addFinding, includedHere, kindOf, severityOf } from './gcc.js';
import type { CompilerFinding, CompilerRange } from './gcc.js';
import { isQuoted } from './source-block.js';
import { withoutColours } from './terminal.js';

/**
 * Reads clang's text. Its columns are bytes. Best with `-fdiagnostics-print-source-range-info`
 * (which adds `{line:column-line:column}`, ends exclusive) and `-fdiagnostics-parseable-fixits`;
 * without them a place is its token. A fault in a macro has the place of the user's line already,
 * one in a template gets it from the note `in instantiation of … requested here`.
 */
export function parseClangText(stderr: string): CompilerFinding[] {
  const findings: CompilerFinding[] = [];
  const lines = withoutColours(stderr).split('\n');
  const seen = new Set<string>();
  let includes: CompilerFinding['related'] = [];
  let waitsForFixit: CompilerFinding | null = null;
  let isRepeat = false;
  for (let i = 0; i < lines.length; i++) {
    if (isQuoted(lines[i]) || isMarks(lines[i + 1] ?? '')) continue;
    const found = findingAt(lines[i]);
    if (found !== null) {
      // A macro that uses its argument twice is told twice.
      const key = JSON.stringify([found.message, found.place]);
      if (found.severity !== 'note') isRepeat = seen.has(key);
      if (!isRepeat) addFinding(findings, { ...found, related: includes });
      seen.add(key);
      waitsForFixit = found.severity === 'note' || isRepeat ? null : (findings.at(-1) ?? null);
      includes = [];
      continue;
    }
    const included = /^In file included from (.+?):(\d+):$/.exec(lines[i]);
    if (included !== null) {
      const [, file, line] = included;
      const place = { file, line: Number(line), column: null, range: null };
      includes.unshift({ ...place, message: includedHere });
    }
    const fixit = parseFixit(lines[i]);
    if (fixit?.isInsertion && waitsForFixit !== null) {
      waitsForFixit.insertion = { ...fixit.place, range: null, text: fixit.text };
      waitsForFixit = null;
    }
  }
  return findings.map((finding, i) => withInstance(finding, findings[i - 1]));
}

/** The second fault of the same instance of a template comes without the notes that led to it. */
function withInstance(
  finding: CompilerFinding,
  before: CompilerFinding | undefined,
): CompilerFinding {
  const isStep = ({ message }: { message: string }): boolean => message.endsWith('requested here');
  const isSameFile = before?.place?.file === finding.place?.file;
  if (before === undefined || !isSameFile || finding.related.some(isStep)) return finding;
  return { ...finding, related: [...finding.related, ...before.related.filter(isStep)] };
}

/** A row of carets and tildes: what stands above it is quoted source. */
function isMarks(line: string): boolean {
  return /^[ \t~^]+$/.test(line) && line.includes('^');
}

function findingAt(line: string): CompilerFinding | null {
  const head =
    /^(.+?):(\d+):(\d+):(?:((?:\{\d+:\d+-\d+:\d+\})+):)? (fatal error|error|warning|note): (.*)$/.exec(
      line,
    );
  if (head === null) return linkFinding(line);
  const [, file, number, column, ranges = '', word, tail] = head;
  const severity = severityOf(word) ?? 'error';
  const options = / \[(-W[^\]]*)\]$/.exec(tail);
  const message = tail.slice(0, options?.index ?? tail.length);
  // `-Werror,-Wunused` is g++'s `-Werror=unused`.
  const option = options?.[1].replace(/^-Werror,-W/, '-Werror=') ?? null;
  const place = { file, line: Number(number), column: Number(column) };
  return {
    tool: 'clang++',
    severity,
    kind: kindOf(severity, option, message),
    message,
    option,
    place: { ...place, range: rangeAround(place, ranges) },
    insertion: null,
    related: [],
  };
}

/** The operands' ranges as one, if it holds the caret: `a + b` for the `+`, but not the initialiser for the name. */
function rangeAround(
  caret: { line: number; column: number },
  ranges: string,
): CompilerRange | null {
  const all = [...ranges.matchAll(/\{(\d+):(\d+)-(\d+):(\d+)\}/g)].map((found) =>
    found.slice(1).map(Number),
  );
  if (all.length === 0) return null;
  const isBefore = (a: number[], b: number[]): boolean =>
    a[0] < b[0] || (a[0] === b[0] && a[1] <= b[1]);
  const starts = all.map(([line, column]) => [line, column]);
  const ends = all.map(([, , line, column]) => [line, column]);
  const start = starts.reduce((a, b) => (isBefore(a, b) ? a : b));
  const end = ends.reduce((a, b) => (isBefore(a, b) ? b : a));
  const at = [caret.line, caret.column];
  if (!isBefore(start, at) || isBefore(end, at)) return null;
  return { startLine: start[0], startColumn: start[1], endLine: end[0], endColumn: end[1] };
}

function linkFinding(line: string): CompilerFinding | null {
  const found =
    /((?:undefined reference to|undefined symbol:|duplicate symbol:|multiple definition of) .*?)(?:;.*)?$/.exec(
      line,
    );
  if (found === null) return null;
  const place = /^(?:\S*ld(?:\.\w+)?: )?([^ :]+):(\d+): /.exec(line);
  return {
    tool: 'clang++',
    severity: 'error',
    kind: 'link',
    message: found[1],
    option: null,
    place:
      place === null ? null : { file: place[1], line: Number(place[2]), column: null, range: null },
    insertion: null,
    related: [],
  };
}
