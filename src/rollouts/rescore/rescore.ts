import type { Problem, Rollout } from '../../records.js';
import { scoreRollouts, type RewardFunction } from '../../rewards/index.js';
import type { JudgePool } from '../../sandbox/index.js';
import { judgeRollouts, type StageOptions } from '../collect.js';

export interface RescoreOptions extends StageOptions {
  /** Of the rollouts: for judging again, and for rewards that read them. @default none */
  readonly problems?: readonly Problem[];
  /** Judge the stored completions again before they are scored. @default the recorded verdicts stay */
  readonly judge?: JudgePool;
}

/**
 * Recorded rollouts scored by other rewards, in the same order: from the stored facts, which takes
 * microseconds, or after judging each completion again (another toolchain, other flags or limits, a
 * changed problem). Batches are the steps they were sampled in, as in training, so a reward that
 * compares rollouts sees the same others. Advantages are dropped: they belong to the old rewards.
 */
export async function rescoreRollouts(
  rollouts: readonly Rollout[],
  rewards: readonly RewardFunction[],
  options: RescoreOptions = {},
): Promise<Rollout[]> {
  const { problems = [], judge, signal, onProgress } = options;
  const judged = judge
    ? await judgeRollouts(rollouts, problems, judge, { signal, onProgress })
    : rollouts;
  const rescored = new Array<Rollout>(judged.length);
  for (const indices of indicesByStep(judged).values()) {
    signal?.throwIfAborted();
    const scored = await scoreRollouts(
      indices.map((index) => judged[index]),
      rewards,
      problems,
    );
    scored.forEach(({ advantages: _of, ...rollout }, at) => (rescored[indices[at]] = rollout));
  }
  return rescored;
}

function indicesByStep(rollouts: readonly Rollout[]): Map<string, number[]> {
  const steps = new Map<string, number[]>();
  rollouts.forEach(({ run, step }, index) => {
    const key = `${run}/${step}`;
    const known = steps.get(key);
    if (known) known.push(index);
    else steps.set(key, [index]);
  });
  return steps;
}
