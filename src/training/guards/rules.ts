/** One rule for each way a run goes wrong. Each sees the figures so far and says how things stand. */
import type { GuardThresholds } from './options.js';
import { mean, median, robustSpread, stepNoise } from './series.js';
import type { GuardId, GuardState } from './state.js';

export interface Finding {
  /** It is so. */
  readonly holds: boolean;
  /** It is over: only then can it be said again. Between both, what was said stays said. */
  readonly over: boolean;
  /** A sentence with the numbers. */
  readonly message: string;
  /** Which option to change, and how. */
  readonly remedy: string;
}

/** `null`: the figures it needs are not there (yet). The state holds the step that is judged. */
export type Rule = (state: GuardState, thresholds: GuardThresholds) => Finding | null;

export const rules: readonly (readonly [GuardId, Rule])[] = [
  ['kl_blow_up', klBlowUp],
  ['entropy_collapse', entropyCollapse],
  ['reward_ceiling', rewardCeiling],
  ['zero_variance', zeroVariance],
  ['length_drift', lengthDrift],
  ['clipped_completions', clippedCompletions],
  ['reward_collapse', rewardCollapse],
  ['grad_norm_explosion', gradNormExplosion],
  ['loss_spike', lossSpike],
];

function klBlowUp(state: GuardState, thresholds: GuardThresholds): Finding | null {
  if (!hasReward(state)) return null; // KTO's `kl` is another thing
  const perToken = state.recent.kl !== undefined;
  const values = state.recent.kl ?? state.recent['objective/kl'];
  if (!values) return null;
  const limit = perToken ? thresholds.klMax : thresholds.klMaxPerCompletion;
  const unit = perToken ? 'nats a token' : 'nats a completion';
  const recent = mean(values.slice(-thresholds.window));
  const before = values.slice(-21, -1);
  const usual = before.length >= 5 ? median(before) : Infinity;
  const now = values[values.length - 1];
  const jumped = now > usual * thresholds.klJump && now > limit / 5;
  return {
    holds: recent > limit || jumped,
    over: recent < limit * 0.8 && !jumped,
    message: jumped
      ? `The KL from the reference model jumped to ${short(now)} ${unit}; its median before was ${short(usual)}.`
      : `The KL from the reference model is ${short(recent)} ${unit} over ${windowText(values, thresholds)}; more than ${short(limit)} is far from any text it knew.`,
    remedy: perToken
      ? 'Go back to an earlier checkpoint, halve learning_rate or raise beta (0.04 to 0.1); a low max_grad_norm (0.1 to 0.5) helps against jumps.'
      : 'Go back to an earlier checkpoint, halve learning_rate or raise kl_coef (0.1 to 0.2).',
  };
}

function entropyCollapse(state: GuardState, thresholds: GuardThresholds): Finding | null {
  const name = state.recent.entropy ? 'entropy' : 'objective/entropy';
  const seen = hasReward(state) ? againstBaseline(state, name, thresholds) : null;
  if (!seen) return null;
  const { recent, baseline } = seen;
  const limit = baseline * thresholds.entropyShare;
  return {
    holds: recent < limit,
    over: recent > limit * 1.5,
    message: `The policy's entropy fell to ${short(recent)} nats from ${short(baseline)} at the start: it repeats itself and finds nothing new.`,
    remedy:
      'Raise epsilon_high (0.28), sample at a higher temperature, lower learning_rate, or keep the policy near its start with beta (0.02 to 0.04).',
  };
}

function zeroVariance(state: GuardState, thresholds: GuardThresholds): Finding | null {
  const values = lastWindow(state, 'frac_reward_zero_std', thresholds);
  if (!values || rewardCeiling(state, thresholds)?.holds) return null;
  const recent = mean(values);
  const reward = againstBaseline(state, rewardName(state), thresholds);
  const rose = reward !== null && reward.recent > reward.baseline;
  return {
    holds: recent >= thresholds.zeroStdMax,
    over: recent < thresholds.zeroStdMax - 0.1,
    message: `In ${percent(recent)} of the groups all completions earn the same reward${reward ? ` (mean ${short(reward.recent)}, at the start ${short(reward.baseline)})` : ''}: nothing is learned from those.`,
    remedy: rose
      ? 'The problems have become too easy: take harder ones, set dynamic_sampling to true, or stop here.'
      : 'The problems are too hard, or the completions too alike: take easier ones first, raise num_generations or temperature, or use a reward with more steps between nothing and all.',
  };
}

function lengthDrift(state: GuardState, thresholds: GuardThresholds): Finding | null {
  const length = againstBaseline(state, 'completions/mean_length', thresholds);
  const reward = againstBaseline(state, rewardName(state), thresholds);
  if (!length || !reward) return null;
  const factor = length.recent / length.baseline;
  const limit = thresholds.lengthFactor;
  // A longer answer that earns more, beyond the noise, is what training is for.
  const noise = stepNoise(state.recent[rewardName(state)] ?? []) * Math.sqrt(2 / thresholds.window);
  const gained = reward.recent - reward.baseline > noise;
  const grew = factor > 1;
  const back = grew ? factor < limit * 0.8 : factor > 1.25 / limit;
  return {
    holds: (factor > limit || factor < 1 / limit) && !gained,
    over: back,
    message: `Completions are ${short(length.recent)} tokens long, ${short(length.baseline)} at the start, while the reward went from ${short(reward.baseline)} to ${short(reward.recent)}.`,
    remedy: grew
      ? 'Set loss_type to dr_grpo or dapo (grpo favours long wrong answers), and mask_truncated_completions to true; look whether the reward pays for length.'
      : 'Look at the rollouts: a reward that an empty or short answer earns is being taken. Make it cost, or raise beta.',
  };
}

