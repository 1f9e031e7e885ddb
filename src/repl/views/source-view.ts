import { layoutSource, rowOfByte } from '../../plots/inspector-layout.js';
import { visibleText } from '../../plots/visible.js';
import type { Diagnostic } from '../../records.js';
import type { ReachedToken } from '../../rollouts/index.js';
import type { StyledLine } from '../styled.js';
import { line, span, textWidth, wrapText } from '../styled.js';
import type { SourceHeat } from './source-rows.js';
import {
  columnOfByte,
  cursorRow,
  heatRow,
  markRow,
  paintRow,
  severityTone,
  visibleRows,
  wrapRow,
} from './source-rows.js';

export interface SourceViewInput {
  completion: string;
  /** Marked with `^~~`. */
  reached: readonly ReachedToken[];
  findings: readonly ShownFinding[];
  /** Cells of tokens are told apart and drawn, one strip under each row. */
  heat?: SourceHeat;
  /** The token someone points at: `▲` under it. */
  cursor?: SourceCursor;
}

export interface SourceCursor {
  token: number;
  start: number;
  end: number;
}

export interface ShownFinding {
  text: string;
  severity: Diagnostic['severity'];
  /** Byte it is told under; `null`: it has no place, for `reason`. */
  start: number | null;
  reason: string | null;
  /** Told below it, each wrapped by itself. */
  details?: readonly string[];
  /** A second place that belongs to a finding, not one itself. */
  isNote?: boolean;
}

export interface SourceViewOptions {
  /** Columns. */
  width: number;
  /** Rows of source, a wrapped line counting as several. */
  maxSourceLines: number;
}

/**
 * Source with line numbers; under a row the heat of its tokens, the tokens that a finding reached
 * (`^` starts a token, `~` goes on in it) and the findings; last those that have no place. A finding
 * stands under the row that holds its place, also where the line goes on in a further row: there
 * alone is its `╰` below the `^` it belongs to.
 */
export function sourceView(input: SourceViewInput, options: SourceViewOptions): StyledLine[] {
  const { completion, reached, findings, heat, cursor } = input;
  const { width, maxSourceLines } = options;
  const source = layoutSource(completion, heat?.tokens ?? []);
  const gutter = String(source.length).length + 2;
  const rows = source.flatMap((row) => wrapRow(row, Math.max(8, width - gutter - 2)));
  const homes = findings.map(({ start }) => (start === null ? null : rowOfByte(rows, start)));
  const empty = `${' '.repeat(gutter)}│ `;
  const lines: StyledLine[] = [];
  let previous = -1;
  const skipTo = (index: number): void => {
    const skipped = index - previous - 1;
    if (skipped > 0) lines.push(line(span(`${' '.repeat(gutter)}┆`, 'dim')));
    previous = index;
  };
  for (const index of visibleRows(rows, homes, maxSourceLines)) {
    skipTo(index);
    const row = rows[index];
    const number =
      row.number === null
        ? `${' '.repeat(gutter)}┊ `
        : `${String(row.number).padStart(gutter - 1)} │ `;
    lines.push([span(number, 'dim'), ...paintRow(row, reached, heat)]);
    for (const strip of [
      cursorRow(row, cursor, heat !== undefined),
      heatRow(row, heat),
      markRow(row, reached),
    ])
      if (strip.length > 0) lines.push([span(empty, 'dim'), ...strip]);
    findings.forEach((finding, at) => {
      if (homes[at] === row)
        lines.push(...findingLines(finding, columnOfByte(row, finding.start ?? 0), empty, width));
    });
  }
  if (previous < rows.length - 1) {
    const last = previous < 0 ? 0 : rows[previous].line;
    const more = source.length - last;
    lines.push(
      line(
        span(
          `${' '.repeat(gutter)}┆ ${more > 0 ? `${more} more lines` : 'the line goes on'}`,
          'dim',
        ),
      ),
    );
  }
  for (const finding of findings)
    if (finding.start === null) lines.push(...placelessLines(finding, width));
  return lines;
}

/** `asan heap-buffer-overflow: READ of size 4`; sanitizers often begin the message with the kind. */
export function findingText({
  tool,
  kind,
  message,
}: Pick<Diagnostic, 'tool' | 'kind' | 'message'>): string {
  const rest = message.startsWith(kind)
    ? message.slice(kind.length).replace(/^[\s:;,]+/, '')
    : message;
  return rest === '' ? `${tool} ${kind}` : `${tool} ${kind}: ${rest}`;
}

function findingLines(
  finding: ShownFinding,
  column: number,
  empty: string,
  width: number,
): StyledLine[] {
  const room = width - textWidth(empty);
  // Far to the right there is no room for a sentence: it then starts further left.
  const indent = ' '.repeat(Math.min(column, Math.max(0, room - 44)));
  const inner = Math.max(20, room - indent.length - 3);
  const tone = severityTone(finding.severity);
  return [
    ...wrapText(visibleText(finding.text), inner).map((part, index) =>
      line(
        span(empty, 'dim'),
        span(`${indent}${index === 0 ? `╰${signOf(finding)} ` : '   '}${part}`, tone),
      ),
    ),
    ...(finding.details ?? []).flatMap((detail) =>
      wrapText(visibleText(detail), inner - 2).map((part, index) =>
        line(span(`${empty}${indent}   ${index === 0 ? '' : '  '}${part}`, 'dim')),
      ),
    ),
  ];
}

function placelessLines(finding: ShownFinding, width: number): StyledLine[] {
  const text = `${signOf(finding)} ${finding.text} (no place in the completion: ${finding.reason})`;
  return [
    ...wrapText(visibleText(text), width - 4).map((part) =>
      line('    ', span(part, severityTone(finding.severity))),
    ),
    ...(finding.details ?? []).flatMap((detail) =>
      wrapText(visibleText(detail), width - 8).map((part) => line(span(`      ${part}`, 'dim'))),
    ),
  ];
}

function signOf(finding: ShownFinding): string {
  return finding.isNote ? '·' : finding.severity === 'error' ? '×' : '!';
}
