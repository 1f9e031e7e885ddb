import { inputError } from '../errors.js';
import type { Problem, Rollout } from '../records.js';
import { scoreRollouts } from '../rewards/index.js';
import type { RewardFunction } from '../rewards/index.js';
import { judgeRollouts, sampleRollouts } from '../rollouts/index.js';
import { openJudge } from './session.js';
import type { Session } from './session.js';
import { remember } from './undo.js';

export interface DrawOptions {
  /** Problems to take from the split, one group each. @default 1 */
  n?: number;
  /** These problems instead. */
  problems?: Problem[];
  signal?: AbortSignal;
}

/** Samples one group for each problem; the rollouts in hand are replaced. */
export async function sample(session: Session, options: DrawOptions = {}): Promise<Rollout[]> {
  const { n = 1, signal } = options;
  const { pool, draws } = session;
  const problems =
    options.problems ??
    Array.from({ length: n }, (_, index) => pool[(draws * n + index) % pool.length]);
  if (problems.length === 0)
    throw inputError(
      `sample: expected at least one problem, the split ${session.split} gave none.`,
    );
  const rollouts = await sampleRollouts({
    policy: session.policy,
    problems,
    settings: session.settings,
    numGenerations: session.numGenerations,
    run: 'session',
    step: draws,
    seed: session.seed,
    ...(signal ? { signal } : {}),
  });
  remember(session, 'sample');
  Object.assign(session, { problems, rollouts, draws: draws + 1 });
  return rollouts;
}

/** Compiles and runs the rollouts in hand; each gains its verdict. */
export async function judge(
  session: Session,
  options: { signal?: AbortSignal } = {},
): Promise<Rollout[]> {
  requireRollouts(session, 'judge');
  const pool = await openJudge(session);
  const judged = await judgeRollouts(session.rollouts, session.problems, pool, options);
  remember(session, 'judge');
  session.rollouts = judged;
  return judged;
}

/** Scores the judged rollouts, also again with other rewards: nothing is run for that. */
export async function score(
  session: Session,
  rewards: RewardFunction[] = session.rewards,
): Promise<Rollout[]> {
  requireRollouts(session, 'score');
  const scored = await scoreRollouts(session.rollouts, rewards);
  remember(session, 'score');
  session.rewards = rewards;
  session.rollouts = scored;
  return scored;
}

function requireRollouts(session: Session, act: string): void {
  if (session.rollouts.length === 0)
    throw inputError(
      `${act}: expected rollouts in the session, there are none yet. Call sample(session) first.`,
    );
}
