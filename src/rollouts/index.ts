export {
  collectRollouts,
  startCollecting,
  type CollectedGroup,
  judgeRollouts,
  renderPrompt,
  sampleRollouts,
  type CollectRolloutsInput,
  type CollectStage,
  type SampleRolloutsInput,
  type StageOptions,
} from './collect.js';
export { inspectRollout, inspectRollouts } from './inspect.js';
export type {
  HeatKind,
  InspectedAnswer,
  InspectedFinding,
  InspectedFrame,
  InspectedLine,
  InspectedPlace,
  InspectedStack,
  InspectedStage,
  InspectedToken,
  Inspection,
  InspectionHeat,
  InspectionInput,
  InspectionOptions,
} from './inspection.js';
export { presentLogprobs } from './present-logprobs.js';
export { reachedTokens, type ReachedToken } from './reached.js';
export { readRollouts } from './log-reader.js';
export { openRolloutStore, type RolloutStore } from './store.js';
export { groupNumbers } from './groups.js';
export { scoreDifference, type DifferenceOptions } from './rescore/difference.js';
export { rankCorrelation } from './rescore/rank-correlation.js';
export type {
  ChangedRollout,
  GroupName,
  ScoreDifference,
  ScorePoint,
  ScoreSummary,
  SignChanges,
} from './rescore/record.js';
export { rescoreRollouts, type RescoreOptions } from './rescore/rescore.js';
export { problemsById, problemsOfRollouts } from './problems.js';
export {
  indexTables,
  openRolloutIndex,
  type GroupStatistics,
  type IndexTable,
  type LogIndex,
  type OutcomeCounts,
  type PromptAccuracyTable,
  type QueryColumn,
  type QueryParameter,
  type QueryResult,
  type QueryRow,
  type QueryValue,
  type RolloutIndex,
  type RolloutIndexOptions,
  type SelectOptions,
  type StatisticsOptions,
  type StepStatistics,
} from './query/index.js';
