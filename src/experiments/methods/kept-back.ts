import { createRandom } from '../../algorithms/index.js';

/**
 * Rows to learn from and rows kept back to measure on. Rows of one problem stay together, so that
 * nothing measured was learned; without problem ids every row is its own. In their order.
 * @param keyOf the problem of a row
 */
export function keepBack<Row>(
  rows: readonly Row[],
  options: { share: number; seed: number | string; keyOf(row: Row, index: number): string },
): { train: Row[]; held: Row[] } {
  const { share, seed, keyOf } = options;
  const keys = rows.map(keyOf);
  const problems = createRandom(`${seed}/kept-back`).shuffle([...new Set(keys)]);
  const held = new Set(problems.slice(0, Math.round(problems.length * share)));
  return {
    train: rows.filter((_, index) => !held.has(keys[index])),
    held: rows.filter((_, index) => held.has(keys[index])),
  };
}
