/** One step's experience of a method that samples: which problems, and how they are answered. */
import type { Rollout } from '../../records.js';
import type { CollectRolloutsInput } from '../../rollouts/index.js';
import { collectRollouts } from '../../rollouts/index.js';
import type { Config } from '../config/index.js';
import type { PartTimer } from '../run/clock.js';
import type { ActiveRun } from '../run/active-run.js';
import type { RunFolder } from '../run/run-folder.js';
import { requiredJudge, trainingSampling } from '../workplace/index.js';
import { problemsOfStep } from './feedback.js';

/** Who samples: a run, or a session in its place. */
export type Sampling = Pick<ActiveRun, 'place' | 'clock' | 'signal'> & {
  run: Pick<RunFolder, 'name'>;
};

/** One step's experience, sampled by the policy as it is. */
export function collectStep(
  active: Sampling,
  step: number,
  timer: PartTimer,
  asked: Asked,
): Promise<Rollout[]> {
  return collectRollouts({
    ...sampledBy(active, step, timer),
    ...asked,
    overlap: active.place.config.run.overlap,
    onProgress(part, done, total) {
      timer.enter(part);
      const label = part === 'sample' ? 'completions sampled' : 'completions judged';
      active.clock.progress(label, done, total);
    },
  });
}

type Asked = Pick<CollectRolloutsInput, 'problems' | 'numGenerations' | 'firstGroup'>;

/** The problems of a step, and how they are answered, judged and scored. */
export function askedOfStep(
  active: Sampling,
  step: number,
  timer: PartTimer,
): CollectRolloutsInput {
  const { place, clock } = active;
  const { grpo, run } = place.config;
  return {
    ...sampledBy(active, step, timer),
    problems: problemsOfStep(place.trainProblems, step, promptsOfStep(grpo), run.seed),
    numGenerations: grpo.num_generations,
    onProgress(part, done, total) {
      const label = part === 'sample' ? 'completions sampled' : 'completions judged';
      clock.progress(label, done, total);
    },
  };
}

function sampledBy(
  { place, run, signal }: Sampling,
  step: number,
  timer: PartTimer,
): Omit<CollectRolloutsInput, 'problems' | 'numGenerations'> {
  timer.enter('sample');
  return {
    policy: place.policy,
    generator: place.rolloutServer?.generator,
    onNote: place.rolloutServer?.onNote,
    settings: trainingSampling(place),
    judge: requiredJudge(place),
    rewards: place.rewards,
    run: run.name,
    step,
    seed: place.config.run.seed,
    signal,
  };
}

/** Prompts that one step answers. */
export function promptsOfStep(
  options: Pick<Config['grpo'], 'prompts_per_step' | 'gradient_accumulation_steps'>,
): number {
  return options.prompts_per_step * options.gradient_accumulation_steps;
}
