import { inputError } from '../errors.js';

/** [B, T]: B rows of numbers, one per token; a row may be shorter than the others. */
export type Rows = readonly (readonly number[])[];

/** Throws, naming the row and both lengths, when two lists of rows that must match do not. */
export function requireSameRows(
  where: string,
  expectedName: string,
  expected: Rows,
  actualName: string,
  actual: Rows,
): void {
  if (expected.length !== actual.length) {
    throw inputError(
      `${where}: expected ${actualName} to match ${expectedName}, ${expected.length} rows, got ${actual.length}.`,
    );
  }
  const row = expected.findIndex(({ length }, b) => length !== actual[b].length);
  if (row >= 0) {
    throw inputError(
      `${where}: expected ${actualName} to match ${expectedName}, ${expected[row].length} tokens in row ${row}, got ${actual[row].length}. Give one number per token.`,
    );
  }
}
