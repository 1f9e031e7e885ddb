import type { Policy, ValueHead } from '../policy/index.js';
import type { Rollout } from '../records.js';
import { rolloutMetrics, type StepMetrics } from './metrics.js';
import type { Optimizer } from './optimizer.js';
import { ppoExperience, ppoTemperature } from './ppo-experience.js';
import { experienceMetrics } from './ppo-metrics.js';
import type { PpoStepSettings } from './ppo-settings.js';
import { ppoUpdate } from './ppo-update.js';

/**
 * One PPO step on a batch of scored rollouts: `ppoExperience`, then `ppoUpdate`. Scores may come from
 * any reward function; spans act through `tokenRewards`. The optimizer is one of
 * `ppoVariables(policy, valueHead)`.
 *
 * Metrics: those of `rolloutMetrics`, `experienceMetrics` and `ppoUpdate`.
 */
export async function ppoStep(
  policy: Policy,
  valueHead: ValueHead,
  optimizer: Optimizer,
  rollouts: readonly Rollout[],
  settings: PpoStepSettings = {},
): Promise<StepMetrics> {
  const { klCoef = 0.05 } = settings;
  const rows = await ppoExperience(policy, valueHead, rollouts, settings);
  const temperature = ppoTemperature(rollouts, settings);
  const updated = await ppoUpdate(policy, valueHead, optimizer, rows, { ...settings, temperature });
  return {
    ...rolloutMetrics(rollouts, { scaleRewards: 'group' }),
    ...experienceMetrics(policy, rollouts, rows, { klCoef }),
    ...updated,
  };
}
