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
export { reachedTokens, type ReachedToken } from './reached.js';
export { openRolloutStore, readRollouts, type RolloutStore } from './store.js';
