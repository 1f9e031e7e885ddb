/** Which prompts a step takes, and the control run's shuffled feedback: pure, from (seed, step). */
import { createRandom, type Random } from '../../algorithms/random.js';
import type { Problem, Rollout } from '../../records.js';
import type { Config } from '../config/index.js';

/**
 * The problems of one step. All problems pass once, in an order drawn anew for each pass; a step
 * depends on the seed and its own number alone, so a resumed run takes the same ones.
 * @param step 1 for the first
 */
export function problemsOfStep(
  problems: readonly Problem[],
  step: number,
  count: number,
  seed: number,
): Problem[] {
  return problemsFrom(problems, (step - 1) * count, count, seed);
}

/** The same order from a place in it. @param first problems that were taken before */
export function problemsFrom(
  problems: readonly Problem[],
  first: number,
  count: number,
  seed: number,
): Problem[] {
  return Array.from({ length: count }, (_, index) => {
    const position = first + index;
    const pass = Math.floor(position / problems.length);
    const order = createRandom(`${seed}/prompts/${pass}`).shuffle(problems);
    return order[position % problems.length];
  });
}

/** In the control run (`reward.shuffle`) the feedback is dealt out at random among the rollouts. */
export function dealtFeedback(
  { reward, run }: Pick<Config, 'reward' | 'run'>,
  scored: readonly Rollout[],
  step: number | string,
): Rollout[] {
  return reward.shuffle
    ? shuffleFeedback(scored, createRandom(`${run.seed}/shuffle/${step}`))
    : [...scored];
}

/**
 * The control: every rollout gets the rewards (score and spans) of another one of the same step,
 * by a random permutation. The distribution of rewards stays; what they say about the
 * completion is gone. Verdicts stay, so the rates still tell the truth.
 */
export function shuffleFeedback(rollouts: readonly Rollout[], random: Random): Rollout[] {
  const donors = random.shuffle(rollouts);
  return rollouts.map((rollout, index) => ({
    ...rollout,
    rewards: donors[index].rewards,
    reward: donors[index].reward,
  }));
}
