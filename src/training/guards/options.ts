/** When a run is told apart from a healthy one. All thresholds are about `metrics.jsonl`'s figures. */
export interface GuardOptions {
  /** Steps at the start that say what is usual: the baseline. @default 5 */
  readonly baselineSteps?: number;
  /** Steps whose mean is looked at, so that one odd batch is not an alarm. @default 5 */
  readonly window?: number;
  /**
   * Nats per token between policy and reference (`kl`). At 0.5 a completion of 100 tokens is 50 nats
   * away, five times the largest target of Ziegler et al. 2019 (10 nats). @default 0.5
   */
  readonly klMax?: number;
  /** The same per completion, as PPO logs it (`objective/kl`). @default 50 */
  readonly klMaxPerCompletion?: number;
  /** `kl` in one step over the median of the last 20, and above a fifth of its maximum. @default 10 */
  readonly klJump?: number;
  /**
   * Share of the baseline's `entropy` below which nothing is explored any more. Cui et al. 2025
   * (arXiv 2505.22617) find the gain used up where entropy is; DAPO (2503.14476, section 3.1) raises
   * epsilon_high against it. @default 0.1
   */
  readonly entropyShare?: number;
  /** `frac_reward_zero_std`: of so many groups nothing is learned (DAPO, section 3.2). @default 0.8 */
  readonly zeroStdMax?: number;
  /**
   * `completions/mean_length` over the baseline's (or under it by as much), while the reward does not
   * rise: lengths that only feed the loss (Liu et al. 2025, arXiv 2503.20783). @default 2
   */
  readonly lengthFactor?: number;
  /** `completions/clipped_ratio`: most completions never end. @default 0.5 */
  readonly clippedMax?: number;
  /** The best reward there is; `null`: unknown, and no ceiling is seen. @default null */
  readonly rewardMax?: number | null;
  /** How near to it counts as reached. @default 0.02 */
  readonly rewardMargin?: number;
  /**
   * Fall of the mean reward from its best window, as a share of that (or of `reward_std`, where that
   * is larger), and four times what the noise of single steps explains. @default 0.3
   */
  readonly rewardDrop?: number;
  /** `grad_norm` over the median of the last 50 steps. @default 10 */
  readonly gradNormJump?: number;
  /**
   * `loss` above its median over the last 50 steps, in units of their spread (1.4826 × the median
   * absolute deviation, and at least a twentieth of the median). Only where there is no reward: the
   * value of a policy-gradient loss says nothing. @default 10
   */
  readonly lossJump?: number;
}

export type GuardThresholds = Required<GuardOptions>;

export function guardThresholds(options: GuardOptions = {}): GuardThresholds {
  const defaults: GuardThresholds = {
    baselineSteps: 5,
    window: 5,
    klMax: 0.5,
    klMaxPerCompletion: 50,
    klJump: 10,
    entropyShare: 0.1,
    zeroStdMax: 0.8,
    lengthFactor: 2,
    clippedMax: 0.5,
    rewardMax: null,
    rewardMargin: 0.02,
    rewardDrop: 0.3,
    gradNormJump: 10,
    lossJump: 10,
  };
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) };
}
