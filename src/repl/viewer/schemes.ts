import { tokenSchemeAdvantages, type TokenScheme } from '../../algorithms/token-scheme.js';
import type { Advantages, Rollout } from '../../records.js';
import { tokenFeedback } from '../../rewards/token-advantages.js';
import { groupNumbers } from '../../rollouts/groups.js';
import type { ShownScheme } from './messages.js';

export const computedSchemes = ['scalar', 'span_penalty', 'process', 'return_to_go'] as const;

export type ComputedScheme = (typeof computedSchemes)[number];

/**
 * The advantages of one rollout as each scheme would have them, from the rewards of its group as they
 * are stored: the estimator is GRPO's with the group's deviation, γ is 1. A training with other settings
 * has other values, which are the stored ones. `null` where the rollout has no reward.
 */
export function schemeAdvantages(
  rollout: Rollout,
  group: readonly Rollout[],
  lambda: number,
): Record<ComputedScheme, Advantages> | null {
  const scored = group.filter((each) => each.reward !== undefined);
  const own = scored.findIndex(({ id }) => id === rollout.id);
  if (own < 0) return null;
  const feedback = scored.map((each) => tokenFeedback(each));
  const groups = groupNumbers(scored);
  return Object.fromEntries(
    computedSchemes.map((name) => {
      const { sequence, tokens } = tokenSchemeAdvantages(feedback, groups, schemeOf(name, lambda));
      return [name, { scheme: name, sequence: sequence[own], tokens: tokens[own] }];
    }),
  ) as Record<ComputedScheme, Advantages>;
}

function schemeOf(name: ComputedScheme, lambda: number): TokenScheme {
  return name === 'scalar' ? { name } : { name, lambda };
}

/** What a scheme is called beside its values. */
export function schemeTitle(scheme: ShownScheme, stored: string | null, lambda: number): string {
  if (scheme === 'stored') return stored ?? 'none stored';
  return scheme === 'scalar' ? 'scalar, computed' : `${scheme} λ ${lambda.toFixed(2)}, computed`;
}
