export * from './discriminator/index.js';
export {
  answerLenient,
  answerStrict,
  numericDistance,
  type AnswerStrictOptions,
  type NumericDistanceOptions,
} from './answer-rewards.js';
export type { AnswerReading } from './answers.js';
export { builtInRewards, createReward, rewardNames, type RewardSpec } from './built-in.js';
export type { BuiltInReward } from './built-in-reward.js';
export { formatTags, type FormatTagsOptions, type TagCredit } from './format-tags.js';
export {
  cosineScaled,
  lengthPenalty,
  overlong,
  type CosineScaledOptions,
  type LengthPenaltyOptions,
  type OverlongOptions,
} from './length-rewards.js';
export { malformed, type MalformedCheck, type MalformedOptions } from './malformed.js';
export {
  reasoningStructure,
  type AnswerLine,
  type ReasoningStructureOptions,
} from './reasoning-structure.js';
export {
  referenceSimilarity,
  type ReferenceSimilarityOptions,
  type SimilarityMeasure,
} from './reference-similarity.js';
export { repetition, type RepetitionOptions } from './repetition.js';
export {
  rewardContext,
  type RewardBase,
  type RewardContext,
  type RewardFunction,
  type RewardScore,
} from './reward-function.js';
export {
  curriculumScores,
  findingSpans,
  sanitizerCurriculum,
  type SanitizerCurriculumOptions,
} from './sanitizer.js';
export { composeReward, scoreRollouts } from './score.js';
export { findingWeights, spanRewards, tokenFeedback } from './token-advantages.js';
export {
  allTests,
  compileOnly,
  testsPassedFraction,
  type AllTestsOptions,
  type VerdictRewardOptions,
} from './verdict-rewards.js';
