import type { TokenScheme } from '../../algorithms/index.js';
import { createRandom, informativeGroups } from '../../algorithms/index.js';
import type { Problem, Rollout } from '../../records.js';
import { collectRollouts } from '../../rollouts/index.js';
import type { GrpoStepSettings } from '../../training/index.js';
import { assignAdvantages, grpoStep, rolloutMetrics, syncReference } from '../../training/index.js';
import type { PartTimer } from '../run/clock.js';
import type { ActiveRun } from '../run/run.js';
import type { StepMethod } from '../stages/train.js';
import type { Workplace } from '../workplace/index.js';
import { requiredJudge, trainingSampling } from '../workplace/index.js';
import { dealtFeedback, problemsOfStep } from './feedback.js';
import { heldOutRates } from './held-out.js';
import { learningRateSchedule } from './schedule.js';

/** What a step sampled, and the part of it that is learned from. */
interface GrpoBatch {
  rollouts: Rollout[];
  trained: Rollout[];
}

/** GRPO: sample groups, judge, score, compare within the group, update. */
export function grpoMethod(active: ActiveRun): StepMethod<GrpoBatch> {
  const { place, store, signal } = active;
  const { grpo, run } = place.config;
  return {
    maxSteps: grpo.max_steps,
    title: `${grpo.max_steps} steps of ${promptsOfStep(grpo)} × ${grpo.num_generations} completions`,
    learningRate: learningRateSchedule(grpo),
    async gather(step, timer) {
      const scored = await sampledGroups(active, step, timer);
      const rollouts = withAdvantages(place, scored, step);
      return { rollouts, trained: grpo.dynamic_sampling ? informative(rollouts, grpo) : rollouts };
    },
    async update({ rollouts, trained }, step, learningRate) {
      const metrics = await grpoStep(place.policy, place.optimizer, trained, {
        ...grpoSettings(place),
        learningRate,
        dropoutSeed: run.seed,
        signal,
      });
      if (grpo.sync_ref_model && place.reference && step % grpo.ref_model_sync_steps === 0) {
        syncReference(place.policy, place.reference, grpo.ref_model_mixup_alpha);
      }
      // Of all that was sampled: choosing groups by their rewards must not flatter the reward.
      return { ...metrics, ...rolloutMetrics(rollouts, { scaleRewards: grpo.scale_rewards }) };
    },
    record: ({ rollouts }) => store.append(rollouts),
    rowsOf: ({ trained }) => trained,
    evaluate: () => heldOutRates(active),
  };
}

/** The step's groups; with dynamic sampling, further ones until enough of them teach something. */
async function sampledGroups(
  active: ActiveRun,
  step: number,
  timer: PartTimer,
): Promise<Rollout[]> {
  const { place } = active;
  const { grpo, run } = place.config;
  const { num_generations: numGenerations } = grpo;
  const prompts = promptsOfStep(grpo);
  const problems = problemsOfStep(place.trainProblems, step, prompts, run.seed);
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

/** The first prompts_per_step groups that teach something; all where none does. */
function informative(rollouts: Rollout[], options: Workplace['config']['grpo']): Rollout[] {
  const kept = new Set(
    informativeGroups(...rewardsAndGroups(rollouts)).slice(0, promptsOfStep(options)),
  );
  return kept.size === 0 ? rollouts : rollouts.filter(({ group }) => kept.has(group));
}

/** Prompts that one step answers. */
export function promptsOfStep(
  options: Pick<Workplace['config']['grpo'], 'prompts_per_step' | 'gradient_accumulation_steps'>,
): number {
  return options.prompts_per_step * options.gradient_accumulation_steps;
}

function rewardsAndGroups(rollouts: readonly Rollout[]): [(number | null)[], number[]] {
  return [rollouts.map(({ reward }) => reward ?? null), rollouts.map(({ group }) => group)];
}

/** One step's experience, sampled by the policy as it is. */
export function collectStep(
  { place, run, clock, signal }: ActiveRun,
  step: number,
  timer: PartTimer,
  asked: { problems: readonly Problem[]; numGenerations: number; firstGroup?: number },
): Promise<Rollout[]> {
  timer.enter('sample');
  return collectRollouts({
    ...asked,
    policy: place.policy,
    settings: trainingSampling(place),
    judge: requiredJudge(place),
    rewards: place.rewards,
    run: run.name,
    step,
    seed: place.config.run.seed,
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
  return assignAdvantages(dealtFeedback(place.config, scored, step), {
    advantageEstimator: grpo.advantage_estimator,
    normalizeAdvantages: grpo.normalize_advantages,
    scaleRewards: grpo.scale_rewards,
    multiObjectiveAggregation: grpo.multi_objective_aggregation,
    tokenScheme: tokenScheme(place),
  });
}

function grpoSettings(place: Workplace): GrpoStepSettings {
  const { grpo, sampling } = place.config;
  return {
    beta: grpo.beta,
    epsilon: grpo.epsilon,
    ...(grpo.epsilon_high === null ? {} : { epsilonHigh: grpo.epsilon_high }),
    lossType: grpo.loss_type,
    importanceSamplingLevel: grpo.importance_sampling_level,
    sapoTemperaturePos: grpo.sapo_temperature_pos,
    sapoTemperatureNeg: grpo.sapo_temperature_neg,
    vespoKPos: grpo.vespo_k_pos,
    vespoLambdaPos: grpo.vespo_lambda_pos,
    vespoKNeg: grpo.vespo_k_neg,
    vespoLambdaNeg: grpo.vespo_lambda_neg,
    klEstimator: grpo.kl_estimator,
    useBiasCorrectionKl: grpo.use_bias_correction_kl,
    entropyCoef: grpo.entropy_coef,
    topEntropyQuantile: grpo.top_entropy_quantile,
    scaleRewards: grpo.scale_rewards,
    tokenScheme: tokenScheme(place),
    maxCompletionLength: sampling.max_completion_length,
    numIterations: grpo.num_iterations,
    stepsPerGeneration: grpo.steps_per_generation,
    perDeviceTrainBatchSize: grpo.per_device_train_batch_size,
    gradientCheckpointing: grpo.gradient_checkpointing,
    maskTruncatedCompletions: grpo.mask_truncated_completions,
    temperature: sampling.temperature,
    ...(grpo.delta === null ? {} : { delta: grpo.delta }),
    ...(grpo.clip_ratio_c === null ? {} : { clipRatioC: grpo.clip_ratio_c }),
    ...(grpo.off_policy_mask_threshold === null
      ? {}
      : { offPolicyMaskThreshold: grpo.off_policy_mask_threshold }),
    ...(place.reference ? { reference: place.reference } : {}),
  };
}

function tokenScheme({ config }: Workplace): TokenScheme {
  const { name, lambda, gamma } = config.reward.token_scheme;
  switch (name) {
    case 'scalar':
      return { name };
    case 'span_penalty':
    case 'process':
      return { name, lambda };
    case 'return_to_go':
      return { name, lambda, gamma };
  }
}
