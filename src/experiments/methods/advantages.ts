/** How a config turns rewards into advantages. */
import type { TokenScheme } from '../../algorithms/index.js';
import type { AdvantageSettings } from '../../training/index.js';
import type { Config } from '../config/index.js';

export function advantageSettings(config: Config): AdvantageSettings {
  const { grpo } = config;
  return {
    advantageEstimator: grpo.advantage_estimator,
    normalizeAdvantages: grpo.normalize_advantages,
    scaleRewards: grpo.scale_rewards,
    multiObjectiveAggregation: grpo.multi_objective_aggregation,
    tokenScheme: tokenScheme(config),
  };
}

/** How the findings reach single tokens. */
export function tokenScheme({ reward }: Pick<Config, 'reward'>): TokenScheme {
  const { name, lambda, gamma } = reward.token_scheme;
  switch (name) {
    case 'scalar':
      return { name };
    case 'span_penalty':
    case 'process':
      return { name, lambda };
    case 'return_to_go':
      return { name, lambda, gamma };
  }
}
