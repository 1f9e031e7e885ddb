import { parseFrames } from './frames.js';
import type { SanitizerReport } from './sanitizer-report.js';

/** The report that begins at a line, `file:line:column: runtime error: …`, or `null`. */
export function ubsanReport(lines: readonly string[], at: number): SanitizerReport | null {
  const mark = lines[at].indexOf(separator);
  if (mark < 0) return null;
  // Nothing looser than a place: programs print «runtime error» themselves.
  const where = lines[at].slice(0, mark);
  const [, file, line, column] = /^(.+?):(\d+)(?::(\d+))?$/.exec(where) ?? [];
  if (file === undefined && !/^<unknown>$|^\S+\+0x[0-9a-f]+\)?$/.test(where)) return null;
  const text = lines[at].slice(mark + separator.length);
  const frames = parseFrames(lines.slice(at + 1, at + 1 + 512));
  const summary = summaryOf(lines, at + 1 + frames.length);
  const message = text.replaceAll(/0x[0-9a-f]{6,}/g, '<address>');
  return {
    tool: 'ubsan',
    kind: summary !== undefined && summary !== 'undefined-behavior' ? summary : ubsanKind(message),
    message,
    place:
      file === undefined
        ? null
        : { file, line: Number(line), column: column === undefined ? null : Number(column) },
    stacks: frames.length > 0 ? [{ title: '', frames }] : [],
    deadly: false,
  };
}

const separator = ': runtime error: ';

/** The report's own summary (with `report_error_type=1` it names the kind) may follow a note and a dump of memory. */
function summaryOf(lines: readonly string[], from: number): string | undefined {
  for (const line of lines.slice(from, from + 6)) {
    const kind = /^SUMMARY: UndefinedBehaviorSanitizer: ([a-z-]+) /.exec(line)?.[1];
    if (kind !== undefined || /: runtime error: |^==\d+==/.test(line)) return kind;
  }
  return undefined;
}

/** The names UBSan itself uses, for builds that do not print them. */
export function ubsanKind(message: string): string {
  return ubsanKinds.find(([pattern]) => pattern.test(message))?.[1] ?? 'undefined-behavior';
}

const ubsanKinds: [RegExp, string][] = [
  [/^unsigned integer overflow/, 'unsigned-integer-overflow'],
  [/integer overflow|negation of .* cannot be represented/, 'signed-integer-overflow'],
  [/^division by zero/, 'integer-divide-by-zero'],
  [/^division of .* cannot be represented/, 'signed-integer-overflow'],
  [/^shift exponent/, 'invalid-shift-exponent'],
  [/^left shift/, 'invalid-shift-base'],
  [/^index .* out of bounds/, 'out-of-bounds-index'],
  [/^null pointer returned/, 'invalid-null-return'],
  [/^null pointer passed/, 'invalid-null-argument'],
  [/^applying .*non-zero offset .*to null pointer/, 'nullptr-with-nonzero-offset'],
  [/^applying .*zero offset to null pointer/, 'nullptr-with-offset'],
  [/offset .* to null pointer|pointer index expression|addition of unsigned offset|^subtraction of unsigned offset|^applying/, 'pointer-overflow'],
  [/null pointer/, 'null-pointer-use'],
  [/misaligned address/, 'misaligned-pointer-use'],
  [/insufficient space/, 'insufficient-object-size'],
  [/alignment assumption|assumption of .* alignment/, 'alignment-assumption'],
  [/without returning a value/, 'missing-return'],
  [/unreachable/, 'unreachable-call'],
  [/not a valid value for type 'bool'/, 'invalid-bool-load'],
  [/not a valid value/, 'invalid-enum-load'],
  [/^passing zero to /, 'invalid-builtin-use'],
  [/variable length array/, 'non-positive-vla-index'],
  [/does not point to an object of type/, 'dynamic-type-mismatch'],
  [/outside the range of representable/, 'float-cast-overflow'],
  [/^call to function .* through pointer to incorrect function type/, 'function-type-mismatch'],
  [/^implicit conversion from/, 'implicit-conversion'],
]; // prettier-ignore
