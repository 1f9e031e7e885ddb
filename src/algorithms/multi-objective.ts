import { inputError } from '../errors.js';
import { allEqual, mean, membersByGroup, sampleStd, scorable } from './reward-groups.js';

/**
 * TRL's `multi_objective_aggregation`: rewards of several functions are added up and then compared
 * within the group, or compared one by one and then added up (see `normalizeThenSum`).
 */
export const multiObjectiveAggregations = ['sum_then_normalize', 'normalize_then_sum'] as const;

export type MultiObjectiveAggregation = (typeof multiObjectiveAggregations)[number];

/** TRL's constant. */
const EPSILON = 1e-4;

/**
 * Advantages of several objectives as in TRL's `normalize_then_sum` (GDPO, Liu et al., arXiv 2601.05242).
 * B completions, K objectives; m_k and d_k: mean and sample deviation of objective k in the group.
 *   a_i = sum over k of w_k * (r_ik - m_k) / (d_k + 1e-4)
 *   A_i = (a_i - mean(a)) / (std(a) + 1e-4)      over the batch
 * A `null` adds nothing; a completion of nothing but `null` stays out of everything and gets 0, as does
 * (exactly, where TRL has rounding noise) one whose groups are flat in every objective.
 * @param rewards [B, K]
 * @param weights [K]
 * @param groups  [B] the group of each completion
 */
export function normalizeThenSum(
  rewards: readonly (readonly (number | null)[])[],
  weights: readonly number[],
  groups: readonly number[],
): number[] {
  const uneven = rewards.findIndex((row) => row.length !== weights.length);
  if (uneven >= 0) {
    throw inputError(
      `normalizeThenSum: expected ${weights.length} rewards of each completion, one per weight, got ${rewards[uneven].length} at index ${uneven}.`,
    );
  }
  const sums = rewards.map((row): number | null =>
    row.every((reward) => reward === null) ? null : 0,
  );
  const compared = new Set<number>();
  weights.forEach((weight, k) => {
    const column = rewards.map((row) => row[k]);
    for (const indices of membersByGroup('normalizeThenSum', column, groups).values()) {
      const values = scorable(indices.map((index) => column[index]));
      if (allEqual(values)) continue;
      const [centre, scale] = [mean(values), sampleStd(values) + EPSILON];
      for (const index of indices) {
        const reward = column[index];
        if (reward === null) continue;
        sums[index] = (sums[index] ?? 0) + (weight * (reward - centre)) / scale;
        compared.add(index);
      }
    }
  });
  const all = scorable(sums);
  const [centre, scale] = [mean(all), sampleStd(all) + EPSILON];
  return sums.map((sum, index) =>
    sum === null || !compared.has(index) ? 0 : (sum - centre) / scale,
  );
}
