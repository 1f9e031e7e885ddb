export { assignAdvantages, groupNumbers, type AdvantageSettings } from './advantages.js';
export {
  latestCheckpoint,
  listCheckpoints,
  loadCheckpoint,
  saveCheckpoint,
  type Checkpoint,
  type SaveCheckpointInput,
} from './checkpoint.js';
export type { OldLogprobs } from './grpo-batch.js';
export { grpoStep, type GrpoStepSettings } from './grpo-step.js';
export { lossGradients, variablesOf, type Gradients, type Trainable } from './gradients.js';
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
export { learningRateAt, type LearningRateSchedule, type LrSchedulerType } from './schedule.js';
export { sftLoss, sftStep, type SftStepSettings } from './sft-step.js';
