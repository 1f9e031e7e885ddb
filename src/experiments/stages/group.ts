import { familyOf } from '../../evaluation/index.js';
import type { Rollout } from '../../records.js';
import { collectRollouts } from '../../rollouts/index.js';
import type { ActiveRun } from '../run/active-run.js';
import { reachedTokens } from '../../rollouts/index.js';
import { withAdvantages } from '../methods/grpo.js';
import { requiredJudge, trainingSampling } from '../workplace/index.js';

/** Groups looked at to find one worth showing. */
const candidates = 4;

/**
 * Shows one group of rollouts, judged and scored, with the tokens that the findings reached. Of a
 * few groups it takes the one with most to see; nothing of it enters the run's records.
 */
export async function groupStage(active: ActiveRun): Promise<void> {
  const { place, run, clock, emit, signal } = active;
  clock.begin('group', 'One group of rollouts, as the toolchain sees it');
  const problems = place.trainProblems.slice(0, candidates);
  const scored = await collectRollouts({
    policy: place.policy,
    problems,
    settings: trainingSampling(place),
    numGenerations: place.config.grpo.num_generations,
    judge: requiredJudge(place),
    rewards: place.rewards,
    run: run.name,
    step: 0,
    seed: `${place.config.run.seed}/group`,
    signal,
    onProgress: (part, done, total) =>
      clock.progress(part === 'sample' ? 'completions sampled' : 'completions judged', done, total),
  });
  const rollouts = withAdvantages(place, scored, 0);
  const groups = problems.map((_, group) => rollouts.filter((rollout) => rollout.group === group));
  const shown = groups.reduce((best, group) => (interest(group) > interest(best) ? group : best));
  const problem = problems[shown[0].group];
  emit({
    type: 'group',
    problemId: problem.id,
    family: familyOf(problem),
    prompt: shown[0].prompt,
    members: shown.map((rollout) => ({ rollout, findings: reachedTokens(rollout) })),
  });
}

/** Different outcomes, and above all a sanitizer finding with a place in the source. */
function interest(group: readonly Rollout[]): number {
  const outcomes = new Set(group.map(({ verdict }) => verdict?.outcome));
  const located = group.some(({ verdict }) =>
    verdict?.diagnostics.some(
      ({ tool, span }) => ['asan', 'ubsan', 'lsan'].includes(tool) && span.precision !== 'none',
    ),
  );
  return outcomes.size + (located ? 10 : 0) + (outcomes.has('clean') ? 5 : 0);
}
