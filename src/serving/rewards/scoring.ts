import type { Problem, Rollout } from '../../records.js';
import { scoreRollouts } from '../../rewards/index.js';
import type { RewardFunction } from '../../rewards/index.js';
import type { Caller } from './judging.js';
import type { RewardParts } from './parts.js';

/** Judges, then scores: every protocol's rewards. Each rollout gains its verdict and its rewards. */
export async function judgeAndScore(
  { judge, judging, rewards: own }: RewardParts,
  { rollouts, problems }: { rollouts: readonly Rollout[]; problems: readonly Problem[] },
  caller: Caller,
  rewards: readonly RewardFunction[] = own,
): Promise<Rollout[]> {
  const verdicts = await judging(
    judge,
    rollouts.map(({ completion, finishReason }, i) => ({
      problem: problems[i],
      completion,
      truncated: finishReason !== 'stop',
    })),
    caller,
  );
  const judged = rollouts.map((rollout, i) => ({ ...rollout, verdict: verdicts[i] }));
  return scoreRollouts(judged, rewards, new Set(problems));
}
