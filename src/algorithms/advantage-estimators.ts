import { inputError } from '../errors.js';
import { allEqual, mean, membersByGroup, sampleStd, scorable } from './reward-groups.js';

/** TRL's `scale_rewards`: what the centred reward is divided by. */
export type ScaleRewards = 'group' | 'batch' | 'none';

/** How rewards become advantages (see `advantageBaselines`). */
export const advantageEstimators = [
  'grpo',
  'verl_grpo',
  'rloo',
  'reinforce_plus_plus',
  'reinforce_plus_plus_baseline',
] as const;

export type AdvantageEstimator = (typeof advantageEstimators)[number];

export interface AdvantageOptions {
  /** @default 'grpo' */
  readonly estimator?: AdvantageEstimator;
  /** Of `grpo` and `verl_grpo` (which has no `batch`). @default 'group', as TRL */
  readonly scaleRewards?: ScaleRewards;
  /** Of `rloo`: divide by the deviation of the batch's advantages + 1e-4, as TRL. @default false */
  readonly normalizeAdvantages?: boolean;
  /** Counted tokens of each completion: the weights of `reinforce_plus_plus*`. @default 1 each */
  readonly tokenCounts?: readonly number[];
}

/** What turns a reward into an advantage: (reward - centre) / scale. */
export interface AdvantageBaseline {
  centre: number;
  scale: number;
}

/**
 * One advantage per completion, A_i = (r_i - c_i) / s_i with the c_i and s_i of `advantageBaselines`;
 * 0 where there are none.
 * @param rewards one per completion, `null` where it could not be scored
 * @param groups  the group of each completion; any labels, any order
 */
export function estimateAdvantages(
  rewards: readonly (number | null)[],
  groups: readonly number[],
  options: AdvantageOptions = {},
): number[] {
  return advantageBaselines(rewards, groups, options).map((baseline, index) => {
    const reward = rewards[index];
    return baseline === null || reward === null ? 0 : (reward - baseline.centre) / baseline.scale;
  });
}

/**
 * The baseline c_i and the scale s_i of each completion. m and d: mean and sample deviation (n - 1) of
 * the scorable members of its group; D: that deviation over the whole batch.
 *   grpo      : c = m; s = d + 1e-4 (`group`), D + 1e-4 (`batch`), 1 (`none`: Dr. GRPO)
 *               (TRL's GRPOTrainer; Shao et al., arXiv 2402.03300)
 *   verl_grpo : c = m; s = d + 1e-6, or 1 (`none`); a group of one: c = 0, s = 1 + 1e-6, or 1: the raw
 *               score (verl's `grpo`)
 *   rloo      : c = mean of the others of the group; s = 1 (Ahmadian et al., arXiv 2402.14740; TRL's
 *               RLOOTrainer, verl's `rloo_vectorized`; verl's `rloo` keeps the score of a group of one)
 *   reinforce_plus_plus          : c = M; s = sqrt(V + 1e-8), mean and variance (n - 1) over the tokens
 *               of the batch, each with the reward of its completion (Hu, arXiv 2501.03262; verl)
 *   reinforce_plus_plus_baseline : the same of the rewards less m (0 in a group of one)
 * Unscorable completions stay out of everything and have no baseline. Nor has a group whose rewards are
 * all equal, or (`grpo`, `rloo`) that has a single scorable member: its advantage is exactly 0, where
 * float32 gives rounding noise over the epsilon. `reinforce_plus_plus*` look at the batch, not at the
 * group, in that.
 */
export function advantageBaselines(
  rewards: readonly (number | null)[],
  groups: readonly number[],
  options: AdvantageOptions = {},
): (AdvantageBaseline | null)[] {
  const { estimator = 'grpo' } = options;
  const members = membersByGroup('advantageBaselines', rewards, groups);
  switch (estimator) {
    case 'grpo':
    case 'verl_grpo':
      return groupBaselines(rewards, members, estimator, options.scaleRewards ?? 'group');
    case 'rloo':
      return leaveOneOut(rewards, members, options.normalizeAdvantages ?? false);
    case 'reinforce_plus_plus':
      return whitened(rewards, (reward) => reward, options.tokenCounts);
    case 'reinforce_plus_plus_baseline': {
      const centres = new Map<number, number>();
      for (const indices of members.values()) {
        const values = scorable(indices.map((index) => rewards[index]));
        const centre = values.length > 1 ? mean(values) : 0;
        for (const index of indices) centres.set(index, centre);
      }
      return whitened(
        rewards,
        (reward, index) => reward - (centres.get(index) ?? 0),
        options.tokenCounts,
        (index) => centres.get(index) ?? 0,
      );
    }
    default:
      throw inputError(
        `advantageBaselines: expected the estimator ${advantageEstimators.join(', ')}, got ${JSON.stringify(estimator)}.`,
      );
  }
}

