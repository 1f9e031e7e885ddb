import { kindOf } from './gcc.js';
import type { CompilerFinding, CompilerPlace } from './gcc.js';

/**
 * Reads g++'s plain text, for compilers without the JSON format and for what that format leaves
 * out: the `required from here` chain, which leads from a library template to the user's line.
 */
export function parseGccText(stderr: string): CompilerFinding[] {
  const findings: CompilerFinding[] = [];
  let context: CompilerFinding['related'] = [];
  const lines = stderr.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const head =
      /^(.+?):(\d+):(?:(\d+):)? (fatal error|error|warning|note|internal compiler error|sorry, unimplemented): (.*)$/.exec(
        lines[i],
      );
    if (head === null) {
      const chain = /^(.+?):(\d+):(\d+):\s+(recursively )?required (from|by|in)\b(.*)$/.exec(
        lines[i],
      );
      if (chain !== null)
        context.push({
          ...placeAt(chain[1], chain[2], chain[3]),
          message: `required ${chain[5]}${chain[6]}`,
        });
      const linker = /(undefined reference to|multiple definition of) (.*)$/.exec(lines[i]);
      if (linker !== null) findings.push(linkFinding(linker[0]));
      continue;
    }
    const [, file, line, column, severity, tail] = head;
    const option = /\s\[(-W[^\]]+)\]$/.exec(tail);
    const message = option === null ? tail : tail.slice(0, option.index);
    const place = placeAt(file, line, column);
    place.range = underlined(lines, i, place);
    if (severity === 'note') {
      const owner = findings.at(-1);
      if (owner !== undefined) owner.related.push({ ...place, message });
      continue;
    }
    const level = severity === 'warning' ? 'warning' : 'error';
    findings.push({
      severity: level,
      kind: kindOf(level, option?.[1] ?? null, message),
      message,
      option: option?.[1] ?? null,
      place: column === undefined ? { ...place, column: 1 } : place,
      insertion: insertionAt(lines, i, place, message),
      related: context,
    });
    context = [];
  }
  return findings;
}

function placeAt(file: string, line: string, column: string | undefined): CompilerPlace {
  return { file, line: Number(line), column: Number(column ?? 1), range: null };
}

function linkFinding(message: string): CompilerFinding {
  return {
    severity: 'error',
    kind: 'link',
    message,
    option: null,
    place: null,
    insertion: null,
    related: [],
  };
}

/** `   12 |   int x = y;` is followed by `      |       ^~~`: the tildes are the range. */
function underlined(lines: string[], at: number, place: CompilerPlace): CompilerPlace['range'] {
  const source = /^ *\d+ \| ?(.*)$/.exec(lines[at + 1] ?? '');
  const marks = /^ *\| (.*)$/.exec(lines[at + 2] ?? '');
  if (source === null || marks === null) return null;
  const caret = marks[1].indexOf('^');
  if (caret < 0) return null;
  let start = caret;
  let end = caret + 1;
  while (marks[1][start - 1] === '~') start--;
  while (marks[1][end] === '~') end++;
  // Both are display columns of the printed line; measured from the caret they are bytes in ASCII.
  return {
    startLine: place.line,
    startColumn: place.column - (caret - start),
    endLine: place.line,
    endColumn: place.column + (end - caret),
  };
}

/** `expected ';' before …` prints the missing text under the caret, where it belongs. */
function insertionAt(
  lines: string[],
  at: number,
  place: CompilerPlace,
  message: string,
): CompilerFinding['insertion'] {
  const wanted = /^expected '(.)'/.exec(message);
  const hint = /^ *\| ( *)(\S)$/.exec(lines[at + 3] ?? '');
  if (wanted === null || hint === null || hint[2] !== wanted[1]) return null;
  return { ...place, range: null, text: wanted[1] };
}