function clippedCompletions(state: GuardState, thresholds: GuardThresholds): Finding | null {
  const values = lastWindow(state, 'completions/clipped_ratio', thresholds);
  if (!values) return null;
  const recent = mean(values);
  return {
    holds: recent > thresholds.clippedMax,
    over: recent < thresholds.clippedMax * 0.8,
    message: `${percent(recent)} of the completions reach max_completion_length without an end.`,
    remedy:
      'Raise max_completion_length, or set mask_truncated_completions to true so that they do not count; look whether the policy still knows its end token.',
  };
}

function rewardCeiling(state: GuardState, thresholds: GuardThresholds): Finding | null {
  const { rewardMax, rewardMargin } = thresholds;
  const values = lastWindow(state, rewardName(state), thresholds);
  if (!values || rewardMax === null) return null;
  const recent = mean(values);
  return {
    holds: recent >= rewardMax - rewardMargin,
    over: recent < rewardMax - 2 * rewardMargin,
    message: `The mean reward is ${short(recent)} of at most ${short(rewardMax)}: on these problems nothing is left to learn.`,
    remedy:
      'Stop here and evaluate, or take harder problems; if the held-out rates did not rise as well, the reward is being gamed: read the rollouts.',
  };
}

function rewardCollapse(state: GuardState, thresholds: GuardThresholds): Finding | null {
  const name = rewardName(state);
  const values = lastWindow(state, name, thresholds);
  const { bestReward } = state;
  if (!values || bestReward === null) return null;
  const recent = mean(values);
  const spread = mean(state.recent.reward_std ?? [0]);
  const drop = bestReward - recent;
  const limit = thresholds.rewardDrop * Math.max(Math.abs(bestReward), spread);
  const noise = 4 * stepNoise(state.recent[name] ?? []) * Math.sqrt(2 / values.length);
  return {
    holds: drop > limit && drop > noise,
    over: drop < limit / 2,
    message: `The mean reward fell to ${short(recent)} from ${short(bestReward)} at its best.`,
    remedy:
      'Go back to the checkpoint of its best and halve learning_rate, or raise beta; if the KL rose at the same time, the policy has left what it could do.',
  };
}

function gradNormExplosion(state: GuardState, thresholds: GuardThresholds): Finding | null {
  const seen = againstMedian(state, 'grad_norm');
  if (!seen) return null;
  const limit = seen.usual * thresholds.gradNormJump;
  return {
    holds: seen.now > limit,
    over: seen.now < limit / 2,
    message: `The gradient's norm is ${short(seen.now)}; its median over the steps before was ${short(seen.usual)}.`,
    remedy:
      'Lower max_grad_norm (to about the usual norm) so that such a step cannot carry far, warm up longer (warmup_ratio 0.1) or halve learning_rate.',
  };
}

function lossSpike(state: GuardState, thresholds: GuardThresholds): Finding | null {
  const seen = hasReward(state) ? null : againstMedian(state, 'loss');
  if (!seen) return null;
  const spread = Math.max(robustSpread(seen.before), 0.05 * Math.abs(seen.usual), 1e-6);
  const limit = seen.usual + thresholds.lossJump * spread;
  return {
    holds: seen.now > limit,
    over: seen.now < seen.usual + (thresholds.lossJump / 2) * spread,
    message: `The loss jumped to ${short(seen.now)}; its median over the steps before was ${short(seen.usual)}.`,
    remedy:
      'If it does not come down within some steps, go back to the checkpoint before it with half the learning_rate; look at the batch of this step for broken rows.',
  };
}

/** Training by rewards: what is not is judged by its loss. */
function hasReward(state: GuardState): boolean {
  return state.recent[rewardName(state)] !== undefined;
}

export function rewardName(state: GuardState): 'reward' | 'objective/scores' {
  return state.recent.reward ? 'reward' : 'objective/scores';
}

/** The figures of the last window; `null` until there is a whole one. */
export function lastWindow(
  state: GuardState,
  metric: string,
  { window }: GuardThresholds,
): number[] | null {
  const values = (state.recent[metric] ?? []).slice(-window);
  return values.length === window ? values : null;
}

/** The mean of the last window and of the baseline; `null` until the window has left it. */
function againstBaseline(
  state: GuardState,
  metric: string,
  thresholds: GuardThresholds,
): { recent: number; baseline: number } | null {
  const values = state.recent[metric] ?? [];
  const first = state.baseline[metric] ?? [];
  const needed = thresholds.baselineSteps + thresholds.window;
  if (values.length < Math.min(needed, 50) || first.length === 0) return null;
  return { recent: mean(values.slice(-thresholds.window)), baseline: mean(first) };
}

/** The last figure and the median of those before; `null` before there are ten. */
function againstMedian(
  state: GuardState,
  metric: string,
): { now: number; usual: number; before: number[] } | null {
  const values = state.recent[metric] ?? [];
  const before = values.slice(0, -1);
  if (before.length < 10) return null;
  return { now: values[values.length - 1], usual: median(before), before };
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function windowText(values: readonly number[], { window }: GuardThresholds): string {
  const steps = Math.min(values.length, window);
  return steps === 1 ? 'this step' : `the last ${steps} steps`;
}
