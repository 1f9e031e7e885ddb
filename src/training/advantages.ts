import {
  tokenSchemeAdvantages,
  type AdvantageEstimator,
  type MultiObjectiveAggregation,
  type ScaleRewards,
  type TokenScheme,
  type TokenSchemeOptions,
} from '../algorithms/index.js';
import { inputError } from '../errors.js';
import type { Rollout } from '../records.js';
import { tokenFeedback } from '../rewards/index.js';
import { groupNumbers } from '../rollouts/index.js';

export interface AdvantageSettings {
  /** @default 'grpo' */
  readonly advantageEstimator?: AdvantageEstimator;
  /** @default 'group', as TRL */
  readonly scaleRewards?: ScaleRewards;
  /** Of the estimator `rloo`: divide by the deviation of the batch's advantages. @default false */
  readonly normalizeAdvantages?: boolean;
  /** `normalize_then_sum`: each reward function is compared within the group by itself. @default 'sum_then_normalize' */
  readonly multiObjectiveAggregation?: MultiObjectiveAggregation;
  /** @default { name: 'scalar' } */
  readonly tokenScheme?: TokenScheme;
}

/**
 * Scored rollouts with `advantages` filled in: relative to their group, then spread over the tokens
 * by the scheme (`tokenSchemeAdvantages`, with the spans of the rewards as feedback); what was there is
 * replaced. Groups are told apart by step and group number.
 */
export function assignAdvantages(
  rollouts: readonly Rollout[],
  settings: AdvantageSettings = {},
): Rollout[] {
  const { tokenScheme = { name: 'scalar' } } = settings;
  for (const { id, reward } of rollouts) {
    if (reward === undefined) {
      throw inputError(
        `assignAdvantages: expected scored rollouts, got ${id} without a reward. Score it first (scoreRollouts).`,
      );
    }
  }
  const { sequence, tokens } = tokenSchemeAdvantages(
    rollouts.map((rollout) => tokenFeedback(rollout)),
    groupNumbers(rollouts),
    tokenScheme,
    {
      estimator: settings.advantageEstimator,
      scaleRewards: settings.scaleRewards,
      normalizeAdvantages: settings.normalizeAdvantages,
      objectives:
        settings.multiObjectiveAggregation === 'normalize_then_sum'
          ? objectives(rollouts)
          : undefined,
    },
  );
  return rollouts.map((rollout, index) => ({
    ...rollout,
    advantages: { scheme: tokenScheme.name, sequence: sequence[index], tokens: tokens[index] },
  }));
}

/** The scores of each reward function, by its name in the first rollout's order. */
function objectives(rollouts: readonly Rollout[]): TokenSchemeOptions['objectives'] {
  const first = rollouts[0]?.rewards ?? [];
  return {
    weights: first.map(({ weight }) => weight),
    rewards: rollouts.map(({ id, rewards = [], reward }) =>
      first.map(({ name }) => {
        const result = rewards.find((other) => other.name === name);
        if (!result) {
          throw inputError(
            `assignAdvantages: expected a score of the reward function ${name} in every rollout, because multiObjectiveAggregation is normalize_then_sum, got none in ${id}. Score all with the same functions.`,
          );
        }
        return reward === null ? null : result.score;
      }),
    ),
  };
}

/** Whether a group's advantages follow from its own rewards alone. */
export function advantagesAreLocal(settings: AdvantageSettings): boolean {
  const { advantageEstimator = 'grpo', scaleRewards = 'group' } = settings;
  return (
    ['grpo', 'verl_grpo', 'rloo'].includes(advantageEstimator) &&
    scaleRewards !== 'batch' &&
    settings.normalizeAdvantages !== true &&
    settings.multiObjectiveAggregation !== 'normalize_then_sum'
  );
}
