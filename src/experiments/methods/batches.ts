/** Which rows of a fixed set an update learns from: pure, from (seed, step), so a run resumes by its step alone. */
import { createRandom } from '../../algorithms/index.js';

export interface BatchPlan {
  /** Updates in all. */
  steps: number;
  /** Indices of the rows of an update. @param step 1 for the first */
  batch(step: number): number[];
}

/**
 * Passes over `rows` rows, each in an order drawn anew, cut into batches of `size`; the last batch of a
 * pass may be smaller. A fraction of a pass is its first batches.
 * @param options.maxSteps wins over `epochs` when it is not null
 */
export function planBatches(
  rows: number,
  options: { size: number; epochs: number; maxSteps: number | null; seed: number | string },
): BatchPlan {
  const { size, epochs, maxSteps, seed } = options;
  const perPass = Math.ceil(rows / size);
  return {
    steps: maxSteps ?? Math.max(1, Math.round(perPass * epochs)),
    batch(step) {
      const pass = Math.floor((step - 1) / perPass);
      const at = ((step - 1) % perPass) * size;
      const order = createRandom(`${seed}/rows/${pass}`).shuffle(
        Array.from({ length: rows }, (_, index) => index),
      );
      return order.slice(at, at + size);
    },
  };
}
