import type { ScaleRewards } from '../../algorithms/index.js';
import type { Rollout, RolloutUpdate } from '../../records.js';
import type { CollectedGroup } from '../../rollouts/index.js';
import { startCollecting } from '../../rollouts/index.js';
import type { GrpoStepSettings, StepMetrics } from '../../training/index.js';
import {
  assignAdvantages,
  grpoStep,
  grpoStepAsJudged,
  rolloutMetrics,
  syncReference,
} from '../../training/index.js';
import type { PartTimer } from '../run/clock.js';
import type { ActiveRun } from '../run/active-run.js';
import type { StepMethod } from '../stages/train.js';
import type { Workplace } from '../workplace/index.js';
import { advantageSettings, tokenScheme } from './advantages.js';
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
      timer.enter('sample');
      await place.rolloutServer?.bringWeights(step, active.run);
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
      moveReference(place, step);
      // Of all that was sampled: choosing groups by their rewards must not flatter the reward.
      return { ...metrics, ...rolloutMetrics(batch.rollouts, settings) };
    },
    record: ({ rollouts }) => store.append(rollouts),
    rowsOf: ({ rollouts }) => rollouts,
    evaluate: () => heldOutRates(active),
  };
}

/** Lets the reference follow the policy, after the steps that `ref_model_sync_steps` names. */
export function moveReference({ config, policy, reference }: Workplace, step: number): void {
  const { grpo } = config;
  if (grpo.sync_ref_model && reference && step % grpo.ref_model_sync_steps === 0) {
    syncReference(policy, reference, grpo.ref_model_mixup_alpha);
  }
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
  let updates: RolloutUpdate[] = [];
  const onUpdated = (made: RolloutUpdate[]): void => void (updates = made);
  if ('trained' in batch.learned) {
    const learned = await grpoUpdate(place, batch.rollouts, batch.learned.trained, settings);
    batch.rollouts = learned.rollouts;
    return learned.metrics;
  }
  const { metrics, rollouts } = await grpoStepAsJudged(policy, optimizer, batch.learned.coming, {
    ...settings,
    ...advantageSettings(place.config),
    onUpdated,
    onWait: (waits) => batch.timer.enter(waits ? 'judge' : 'update'),
  });
  batch.rollouts = withUpdates(rollouts, rollouts, updates);
  return metrics;
}

/**
 * One update on rollouts that have their advantages.
 * @param rollouts all that were sampled
 * @param trained those of them that are learned from
 * @returns its metrics, and the rollouts with what it could take from each
 */
export async function grpoUpdate(
  { policy, optimizer }: Pick<Workplace, 'policy' | 'optimizer'>,
  rollouts: readonly Rollout[],
  trained: readonly Rollout[],
  settings: GrpoStepSettings,
): Promise<{ metrics: StepMetrics; rollouts: Rollout[] }> {
  let updates: RolloutUpdate[] = [];
  const metrics = await grpoStep(policy, optimizer, trained, {
    ...settings,
    onUpdated: (made) => void (updates = made),
  });
  return { metrics, rollouts: withUpdates(rollouts, trained, updates) };
}

/** The rollouts with what the updates could take from each; nothing of those left out of the training. */
function withUpdates(
  rollouts: readonly Rollout[],
  trained: readonly Rollout[],
  updates: readonly RolloutUpdate[],
): Rollout[] {
  const byId = new Map(trained.map(({ id }, index) => [id, updates[index]]));
  const leftOut: RolloutUpdate = { countedTokens: 0, clippedTokens: 0 };
  return rollouts.map((rollout) => ({ ...rollout, update: byId.get(rollout.id) ?? leftOut }));
}

/** Scored rollouts with their advantages; in the control run, with other rollouts' feedback. */
export function withAdvantages(
  place: Workplace,
  scored: readonly Rollout[],
  step: number,
): Rollout[] {
  return assignAdvantages(
    dealtFeedback(place.config, scored, step),
    advantageSettings(place.config),
  );
}

export function grpoSettings(place: Workplace): GrpoStepSettings & { scaleRewards: ScaleRewards } {
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
    tokenScheme: tokenScheme(place.config),
    maxCompletionLength: sampling.max_completion_length,
    numIterations: grpo.num_iterations,
    stepsPerGeneration: grpo.steps_per_generation,
    perDeviceTrainBatchSize: grpo.per_device_train_batch_size,
    gradientCheckpointing: grpo.gradient_checkpointing,
    maskTruncatedCompletions: grpo.mask_truncated_completions,
    temperature: sampling.temperature,
    ...(grpo.use_vllm ? vllmSettings(place) : {}),
    ...(grpo.delta === null ? {} : { delta: grpo.delta }),
    ...(grpo.clip_ratio_c === null ? {} : { clipRatioC: grpo.clip_ratio_c }),
    ...(grpo.off_policy_mask_threshold === null
      ? {}
      : { offPolicyMaskThreshold: grpo.off_policy_mask_threshold }),
    ...(place.reference ? { reference: place.reference } : {}),
    refAdapterName: place.refAdapterName,
  };
}

function vllmSettings({ config: { grpo } }: Workplace): GrpoStepSettings {
  return {
    vllmImportanceSamplingCorrection: grpo.vllm_importance_sampling_correction,
    vllmImportanceSamplingMode: grpo.vllm_importance_sampling_mode,
    vllmImportanceSamplingClipMax: grpo.vllm_importance_sampling_clip_max,
    vllmImportanceSamplingClipMin: grpo.vllm_importance_sampling_clip_min,
  };
}
