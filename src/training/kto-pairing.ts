import type { UnpairedExample } from '../datasets/index.js';

/**
 * Which completion stands beside which prompt for KTO's reference point z0.
 *   distinct_prompts : one of another prompt; where all prompts differ, the rotation by one
 *   rotation         : TRL's, the completion of the example before, whosever prompt it is
 */
export type KlPairing = 'distinct_prompts' | 'rotation';

/** An example that brings its mismatched completion along, so that its reference can be precomputed. */
export interface KtoExample extends UnpairedExample {
  mismatchedIds?: number[];
  /** Absent: 1 on every token. */
  mismatchedWeights?: number[];
  refMismatchedLogps?: number[];
}

/**
 * Examples with a mismatched completion each, those of one batch among themselves; one for which the
 * batch has none comes back without. Keep the batch together in training: z0 is of these examples.
 */
export function withMismatched(
  batch: readonly UnpairedExample[],
  pairing: KlPairing = 'distinct_prompts',
): KtoExample[] {
  return mismatchedIndices(batch, pairing).map((from, index) => {
    if (from === null) return { ...batch[index] };
    const { completionIds, weights } = batch[from];
    return { ...batch[index], mismatchedIds: completionIds, mismatchedWeights: weights };
  });
}

/**
 * For each example, the example whose completion stands beside its prompt, or `null`. With
 * `distinct_prompts` the examples are ordered by prompt (in order of appearance) and rotated by the
 * size of the largest group: then as many as can be have a completion of another prompt, each used
 * once. TRL's rotation pairs a prompt with its own kind where several completions of a prompt follow
 * one another, as they do after sampling groups: that estimates no mismatch.
 */
export function mismatchedIndices(
  examples: readonly Pick<UnpairedExample, 'promptIds'>[],
  pairing: KlPairing,
): (number | null)[] {
  const count = examples.length;
  if (pairing === 'rotation') return examples.map((_, index) => (index + count - 1) % count);
  const groups = new Map<string, number[]>();
  const keys = examples.map(({ promptIds }) => promptIds.join(','));
  keys.forEach((key, index) => {
    const known = groups.get(key);
    if (known) known.push(index);
    else groups.set(key, [index]);
  });
  const ordered = [...groups.values()].flat();
  const shift = Math.max(0, ...[...groups.values()].map((group) => group.length));
  const from = new Array<number | null>(count).fill(null);
  ordered.forEach((index, position) => {
    const other = ordered[(position + count - (shift % count)) % count];
    if (keys[other] !== keys[index]) from[index] = other;
  });
  return from;
}
