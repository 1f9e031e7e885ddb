import { inputError } from '../errors.js';
import type { TokenSequence } from '../policy/index.js';
import { tf } from '../tensor/index.js';

/** Rows in runs of at most `size`: one forward and backward pass each. */
export function inPasses<Row>(where: string, rows: readonly Row[], size = 8): Row[][] {
  if (!Number.isInteger(size) || size < 1) {
    throw inputError(
      `${where}: expected perDeviceTrainBatchSize to be a whole number of at least 1, got ${size}.`,
    );
  }
  const parts: Row[][] = [];
  for (let start = 0; start < rows.length; start += size) {
    parts.push(rows.slice(start, start + size));
  }
  return parts;
}

/** [B, T] with T the longest completion (at least 1); 0 on padding. */
export function padded<Row extends TokenSequence>(
  rows: readonly Row[],
  valuesOf: (row: Row) => readonly number[],
): tf.Tensor2D {
  const width = rows.reduce((most, row) => Math.max(most, row.completionIds.length), 1);
  const values = new Float32Array(rows.length * width);
  rows.forEach((row, b) => values.set(valuesOf(row), b * width));
  return tf.tensor2d(values, [rows.length, width]);
}
