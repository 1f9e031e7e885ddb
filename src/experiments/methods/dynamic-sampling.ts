/** DAPO's dynamic sampling as a run does it: further groups in the place of those that teach nothing. */
import { createRandom, informativeGroups } from '../../algorithms/index.js';
import type { Problem, Rollout } from '../../records.js';
import type { Config } from '../config/index.js';
import type { PartTimer } from '../run/clock.js';
import type { Sampling } from './experience.js';
import { collectStep, promptsOfStep } from './experience.js';
import { problemsOfStep } from './feedback.js';

/**
 * The step's groups; with dynamic sampling, further ones until enough of them teach something.
 * @param problems @default those of the step
 */
export async function sampledGroups(
  active: Sampling,
  step: number,
  timer: PartTimer,
  problems = stepProblems(active, step),
): Promise<Rollout[]> {
  const { place } = active;
  const { grpo, run } = place.config;
  const { num_generations: numGenerations } = grpo;
  const prompts = promptsOfStep(grpo);
  const rollouts = await collectStep(active, step, timer, { problems, numGenerations });
  for (let draw = 1; grpo.dynamic_sampling && draw <= grpo.max_resampling; draw++) {
    const missing = prompts - informativeGroups(...rewardsAndGroups(rollouts)).length;
    if (missing <= 0) break;
    const others = createRandom(`${run.seed}/resampling/${step}/${draw}`);
    const further = await collectStep(active, step, timer, {
      problems: others.shuffle(place.trainProblems).slice(0, missing),
      numGenerations,
      firstGroup: rollouts.length / numGenerations,
    });
    rollouts.push(...further);
  }
  return rollouts;
}

function stepProblems({ place }: Sampling, step: number): Problem[] {
  const { grpo, run } = place.config;
  return problemsOfStep(place.trainProblems, step, promptsOfStep(grpo), run.seed);
}

/** The first prompts_per_step groups that teach something; all where none does. */
export function informative(rollouts: Rollout[], options: Config['grpo']): Rollout[] {
  const kept = new Set(
    informativeGroups(...rewardsAndGroups(rollouts)).slice(0, promptsOfStep(options)),
  );
  return kept.size === 0 ? rollouts : rollouts.filter(({ group }) => kept.has(group));
}

function rewardsAndGroups(rollouts: readonly Rollout[]): [(number | null)[], number[]] {
  return [rollouts.map(({ reward }) => reward ?? null), rollouts.map(({ group }) => group)];
}
