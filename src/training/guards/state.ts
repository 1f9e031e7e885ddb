/** What the guards remember of the steps so far; plain JSON, so that a checkpoint can hold it. */

export type GuardId =
  | 'non_finite'
  | 'kl_blow_up'
  | 'entropy_collapse'
  | 'zero_variance'
  | 'length_drift'
  | 'clipped_completions'
  | 'reward_ceiling'
  | 'reward_collapse'
  | 'grad_norm_explosion'
  | 'loss_spike';

export interface GuardState {
  /** The last figures by metric, the latest last; at most 50. */
  recent: Record<string, number[]>;
  /** The first figures by metric. */
  baseline: Record<string, number[]>;
  /** The best mean reward of any window; `null` before the first. */
  bestReward: number | null;
  /** What was said and is still so. */
  active: GuardId[];
}

/** The metrics that are remembered; figures under other names are only checked to be finite. */
export const watchedMetrics = [
  'loss',
  'grad_norm',
  'reward',
  'reward_std',
  'frac_reward_zero_std',
  'kl',
  'objective/kl',
  'objective/scores',
  'entropy',
  'objective/entropy',
  'completions/mean_length',
  'completions/clipped_ratio',
] as const;

const REMEMBERED = 50;

export function newGuardState(): GuardState {
  return { recent: {}, baseline: {}, bestReward: null, active: [] };
}

/** The state with one step's figures added. */
export function remember(
  state: GuardState,
  metrics: Readonly<Record<string, number>>,
  baselineSteps: number,
): GuardState {
  const recent = { ...state.recent };
  const baseline = { ...state.baseline };
  for (const name of watchedMetrics) {
    const value = metrics[name];
    if (value === undefined || !Number.isFinite(value)) continue;
    recent[name] = [...(recent[name] ?? []), value].slice(-REMEMBERED);
    const first = baseline[name] ?? [];
    if (first.length < baselineSteps) baseline[name] = [...first, value];
  }
  return { ...state, recent, baseline };
}
