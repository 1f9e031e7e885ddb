export { advantagesAreLocal, assignAdvantages, type AdvantageSettings } from './advantages.js';
export {
  latestCheckpoint,
  listCheckpoints,
  loadCheckpoint,
  saveCheckpoint,
  type Checkpoint,
  type SaveCheckpointInput,
} from './checkpoint.js';
export { cpoMetrics, cpoStep, type CpoStepSettings } from './cpo-step.js';
export type { DpoStepSettings } from './dpo-batch.js';
export { dpoMetrics, dpoStep } from './dpo-step.js';
export type { OldLogprobs } from './grpo-batch.js';
export type { GrpoStepSettings } from './grpo-settings.js';
export { grpoStep, grpoStepAsJudged, type ComingGroup } from './grpo-step.js';
export {
  isDivergence,
  lossGradients,
  variablesOf,
  type Gradients,
  type Trainable,
} from './gradients.js';
export { withMismatched, type KlPairing, type KtoExample } from './kto-pairing.js';
export { ktoMetrics, ktoStep, type KtoStepSettings } from './kto-step.js';
export { rolloutMetrics, type StepMetrics } from './metrics.js';
export {
  createOptimizer,
  type Optimizer,
  type OptimizerSettings,
  type OptimizerState,
} from './optimizer.js';
export type { PpoRow } from './ppo-batch.js';
export { ppoExperience } from './ppo-experience.js';
export { experienceMetrics } from './ppo-metrics.js';
export type {
  PpoExperienceSettings,
  PpoStepSettings,
  PpoTokenRewards,
  PpoUpdateSettings,
} from './ppo-settings.js';
export { ppoStep } from './ppo-step.js';
export { tokenRewardsOf } from './ppo-token-rewards.js';
export { ppoUpdate, ppoVariables } from './ppo-update.js';
export { orpoMetrics, orpoStep, type OrpoStepSettings } from './orpo-step.js';
export type { PreferenceStepSettings } from './preference-batch.js';
export {
  precomputeReferenceLogprobs,
  type PrecomputeSettings,
  type ReferenceSettings,
} from './reference-logprobs.js';
export { learningRateAt, type LearningRateSchedule, type LrSchedulerType } from './schedule.js';
export { sftLoss, sftStep, type SftStepSettings } from './sft-step.js';
export { syncReference } from './sync-reference.js';
export {
  createGuards,
  saveOffendingBatch,
  type GuardOptions,
  type Guards,
  type GuardWarning,
} from './guards/index.js';
export {
  explainStep,
  type ExplainSettings,
  type GroupExplanation,
  type Reason,
  type ReasonKind,
  type StepExplanation,
  type StepNote,
} from './explain/index.js';
