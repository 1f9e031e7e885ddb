import type { ScaleRewards, TokenScheme } from '../../algorithms/index.js';
import type { Rollout } from '../../records.js';
import type { CollectedGroup } from '../../rollouts/index.js';
import { startCollecting } from '../../rollouts/index.js';
import type { AdvantageSettings, GrpoStepSettings, StepMetrics } from '../../training/index.js';
import {
  assignAdvantages,
  grpoStep,
  grpoStepAsJudged,
  rolloutMetrics,
  syncReference,
} from '../../training/index.js';
import type { PartTimer } from '../run/clock.js';
import type { ActiveRun } from '../run/run.js';
import type { StepMethod } from '../stages/train.js';
import type { Workplace } from '../workplace/index.js';
import { informative, sampledGroups } from './dynamic-sampling.js';
import { askedOfStep, promptsOfStep } from './experience.js';
import { dealtFeedback } from './feedback.js';
import { heldOutRates } from './held-out.js';
import { learningRateSchedule } from './schedule.js';

/** What a step sampled, and what of it is learned from: rollouts with advantages, or groups to come. */
interface GrpoBatch {
  rollouts: Rollout[];
  learned: { trained: Rollout[] } | { coming: CollectedGroup[] };
  timer: PartTimer;
}

/** GRPO: sample groups, judge, score, compare within the group, update. */
export function grpoMethod(active: ActiveRun): StepMethod<GrpoBatch> {
  const { place, store, signal } = active;
  const { grpo, run } = place.config;
  const overlaps = learnsAsJudged(place);
  return {
    maxSteps: grpo.max_steps,
    title: `${grpo.max_steps} steps of ${promptsOfStep(grpo)} × ${grpo.num_generations} completions`,
    learningRate: learningRateSchedule(grpo),
    async gather(step, timer) {
      if (overlaps) {
        const coming = await startCollecting(askedOfStep(active, step, timer));
        return { rollouts: coming.flatMap(({ sampled }) => sampled), learned: { coming }, timer };
      }
      const rollouts = withAdvantages(place, await sampledGroups(active, step, timer), step);
      const trained = grpo.dynamic_sampling ? informative(rollouts, grpo) : rollouts;
      return { rollouts, learned: { trained }, timer };
    },
    async update(batch, step, learningRate) {
      const settings = { ...grpoSettings(place), learningRate, dropoutSeed: run.seed, signal };
      const metrics = await learn(active, batch, settings);
      if (grpo.sync_ref_model && place.reference && step % grpo.ref_model_sync_steps === 0) {
        syncReference(place.policy, place.reference, grpo.ref_model_mixup_alpha);
      }
      // Of all that was sampled: choosing groups by their rewards must not flatter the reward.
      return { ...metrics, ...rolloutMetrics(batch.rollouts, settings) };
    },
    record: ({ rollouts }) => store.append(rollouts),
    rowsOf: ({ rollouts }) => rollouts,
    evaluate: () => heldOutRates(active),
  };
}

/** Whether groups can be learned from while others are judged: nothing about them depends on others. */
function learnsAsJudged({ config, rewards }: Workplace): boolean {
  const { run, grpo, reward } = config;
  return (
    run.overlap &&
    !grpo.dynamic_sampling &&
    !reward.shuffle &&
    !rewards.some(({ wholeBatch }) => wholeBatch)
  );
}

async function learn(
  { place }: ActiveRun,
  batch: GrpoBatch,
  settings: GrpoStepSettings & { scaleRewards: ScaleRewards },
): Promise<StepMetrics> {
  const { policy, optimizer } = place;
  if ('trained' in batch.learned) {
    return grpoStep(policy, optimizer, batch.learned.trained, settings);
  }
  const { metrics, rollouts } = await grpoStepAsJudged(policy, optimizer, batch.learned.coming, {
    ...settings,
    ...advantageSettings(place),
    onWait: (waits) => batch.timer.enter(waits ? 'judge' : 'update'),
  });
  batch.rollouts = rollouts;
  return metrics;
}

/** Scored rollouts with their advantages; in the control run, with other rollouts' feedback. */
export function withAdvantages(
  place: Workplace,
  scored: readonly Rollout[],
  step: number,
): Rollout[] {
  return assignAdvantages(dealtFeedback(place.config, scored, step), advantageSettings(place));
}

function advantageSettings(place: Workplace): AdvantageSettings {
  const { grpo } = place.config;
  return {
    advantageEstimator: grpo.advantage_estimator,
    normalizeAdvantages: grpo.normalize_advantages,
    scaleRewards: grpo.scale_rewards,
    multiObjectiveAggregation: grpo.multi_objective_aggregation,
    tokenScheme: tokenScheme(place),
  };
}

function grpoSettings(place: Workplace): GrpoStepSettings & { scaleRewards: ScaleRewards } {
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
    refAdapterName: place.refAdapterName,
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
