import { groupAdvantages, type ScaleRewards, type TokenScheme } from '../algorithms/index.js';
import { inputError } from '../errors.js';
import type { Rollout } from '../records.js';
import { tokenAdvantages } from '../rewards/index.js';

export interface AdvantageSettings {
  /** @default 'group', as TRL */
  readonly scaleRewards?: ScaleRewards;
  /** @default { name: 'scalar' } */
  readonly tokenScheme?: TokenScheme;
}

/**
 * Scored rollouts with `advantages` filled in: relative to their group, then spread over the tokens
 * by the scheme; what was there is replaced. Groups are told apart by step and group number.
 */
export function assignAdvantages(
  rollouts: readonly Rollout[],
  settings: AdvantageSettings = {},
): Rollout[] {
  const { scaleRewards = 'group', tokenScheme = { name: 'scalar' } } = settings;
  const rewards = rollouts.map(({ id, reward }) => {
    if (reward === undefined) {
      throw inputError(
        `assignAdvantages: expected scored rollouts, got ${id} without a reward. Score it first (scoreRollouts).`,
      );
    }
    return reward;
  });
  const sequence = groupAdvantages(rewards, groupNumbers(rollouts), { scaleRewards });
  return rollouts.map((rollout, index) => ({
    ...rollout,
    advantages: {
      scheme: tokenScheme.name,
      sequence: sequence[index],
      tokens: tokenAdvantages(rollout, sequence[index], tokenScheme),
    },
  }));
}

/** One number per (run, step, group), so that rollouts of several steps can be trained on together. */
export function groupNumbers(rollouts: readonly Rollout[]): number[] {
  const numbers = new Map<string, number>();
  return rollouts.map(({ run, step, group }) => {
    const key = `${run}/${step}/${group}`;
    const known = numbers.get(key) ?? numbers.size;
    numbers.set(key, known);
    return known;
  });
}
