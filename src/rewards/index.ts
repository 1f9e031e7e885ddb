export type { RewardFunction } from './reward-function.js';
export {
  curriculumScores,
  findingSpans,
  sanitizerCurriculum,
  type SanitizerCurriculumOptions,
} from './sanitizer.js';
export { composeReward, scoreRollouts } from './score.js';
export { findingWeights, spanRewards, tokenFeedback } from './token-advantages.js';
export { compileOnly, testsPassedFraction } from './verdict-rewards.js';
