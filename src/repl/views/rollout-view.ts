import type { Diagnostic, Outcome, Rollout } from '../../records.js';
import type { ReachedToken } from '../../rollouts/index.js';
import type { StyledLine, StyledSpan, Tone } from '../styled.js';
import { columnsOf, fitLine, line, span, textWidth, wrapText } from '../styled.js';
import { signed } from './numbers.js';

/** What the view needs of a rollout; a judged file that nobody sampled has no more. */
export type ViewedRollout = Pick<Rollout, 'completion' | 'verdict' | 'reward' | 'advantages'> & {
  sample?: number;
};

export interface RolloutViewOptions {
  /** Columns. */
  width: number;
  /** @default 40 */
  maxSourceLines?: number;
  /** How many findings are told in full; all are marked. @default 6 */
  maxFindings?: number;
}

/**
 * One rollout as text: a headline, its source with line numbers, under a line the tokens that a
 * finding reached (`^` starts a token, `~` goes on in it) and the finding itself, and last the
 * findings that lie nowhere in the completion, each with the reason.
 */
export function rolloutView(
  rollout: ViewedRollout,
  reached: readonly ReachedToken[],
  options: RolloutViewOptions,
): StyledLine[] {
  const { width, maxSourceLines = 40, maxFindings = 6 } = options;
  const all = (rollout.verdict?.diagnostics ?? []).filter((d) => d.severity !== 'note');
  const findings = all.slice(0, maxFindings);
  const rows = sourceRows(rollout.completion);
  const shown = visibleRows(rows, findings, maxSourceLines);
  const gutter = String(rows.length).length + 2;
  const lines: StyledLine[] = [rolloutHeadline(rollout)];
  let previous = -1;
  for (const index of shown) {
    if (index > previous + 1) lines.push(line(span(`${' '.repeat(gutter)}┆`, 'dim')));
    previous = index;
    const row = rows[index];
    const number = String(index + 1).padStart(gutter - 1);
    lines.push([span(`${number} │ `, 'dim'), ...paintRow(row, reached)]);
    const marks = markRow(row, reached);
    const empty = `${' '.repeat(gutter)}│ `;
    if (marks.length > 0) lines.push([span(empty, 'dim'), ...marks]);
    for (const finding of findings) {
      const place = finding.span;
      if (place.precision === 'none' || !startsIn(row, place.start)) continue;
      lines.push(...findingLines(finding, columnOfByte(row, place.start), empty, width));
    }
  }
  if (previous < rows.length - 1)
    lines.push(
      line(span(`${' '.repeat(gutter)}┆ ${rows.length - 1 - previous} more lines`, 'dim')),
    );
  for (const finding of findings) {
    if (finding.span.precision !== 'none') continue;
    const text = `${severitySign(finding)} ${findingText(finding)} (no place in the completion: ${finding.span.reason})`;
    for (const part of wrapText(text, width - 4))
      lines.push(line('    ', span(part, severityTone(finding.severity))));
  }
  if (all.length > maxFindings)
    lines.push(line(span(`    findings beyond these: ${all.length - maxFindings}`, 'dim')));
  return lines.map((each) => fitLine(each, width));
}

/** `sample 3  × runtime_error  tests 2/5  reward 0.20  advantage −0.71`. */
export function rolloutHeadline(rollout: ViewedRollout): StyledLine {
  const { sample, verdict, reward, advantages } = rollout;
  const parts: StyledSpan[] = [
    span(sample === undefined ? 'judged' : `sample ${sample + 1}`, 'title'),
  ];
  if (verdict) {
    parts.push(
      span(`  ${outcomeSign(verdict.outcome)} ${verdict.outcome}`, outcomeTone(verdict.outcome)),
    );
    if (verdict.testsTotal > 0)
      parts.push(span(`  tests ${verdict.testsPassed}/${verdict.testsTotal}`));
  }
  if (reward === null) parts.push(span('  unscorable', 'warn'));
  else if (reward !== undefined) parts.push(span(`  reward ${reward.toFixed(2)}`));
  if (advantages) parts.push(span(`  advantage ${signed(advantages.sequence)}`));
  return parts;
}

export function outcomeSign(outcome: Outcome): string {
  if (outcome === 'clean') return '✓';
  if (outcome === 'warning') return '!';
  return outcome === 'sandbox_error' ? '?' : '×';
}

export function outcomeTone(outcome: Outcome): Tone {
  if (outcome === 'clean') return 'good';
  return outcome === 'warning' || outcome === 'sandbox_error' ? 'warn' : 'bad';
}

function severityTone(severity: Diagnostic['severity']): Tone {
  return severity === 'error' ? 'bad' : severity === 'warning' ? 'warn' : 'dim';
}

