/** What the rollouts in hand are worth: verdicts, rewards, advantages. */
import { inputError, usageError } from '../errors.js';
import { configWith } from '../experiments/index.js';
import type { RewardEntry } from '../experiments/config/sections/reward.js';
import { advantageSettings } from '../experiments/methods/advantages.js';
import { createStageClock } from '../experiments/run/clock.js';
import { configRewards } from '../experiments/workplace/rewards.js';
import type { Rollout } from '../records.js';
import type { RewardFunction } from '../rewards/index.js';
import { scoreRollouts } from '../rewards/index.js';
import type { ScoreDifference } from '../rollouts/index.js';
import { judgeRollouts, rescoreRollouts, scoreDifference } from '../rollouts/index.js';
import { assignAdvantages } from '../training/index.js';
import type { ActOptions } from './draw.js';
import { change } from './history.js';
import { openJudgeOf } from './live.js';
import type { Session } from './session.js';
import type { SessionValue } from './value.js';

/** Compiles and runs the rollouts in hand; each gains its verdict. */
export function judge(session: Session, options: ActOptions = {}): Promise<Rollout[]> {
  return change(session, 'judge', async (value) => {
    requireRollouts(value, 'judge');
    const { signal, emit = () => undefined } = options;
    const pool = await openJudgeOf(session.parts.live, value);
    const clock = createStageClock(emit, ['train']);
    const rollouts = await judgeRollouts(value.rollouts, value.problems, pool, {
      signal,
      onProgress: (_, done, total) => clock.progress('completions judged', done, total),
    });
    return { value: { ...value, rollouts }, result: rollouts };
  });
}

/**
 * Scores the rollouts in hand, also again with other rewards: nothing is run for that.
 * @param rewards functions in memory. @default those of the session
 */
export function score(session: Session, rewards?: readonly RewardFunction[]): Promise<Rollout[]> {
  return change(session, 'score', async (value) => {
    requireRollouts(value, 'score');
    const reward = rewards ? { rewards, rewardsAreGiven: true } : {};
    const next = { ...value, ...reward };
    const rollouts = await scoreRollouts(
      value.rollouts.map(withoutAdvantages),
      next.rewards,
      next.problems,
    );
    return { value: { ...next, rollouts }, result: rollouts };
  });
}

/**
 * Sets what scores: names of built-in rewards, files, or entries with weight and options, as in
 * `reward.functions` of a config. A file is read anew. The rollouts in hand keep their scores until
 * `score`.
 */
export function setReward(
  session: Session,
  entries: readonly RewardEntry[],
): Promise<readonly RewardFunction[]> {
  return change(session, 'reward', async (value) => {
    const reward = await rewardOf(value, entries);
    return { value: { ...value, ...reward }, result: reward.rewards };
  });
}

export interface RescoreSessionOptions extends ActOptions {
  /** Functions in memory. */
  rewards?: readonly RewardFunction[];
  /** As in `reward.functions` of a config. @default those of the config, files read anew */
  entries?: readonly RewardEntry[];
  /** Judge the completions again before scoring. @default false */
  rejudge?: boolean;
}

/** Scores the rollouts in hand by another reward, keeps it, and says what it changed. */
export function rescore(
  session: Session,
  options: RescoreSessionOptions = {},
): Promise<ScoreDifference> {
  return change(session, 'rescore', async (value) => {
    const { rewards, entries, rejudge = false, signal, emit = () => undefined } = options;
    if (rewards && entries)
      throw usageError('rescore: expected rewards or entries, got both. Leave one out.');
    requireScored(value, 'rescore');
    const clock = createStageClock(emit, ['train']);
    const next: SessionValue = {
      ...value,
      ...(rewards
        ? { rewards, rewardsAreGiven: true }
        : await rewardOf(value, entries ?? value.config.reward.functions)),
    };
    const rollouts = await rescoreRollouts(value.rollouts, next.rewards, {
      problems: value.problems,
      judge: rejudge ? await openJudgeOf(session.parts.live, value) : undefined,
      signal,
      onProgress: (_, done, total) => clock.progress('completions judged', done, total),
    });
    const settings = advantageSettings(value.config);
    const difference = scoreDifference(
      assignAdvantages(value.rollouts, settings),
      assignAdvantages(rollouts, settings),
    );
    return { value: { ...next, rollouts }, result: difference };
  });
}

/** The scored rollouts with their advantages, as the config says (`grpo`, `reward.token_scheme`). */
export function advantages(session: Session): Promise<Rollout[]> {
  return change(session, 'advantages', (value) => {
    requireScored(value, 'advantages');
    const rollouts = assignAdvantages(value.rollouts, advantageSettings(value.config));
    return Promise.resolve({ value: { ...value, rollouts }, result: rollouts });
  });
}

export function requireRollouts({ rollouts }: Pick<SessionValue, 'rollouts'>, act: string): void {
  if (rollouts.length === 0)
    throw inputError(
      `${act}: expected rollouts in the session, there are none yet. Call sample(session) first.`,
    );
}

export function requireScored({ rollouts }: Pick<SessionValue, 'rollouts'>, act: string): void {
  if (rollouts.length === 0 || rollouts.some(({ reward }) => reward === undefined))
    throw inputError(
      `${act}: expected scored rollouts in the session. Call sample, judge and score first.`,
    );
}

async function rewardOf(
  { config }: SessionValue,
  entries: readonly RewardEntry[],
): Promise<Pick<SessionValue, 'config' | 'rewards' | 'rewardsAreGiven'>> {
  const next = configWith(config, { 'reward.functions': entries }, 'setReward');
  return { config: next, rewards: await configRewards(next), rewardsAreGiven: false };
}

/** Advantages belong to the rewards they were made from. */
function withoutAdvantages({ advantages: _of, ...rollout }: Rollout): Rollout {
  return rollout;
}
