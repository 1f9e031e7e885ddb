import { inspect } from 'node:util';
import { visibleText } from '../../plots/visible.js';
import type { StyledLine } from '../styled.js';
import { line, span } from '../styled.js';
import { breakText } from '../views/fit.js';

/** Any value as Node's own inspector writes it, without what would steer a terminal. */
export function inspectedLines(value: unknown, width: number): StyledLine[] {
  return textLines(inspectedText(value, width), width);
}

function inspectedText(value: unknown, width: number): string {
  try {
    return inspect(value, {
      depth: 3,
      maxArrayLength: 100,
      maxStringLength: 2000,
      breakLength: Math.max(40, width),
      compact: 3,
    });
  } catch (error) {
    // A getter or an inspector of the user's own may throw.
    return `a value that cannot be shown: ${String(error)}`;
  }
}

/** A text, its lines broken at `width`. */
export function textLines(text: string, width: number): StyledLine[] {
  return text
    .split('\n')
    .flatMap((row) => breakText(visibleText(row).replaceAll('\t', '  '), Math.max(8, width)))
    .map((row) => line(row));
}

/** The first `rows`, and how many are left out, with the way to see them. */
export function cutLines(lines: StyledLine[], rows: number, more: string): StyledLine[] {
  if (lines.length <= rows) return lines;
  const left = lines.length - rows + 1;
  return [...lines.slice(0, rows - 1), line(span(`… ${left} more lines; ${more}`, 'dim'))];
}
