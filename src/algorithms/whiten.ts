import { requireSameRows, type Rows } from './rows.js';

/**
 * Masked whitening as in TRL's and verl's PPO (`masked_whiten`), over all rows together.
 * B rows, each with its own number of tokens; n = counted tokens.
 *   x' = (x - mean) / sqrt(var + 1e-8) (+ mean without shiftMean), var with n - 1 in the denominator
 * Departs from both where they fail: nothing counted gives 0 everywhere (they raise), a single token,
 * or tokens that are all equal, count as variance 0 (TRL divides by zero there) and so give exactly
 * 0, or their mean.
 * @param values [B, T]
 * @param mask   [B, T] 1 where the value counts
 * @returns [B, T], 0 where masked
 */
export function maskedWhiten(
  values: Rows,
  mask: Rows,
  options: {
    /** Whether the result has mean 0; without it only the scale changes (TRL: for rewards). @default true */
    readonly shiftMean?: boolean;
  } = {},
): number[][] {
  const { shiftMean = true } = options;
  requireSameRows('maskedWhiten', 'values', values, 'mask', mask);
  const counted = values.flatMap((row, b) => row.filter((_, t) => mask[b][t] === 1));
  const mean = counted.reduce((sum, value) => sum + value, 0) / Math.max(1, counted.length);
  const isFlat = counted.every((value) => value === counted[0]);
  const squares = counted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const scale = isFlat ? 0 : 1 / Math.sqrt(squares / (counted.length - 1) + 1e-8);
  const shift = shiftMean ? 0 : mean;
  return values.map((row, b) =>
    row.map((value, t) => (mask[b][t] === 1 ? (value - mean) * scale + shift : 0)),
  );
}
