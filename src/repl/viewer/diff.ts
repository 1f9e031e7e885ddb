import { visibleText } from '../../plots/visible.js';
import type { StyledLine, StyledSpan, Tone } from '../styled.js';
import { fitLine, line, padStart, span } from '../styled.js';

/** Lines compared at most; what comes behind is told, not compared. */
const comparedLines = 2000;
const comparedWords = 400;
/** Equal lines shown around a change. */
const context = 3;

type Step<Part> = { kind: 'same' | 'removed' | 'added'; part: Part };

/**
 * The lines of two texts beside their numbers in each: `-` only in the first, `+` only in the second.
 * Where a line was changed into another, the words that differ stand in `[-…-]` and `{+…+}`.
 */
export function diffLines(first: string, second: string, width: number): StyledLine[] {
  const [one, other] = [first, second].map((text) => linesOf(text));
  const steps = diffOf(one.slice(0, comparedLines), other.slice(0, comparedLines));
  if (steps.every(({ kind }) => kind === 'same') && one.length === other.length)
    return [line(span('The completions are the same, to the byte.', 'dim'))];
  const left = one.length + other.length - 2 * comparedLines;
  const gutter = String(Math.max(one.length, other.length)).length;
  return [
    ...numbered(steps, gutter).map((each) => fitLine(each, width)),
    ...(Math.max(one.length, other.length) > comparedLines
      ? [line(span(`… compared: ${comparedLines} lines of each; ${left} more`, 'warn'))]
      : []),
  ];
}

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

/** Each line with its numbers; long stretches of equal ones are left out. */
function numbered(steps: readonly Step<string>[], gutter: number): StyledLine[] {
  const lines: StyledLine[] = [];
  let [one, other] = [0, 0];
  let skipped = 0;
  for (let at = 0; at < steps.length;) {
    if (steps[at].kind === 'same') {
      one++;
      other++;
      if (nearChange(steps, at)) {
        if (skipped > 0) lines.push(skipLine(skipped, gutter));
        skipped = 0;
        lines.push(row(gutter, one, other, ' ', [span(drawn(steps[at].part))]));
      } else skipped++;
      at++;
      continue;
    }
    if (skipped > 0) lines.push(skipLine(skipped, gutter));
    skipped = 0;
    let end = at;
    while (end < steps.length && steps[end].kind !== 'same') end++;
    const block = steps.slice(at, end);
    const removed = block.filter(({ kind }) => kind === 'removed').map(({ part }) => part);
    const added = block.filter(({ kind }) => kind === 'added').map(({ part }) => part);
    const pairs = removed.map((part, i) => (i < added.length ? wordSpans(part, added[i]) : null));
    removed.forEach((part, i) => {
      lines.push(row(gutter, ++one, null, '-', pairs[i]?.removed ?? [span(drawn(part), 'bad')]));
    });
    added.forEach((part, i) => {
      lines.push(row(gutter, null, ++other, '+', pairs[i]?.added ?? [span(drawn(part), 'good')]));
    });
    at = end;
  }
  if (skipped > 0) lines.push(skipLine(skipped, gutter));
  return lines;
}

function nearChange(steps: readonly Step<string>[], at: number): boolean {
  return steps.slice(Math.max(0, at - context), at + context + 1).some((s) => s.kind !== 'same');
}

function skipLine(count: number, gutter: number): StyledLine {
  return line(
    span(`${' '.repeat(2 * gutter + 2)}┆ ${count} equal ${count === 1 ? 'line' : 'lines'}`, 'dim'),
  );
}

function row(
  gutter: number,
  one: number | null,
  other: number | null,
  sign: ' ' | '-' | '+',
  spans: StyledSpan[],
): StyledLine {
  const tone: Tone = sign === '-' ? 'bad' : sign === '+' ? 'good' : 'plain';
  const number = (value: number | null): string => padStart(String(value ?? ''), gutter);
  return [span(`${number(one)} ${number(other)} `, 'dim'), span(`${sign} `, tone), ...spans];
}

function drawn(text: string): string {
  return visibleText(text.slice(0, 2000)).replaceAll('\t', '  ');
}

/** Two versions of a line with the words that differ in brackets; `null`: they have too little in common. */
function wordSpans(
  removed: string,
  added: string,
): { removed: StyledSpan[]; added: StyledSpan[] } | null {
  const [one, other] = [removed, added].map((text) => text.match(/\s+|\w+|[^\s\w]/gu) ?? []);
  if (Math.max(one.length, other.length) > comparedWords) return null;
  const steps = diffOf(one, other);
  const same = steps.filter(({ kind, part }) => kind === 'same' && part.trim() !== '').length;
  if (4 * same < Math.max(one.length, other.length)) return null;
  const side = (own: 'removed' | 'added', [open, close]: [string, string], tone: Tone) => {
    const spans: StyledSpan[] = [];
    let changed = '';
    const flush = (): void => {
      if (changed !== '') spans.push(span(`${open}${drawn(changed)}${close}`, tone));
      changed = '';
    };
    for (const { kind, part } of steps) {
      if (kind === own) changed += part;
      else if (kind === 'same') {
        flush();
        spans.push(span(drawn(part)));
      }
    }
    flush();
    return spans;
  };
  return {
    removed: side('removed', ['[-', '-]'], 'bad'),
    added: side('added', ['{+', '+}'], 'good'),
  };
}

/** Both sequences as one, by a longest common subsequence (Hunt and Szymanski's table, plain). */
function diffOf(one: readonly string[], other: readonly string[]): Step<string>[] {
  let head = 0;
  while (head < one.length && head < other.length && one[head] === other[head]) head++;
  let tail = 0;
  while (
    tail < one.length - head &&
    tail < other.length - head &&
    one[one.length - 1 - tail] === other[other.length - 1 - tail]
  )
    tail++;
  const same = (part: string): Step<string> => ({ kind: 'same', part });
  return [
    ...one.slice(0, head).map(same),
    ...middleOf(one.slice(head, one.length - tail), other.slice(head, other.length - tail)),
    ...one.slice(one.length - tail).map(same),
  ];
}

function middleOf(one: readonly string[], other: readonly string[]): Step<string>[] {
  const columns = other.length + 1;
  const lengths = new Uint16Array((one.length + 1) * columns);
  for (let i = one.length - 1; i >= 0; i--)
    for (let j = other.length - 1; j >= 0; j--)
      lengths[i * columns + j] =
        one[i] === other[j]
          ? lengths[(i + 1) * columns + j + 1] + 1
          : Math.max(lengths[(i + 1) * columns + j], lengths[i * columns + j + 1]);
  const steps: Step<string>[] = [];
  let [i, j] = [0, 0];
  while (i < one.length || j < other.length) {
    if (i < one.length && j < other.length && one[i] === other[j]) {
      steps.push({ kind: 'same', part: one[i] });
      i++;
      j++;
    } else if (
      j >= other.length ||
      (i < one.length && lengths[(i + 1) * columns + j] >= lengths[i * columns + j + 1])
    )
      steps.push({ kind: 'removed', part: one[i++] });
    else steps.push({ kind: 'added', part: other[j++] });
  }
  return steps;
}
