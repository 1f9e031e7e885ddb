export {
  collectRollouts,
  judgeRollouts,
  renderPrompt,
  sampleRollouts,
  type CollectRolloutsInput,
  type CollectStage,
  type SampleRolloutsInput,
  type StageOptions,
} from './collect.js';
export { reachedTokens, type ReachedToken } from './reached.js';
export { openRolloutStore, readRollouts, type RolloutStore } from './store.js';
