import { visibleText } from '../../plots/visible.js';
import { isRlsfError } from '../../errors.js';
import type { StyledLine } from '../styled.js';
import { line, span, wrapText } from '../styled.js';

/**
 * An error in short: its name where it says something, its message, what caused it. A sign stands before
 * it, so that it is known for one without colour.
 */
export function errorLines(error: unknown, width: number): StyledLine[] {
  return [
    ...headLines(error, '× ', width),
    ...causesOf(error).flatMap((cause) => headLines(cause, '  because: ', width)),
  ];
}

function headLines(error: unknown, sign: string, width: number): StyledLine[] {
  const indent = ' '.repeat(sign.length);
  return visibleText(errorText(error))
    .split('\n')
    .flatMap((row) => (row.trim() === '' ? [] : wrapText(row, Math.max(20, width - sign.length))))
    .slice(0, 20)
    .map((row, index) => line(span(`${index === 0 ? sign : indent}${row}`, 'bad')));
}

export function errorText(error: unknown): string {
  if (!isErrorLike(error)) return `thrown: ${String(error)}`;
  const isPlain = isRlsfError(error) || error.name === 'Error';
  if (error.message === '') return error.name;
  return isPlain ? error.message : `${error.name}: ${error.message}`;
}

function causesOf(error: unknown): unknown[] {
  const causes: unknown[] = [];
  let cause = isErrorLike(error) ? error.cause : undefined;
  // Our own errors tell their cause in their message.
  if (isRlsfError(error)) return [];
  while (cause !== undefined && cause !== null && causes.length < 3) {
    causes.push(cause);
    cause = isErrorLike(cause) ? cause.cause : undefined;
  }
  return causes;
}

/** An error of another realm is no instance of this one's `Error`. */
function isErrorLike(value: unknown): value is Error {
  return (
    value instanceof Error ||
    (typeof value === 'object' &&
      value !== null &&
      'message' in value &&
      'stack' in value &&
      'name' in value)
  );
}
