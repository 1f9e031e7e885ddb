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
export { lossGradients, type Gradients } from './gradients.js';
export { rolloutMetrics, type StepMetrics } from './metrics.js';
export {
  createOptimizer,
  type Optimizer,
  type OptimizerSettings,
  type OptimizerState,
} from './optimizer.js';
export { learningRateAt, type LearningRateSchedule, type LrSchedulerType } from './schedule.js';
export { sftLoss, sftStep, type SftStepSettings } from './sft-step.js';
