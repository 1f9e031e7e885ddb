import { inputError } from '../../errors.js';
import type { Outcome, Rollout } from '../../records.js';
import { groupNumbers } from '../../rollouts/index.js';
import type { StepMetrics } from '../metrics.js';
import { groupReasons } from './group-reasons.js';
import type { GroupExplanation, StepExplanation } from './record.js';
import { stepNotes } from './step-notes.js';

export interface ExplainSettings {
  /** What the step logged; without it nothing is said of its gradient and rates. @default {} */
  readonly metrics?: StepMetrics;
  /** As the step was made. @default false */
  readonly maskTruncatedCompletions?: boolean;
  /**
   * Whether advantages are relative to the group (GRPO). PPO's are not: equal rewards teach there.
   * @default true
   */
  readonly groupRelative?: boolean;
}

/**
 * Why one step taught something or nothing, group by group, from its recorded rollouts. A token teaches
 * where it counts in the loss, its advantage is not 0 and the clip does not hold it back.
 * @param rollouts of one step, scored; with advantages and `update` where they were trained on
 */
export function explainStep(
  rollouts: readonly Rollout[],
  settings: ExplainSettings = {},
): StepExplanation {
  checkOneStep(rollouts);
  const members = new Map<number, Rollout[]>();
  groupNumbers(rollouts).forEach((group, index) => {
    const known = members.get(group);
    if (known) known.push(rollouts[index]);
    else members.set(group, [rollouts[index]]);
  });
  const groups = [...members.values()].map((group) => explainGroup(group, settings));
  const sum = (field: 'counted' | 'teaching'): number =>
    groups.reduce((total, { tokens }) => total + tokens[field], 0);
  return {
    step: rollouts[0].step,
    groups,
    taught: groups.filter(({ taught }) => taught).length,
    tokens: { counted: sum('counted'), teaching: sum('teaching') },
    notes: stepNotes(groups, settings.metrics ?? {}),
  };
}

function checkOneStep(rollouts: readonly Rollout[]): void {
  if (rollouts.length === 0) {
    throw inputError('explainStep: expected the rollouts of a step, got none.');
  }
  const [{ run, step }] = rollouts;
  const other = rollouts.find((rollout) => rollout.run !== run || rollout.step !== step);
  if (other) {
    throw inputError(
      `explainStep: expected the rollouts of one step, got ${other.id} beside step ${step} of ${run}. Pass one step at a time.`,
    );
  }
  const unscored = rollouts.find(({ reward }) => reward === undefined);
  if (unscored) {
    throw inputError(
      `explainStep: expected scored rollouts, got ${unscored.id} without a reward. Score it first (scoreRollouts).`,
    );
  }
}

function explainGroup(group: readonly Rollout[], settings: ExplainSettings): GroupExplanation {
  const { group: number, problemId } = group[0];
  const tokens = group.map((rollout) => tokensOf(rollout, settings));
  const sum = (field: 'counted' | 'teaching'): number =>
    tokens.reduce((total, one) => total + one[field], 0);
  const outcomes: Partial<Record<Outcome, number>> = {};
  for (const { verdict } of group)
    if (verdict) outcomes[verdict.outcome] = (outcomes[verdict.outcome] ?? 0) + 1;
  const counts = { counted: sum('counted'), teaching: sum('teaching') };
  const taught = counts.teaching > 0;
  return {
    ...{ group: number, problemId, size: group.length, outcomes, tokens: counts, taught },
    rewards: rewardRange(group),
    reasons: groupReasons(group, { ...settings, ...counts }),
  };
}

/** Counted tokens of one update, and of them those whose gradient is not 0. */
function tokensOf(
  { completionMask, advantages, finishReason, update }: Rollout,
  { maskTruncatedCompletions = false }: ExplainSettings,
): { counted: number; teaching: number } {
  const leftOut =
    finishReason === 'cancelled' ||
    (maskTruncatedCompletions && finishReason === 'length') ||
    update?.countedTokens === 0;
  if (leftOut) return { counted: 0, teaching: 0 };
  const counted = completionMask.filter((counts) => counts === 1).length;
  const withAdvantage = completionMask.filter(
    (counts, t) => counts === 1 && advantages !== undefined && advantages.tokens[t] !== 0,
  ).length;
  const clipped = update ? update.clippedTokens / update.countedTokens : 0;
  return { counted, teaching: Math.max(0, Math.round(withAdvantage - clipped * counted)) };
}

function rewardRange(group: readonly Rollout[]): GroupExplanation['rewards'] {
  const rewards = group.map(({ reward }) => reward).filter((reward) => typeof reward === 'number');
  if (rewards.length === 0) return null;
  const mean = rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length;
  const squares = rewards.reduce((sum, reward) => sum + (reward - mean) ** 2, 0);
  return {
    min: Math.min(...rewards),
    max: Math.max(...rewards),
    mean,
    std: rewards.length > 1 ? Math.sqrt(squares / (rewards.length - 1)) : 0,
  };
}
