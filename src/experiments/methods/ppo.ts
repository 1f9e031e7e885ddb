import { createRandom } from '../../algorithms/index.js';
import type { Rollout } from '../../records.js';
import type { PpoStepSettings } from '../../training/index.js';
import { ppoStep } from '../../training/index.js';
import type { ActiveRun } from '../run/active-run.js';
import type { StepMethod } from '../stages/train.js';
import type { Workplace } from '../workplace/index.js';
import { dealtFeedback, problemsOfStep } from './feedback.js';
import { collectStep, promptsOfStep } from './experience.js';
import { heldOutRates } from './held-out.js';
import { learningRateSchedule } from './schedule.js';

/** PPO: sample, judge, score; advantages from a value head; several updates on the same rollouts. */
export function ppoMethod(active: ActiveRun): StepMethod<Rollout[]> {
  const { place, store, signal } = active;
  const { ppo, run } = place.config;
  const { valueHead } = place;
  if (valueHead === null) throw new Error('Internal: a PPO run without a value head.');
  return {
    maxSteps: ppo.max_steps,
    title: `${ppo.max_steps} steps of ${promptsOfStep(ppo)} × ${ppo.num_generations} completions`,
    learningRate: learningRateSchedule(ppo),
    async gather(step, timer) {
      const problems = problemsOfStep(place.trainProblems, step, promptsOfStep(ppo), run.seed);
      const scored = await collectStep(active, step, timer, {
        problems,
        numGenerations: ppo.num_generations,
      });
      return dealtFeedback(place.config, scored, step);
    },
    update: (rollouts, step, learningRate) =>
      ppoStep(place.policy, valueHead, place.optimizer, rollouts, {
        ...ppoSettings(place),
        learningRate,
        dropoutSeed: run.seed,
        random: createRandom(`${run.seed}/minibatches/${step}`),
        signal,
      }),
    record: (rollouts) => store.append(rollouts),
    rowsOf: (rollouts) => rollouts,
    evaluate: () => heldOutRates(active),
  };
}

export function ppoSettings({ config, reference, refAdapterName }: Workplace): PpoStepSettings {
  const { ppo, sampling } = config;
  return {
    klCoef: ppo.kl_coef,
    klEstimator: ppo.kl_estimator,
    cliprange: ppo.cliprange,
    vfCoef: ppo.vf_coef,
    cliprangeValue: ppo.cliprange_value,
    gamma: ppo.gamma,
    lam: ppo.lam,
    whitenRewards: ppo.whiten_rewards,
    numPpoEpochs: ppo.num_ppo_epochs,
    numMiniBatches: ppo.num_mini_batches,
    tokenRewards: { lambda: ppo.token_reward_weight },
    maskTruncatedCompletions: ppo.mask_truncated_completions,
    perDeviceTrainBatchSize: ppo.per_device_train_batch_size,
    gradientCheckpointing: ppo.gradient_checkpointing,
    temperature: sampling.temperature,
    ...(ppo.missing_eos_penalty === null ? {} : { missingEosPenalty: ppo.missing_eos_penalty }),
    ...(reference ? { reference } : {}),
    refAdapterName,
  };
}
