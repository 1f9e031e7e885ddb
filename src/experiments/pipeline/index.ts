export type { Expected } from './estimate.js';
export type { ExperimentOptions, ExperimentPlan, PlannedStage, StageAction } from './plan.js';
export { planExperiment } from './plan.js';
export type { ExperimentResult } from './run-experiment.js';
export { runExperiment } from './run-experiment.js';
export type { ExperimentStage } from './stages.js';
export { experimentStages, pipelineMethods } from './stages.js';
