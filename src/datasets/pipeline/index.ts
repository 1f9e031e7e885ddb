export type { StageCount } from './examples.js';
export { mainFinding } from './feedback.js';
export { runPipeline, type PipelineInput, type PipelineResult } from './pipeline.js';
export type { PipelineRow } from './dataset.js';
export {
  pipelineStages,
  type CompiledExample,
  type ExampleIndex,
  type FoundPlace,
  type PipelineStage,
  type RewardedExample,
  type RewardedToken,
  type SideFeedback,
  type SideRewards,
} from './records.js';
export type { RewardTools } from './rewards.js';
export {
  allExamples,
  generatedExamples,
  handMadeExamples,
  type ExampleSource,
  type SourceItem,
} from './sources.js';