function severitySign(finding: Diagnostic): string {
  return finding.severity === 'error' ? '×' : '!';
}

/** One character as drawn, and the bytes of the completion it stands for. */
interface Cell {
  text: string;
  columns: number;
  start: number;
  end: number;
}

interface SourceRow {
  cells: Cell[];
  /** Bytes, the newline included. */
  start: number;
  end: number;
}

function sourceRows(source: string): SourceRow[] {
  const rows: SourceRow[] = [];
  let row: SourceRow = { cells: [], start: 0, end: 0 };
  let byte = 0;
  for (const character of source) {
    const size = Buffer.byteLength(character);
    if (character === '\n') {
      row.end = byte + 1;
      rows.push(row);
      row = { cells: [], start: byte + 1, end: byte + 1 };
    } else {
      // A control character would move the cursor: a tab becomes spaces, another one a dot.
      const text = character === '\t' ? '  ' : /\p{Cc}/u.test(character) ? '·' : character;
      row.cells.push({
        text,
        columns: text.length === 2 && character === '\t' ? 2 : columnsOf(text),
        start: byte,
        end: byte + size,
      });
    }
    byte += size;
  }
  row.end = byte;
  if (row.cells.length > 0 || rows.length === 0) rows.push(row);
  return rows;
}

function startsIn(row: SourceRow, byte: number): boolean {
  return byte >= row.start && (byte < row.end || (byte === row.end && row.start === row.end));
}

function columnOfByte(row: SourceRow, byte: number): number {
  let column = 0;
  for (const cell of row.cells) {
    if (cell.end > byte) break;
    column += cell.columns;
  }
  return column;
}

/** All rows when they fit, else those around the findings, in order. */
function visibleRows(rows: SourceRow[], findings: Diagnostic[], limit: number): number[] {
  const all = rows.map((_, index) => index);
  if (rows.length <= limit) return all;
  const wanted = findings.flatMap(({ span: place }) =>
    place.precision === 'none' ? [] : all.filter((index) => startsIn(rows[index], place.start)),
  );
  if (wanted.length === 0) return all.slice(0, limit);
  const distance = (index: number): number => Math.min(...wanted.map((w) => Math.abs(w - index)));
  return all
    .sort((a, b) => distance(a) - distance(b) || a - b)
    .slice(0, limit)
    .sort((a, b) => a - b);
}

function tokenAt(reached: readonly ReachedToken[], cell: Cell): ReachedToken | undefined {
  return reached.find((token) => token.start < cell.end && cell.start < token.end);
}

function paintRow(row: SourceRow, reached: readonly ReachedToken[]): StyledSpan[] {
  const spans: StyledSpan[] = [];
  for (const cell of row.cells) {
    const token = tokenAt(reached, cell);
    const tone: Tone = !token ? 'plain' : token.severity === 'error' ? 'mark' : 'warn';
    const last = spans[spans.length - 1];
    if (last && last.tone === tone) last.text += cell.text;
    else spans.push({ text: cell.text, tone });
  }
  return spans;
}

function markRow(row: SourceRow, reached: readonly ReachedToken[]): StyledSpan[] {
  const spans: StyledSpan[] = [];
  let before: ReachedToken | undefined;
  for (const cell of row.cells) {
    const token = tokenAt(reached, cell);
    const sign = !token ? ' ' : token.token === before?.token ? '~' : '^';
    const tone: Tone = !token ? 'plain' : severityTone(token.severity);
    before = token;
    const text = sign + (token ? '~' : ' ').repeat(Math.max(0, cell.columns - 1));
    spans.push({ text: text.slice(0, cell.columns), tone });
  }
  return spans.some((each) => each.tone !== 'plain') ? spans : [];
}

/** `asan heap-buffer-overflow: READ of size 4`; sanitizers often begin the message with the kind. */
function findingText({ tool, kind, message }: Diagnostic): string {
  const rest = message.startsWith(kind)
    ? message.slice(kind.length).replace(/^[\s:;,]+/, '')
    : message;
  return rest === '' ? `${tool} ${kind}` : `${tool} ${kind}: ${rest}`;
}

function findingLines(
  finding: Diagnostic,
  column: number,
  empty: string,
  width: number,
): StyledLine[] {
  const text = findingText(finding);
  const room = width - textWidth(empty);
  // Far to the right there is no room for a sentence: it then starts further left.
  const indent = Math.min(column, Math.max(0, room - 44));
  const tone = severityTone(finding.severity);
  return wrapText(text, Math.max(20, room - indent - 3)).map((part, index) => [
    span(empty, 'dim'),
    span(`${' '.repeat(indent)}${index === 0 ? `╰${severitySign(finding)} ` : '   '}${part}`, tone),
  ]);
}
