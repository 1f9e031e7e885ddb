import { createRandom } from '../../algorithms/index.js';
import type { Rollout } from '../../records.js';
import { collectRollouts } from '../../rollouts/index.js';
import type { GrpoStepSettings } from '../../training/index.js';
import { assignAdvantages, grpoStep } from '../../training/index.js';
import type { PartTimer } from '../run/clock.js';
import type { ActiveRun } from '../run/run.js';
import type { StepMethod } from '../stages/train.js';
import type { Workplace } from '../workplace.js';
import { requiredJudge, trainingSampling } from '../workplace.js';
import { problemsOfStep, shuffleFeedback } from './feedback.js';
import { heldOutRates } from './held-out.js';
import { learningRateSchedule } from './schedule.js';

/** GRPO: sample groups, judge, score, compare within the group, update. */
export function grpoMethod(active: ActiveRun): StepMethod<Rollout[]> {
  const { place, store, signal } = active;
  const { grpo, run } = place.config;
  return {
    maxSteps: grpo.max_steps,
    title: `${grpo.max_steps} steps of ${grpo.prompts_per_step} × ${grpo.num_generations} completions`,
    learningRate: learningRateSchedule(grpo),
    async gather(step, timer) {
      const scored = await collectStep(active, step, timer, {
        prompts: grpo.prompts_per_step,
        numGenerations: grpo.num_generations,
      });
      return withAdvantages(place, scored, step);
    },
    update: (rollouts, _step, learningRate) =>
      grpoStep(place.policy, place.optimizer, rollouts, {
        ...grpoSettings(place),
        learningRate,
        dropoutSeed: run.seed,
        signal,
      }),
    record: (rollouts) => store.append(rollouts),
    evaluate: () => heldOutRates(active),
  };
}

/** One step's experience, sampled by the policy as it is. */
export function collectStep(
  { place, run, clock, signal }: ActiveRun,
  step: number,
  timer: PartTimer,
  { prompts, numGenerations }: { prompts: number; numGenerations: number },
): Promise<Rollout[]> {
  const { seed } = place.config.run;
  timer.enter('sample');
  return collectRollouts({
    policy: place.policy,
    problems: problemsOfStep(place.trainProblems, step, prompts, seed),
    settings: trainingSampling(place),
    numGenerations,
    judge: requiredJudge(place),
    rewards: place.rewards,
    run: run.name,
    step,
    seed,
    signal,
    onProgress(part, done, total) {
      timer.enter(part);
      clock.progress(part === 'sample' ? 'completions sampled' : 'completions judged', done, total);
    },
  });
}

/** Scored rollouts with their advantages; in the control run, with other rollouts' feedback. */
export function withAdvantages(
  place: Workplace,
  scored: readonly Rollout[],
  step: number,
): Rollout[] {
  const { grpo } = place.config;
  return assignAdvantages(dealtFeedback(place, scored, step), {
    scaleRewards: grpo.scale_rewards,
    tokenScheme: tokenScheme(place),
  });
}

/** In the control run the feedback is dealt out at random within the step. */
export function dealtFeedback(
  { config }: Workplace,
  scored: readonly Rollout[],
  step: number,
): readonly Rollout[] {
  return config.reward.shuffle
    ? shuffleFeedback(scored, createRandom(`${config.run.seed}/shuffle/${step}`))
    : scored;
}

function grpoSettings(place: Workplace): GrpoStepSettings {
  const { grpo, sampling } = place.config;
  return {
    beta: grpo.beta,
    epsilon: grpo.epsilon,
    epsilonHigh: grpo.epsilon_high ?? grpo.epsilon,
    lossType: grpo.loss_type,
    scaleRewards: grpo.scale_rewards,
    tokenScheme: tokenScheme(place),
    maxCompletionLength: sampling.max_completion_length,
    numIterations: grpo.num_iterations,
    perDeviceTrainBatchSize: grpo.per_device_train_batch_size,
    gradientCheckpointing: grpo.gradient_checkpointing,
    maskTruncatedCompletions: grpo.mask_truncated_completions,
    temperature: sampling.temperature,
    ...(place.reference ? { reference: place.reference } : {}),
  };
}

function tokenScheme({ config }: Workplace): NonNullable<GrpoStepSettings['tokenScheme']> {
  const { name, lambda } = config.reward.token_scheme;
  return name === 'scalar' ? { name } : { name, lambda };
}