/**
 * Mean and scale that whiten values, sqrt(variance + 1e-8) with n - 1 in the variance; `null` for
 * fewer than two values or equal ones.
 */
export function whitening(values: readonly number[]): AdvantageBaseline | null {
  if (values.length < 2 || allEqual(values)) return null;
  return { centre: mean(values), scale: Math.sqrt(sampleStd(values) ** 2 + 1e-8) };
}

function groupBaselines(
  rewards: readonly (number | null)[],
  members: ReadonlyMap<number, readonly number[]>,
  estimator: 'grpo' | 'verl_grpo',
  scaleRewards: ScaleRewards,
): (AdvantageBaseline | null)[] {
  if (estimator === 'verl_grpo' && scaleRewards === 'batch') {
    throw inputError(
      'advantageBaselines: expected scaleRewards group or none with the estimator verl_grpo, got batch. Use grpo for it.',
    );
  }
  const epsilon = estimator === 'grpo' ? 1e-4 : 1e-6;
  const batchScale = scaleRewards === 'batch' ? sampleStd(scorable(rewards)) + epsilon : 1;
  const baselines = new Array<AdvantageBaseline | null>(rewards.length).fill(null);
  for (const indices of members.values()) {
    const values = scorable(indices.map((index) => rewards[index]));
    const keepsScore = estimator === 'verl_grpo' && values.length === 1;
    if (allEqual(values) && !keepsScore) continue;
    const centre = keepsScore ? 0 : mean(values);
    const deviation = keepsScore ? 1 : sampleStd(values);
    const scale = scaleRewards === 'group' ? deviation + epsilon : batchScale;
    for (const index of indices) if (rewards[index] !== null) baselines[index] = { centre, scale };
  }
  return baselines;
}

function leaveOneOut(
  rewards: readonly (number | null)[],
  members: ReadonlyMap<number, readonly number[]>,
  normalize: boolean,
): (AdvantageBaseline | null)[] {
  const baselines = new Array<AdvantageBaseline | null>(rewards.length).fill(null);
  const advantages: number[] = [];
  for (const indices of members.values()) {
    const values = scorable(indices.map((index) => rewards[index]));
    if (values.length < 2) continue;
    const sum = values.reduce((total, value) => total + value, 0);
    for (const index of indices) {
      const reward = rewards[index];
      if (reward === null) continue;
      const centre = (sum - reward) / (values.length - 1);
      advantages.push(allEqual(values) ? 0 : reward - centre);
      if (!allEqual(values)) baselines[index] = { centre, scale: 1 };
    }
  }
  if (!normalize) return baselines;
  // The advantages of every group add up to 0, so their mean needs no subtraction.
  const scale = sampleStd(advantages) + 1e-4;
  return baselines.map((baseline) => baseline && { centre: baseline.centre, scale });
}

/** Whitens what `valueOf` leaves of the rewards, each counted once per token of its completion. */
function whitened(
  rewards: readonly (number | null)[],
  valueOf: (reward: number, index: number) => number,
  tokenCounts: readonly number[] | undefined,
  shiftOf: (index: number) => number = () => 0,
): (AdvantageBaseline | null)[] {
  if (tokenCounts && tokenCounts.length !== rewards.length) {
    throw inputError(
      `advantageBaselines: expected one token count per reward, got ${rewards.length} rewards and ${tokenCounts.length} counts.`,
    );
  }
  const values = rewards.flatMap((reward, index) =>
    reward === null
      ? []
      : new Array<number>(tokenCounts?.[index] ?? 1).fill(valueOf(reward, index)),
  );
  const whole = whitening(values);
  return rewards.map((reward, index) =>
    reward === null || whole === null
      ? null
      : { centre: shiftOf(index) + whole.centre, scale: whole.scale },
  );
}
