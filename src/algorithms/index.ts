export {
  advantageBaselines,
  advantageEstimators,
  estimateAdvantages,
  type AdvantageBaseline,
  type AdvantageEstimator,
  type AdvantageOptions,
  type ScaleRewards,
} from './advantage-estimators.js';
export { groupAdvantages, rewardStatistics, type RewardStatistics } from './advantages.js';
export { informativeGroups, softOverlongPunishment } from './dapo.js';
export {
  checkCpoOptions,
  comparesMeans,
  cpoLoss,
  cpoLossTypes,
  type CpoLossInputs,
  type CpoLossOptions,
  type CpoLossResult,
  type CpoLossType,
} from './cpo-loss.js';
export {
  checkDpoOptions,
  dpoLoss,
  needsWholeBatch,
  type DpoLossInputs,
  type DpoLossOptions,
  type DpoLossResult,
} from './dpo-loss.js';
export { dpoLossTypes, type DpoLossType } from './dpo-pair-losses.js';
export {
  divergenceScores,
  fDivergenceTypes,
  type FDivergenceOptions,
  type FDivergenceType,
} from './f-divergence.js';
export { gae, maskedTokenRules, type GaeOptions, type MaskedTokens } from './gae.js';
export { grpoLoss, grpoTokenLoss, type GrpoLossResult, type GrpoTokenLoss } from './grpo-loss.js';
export {
  grpoLossTypes,
  importanceSamplingLevels,
  type GrpoLossInputs,
  type GrpoLossOptions,
  type GrpoLossType,
  type ImportanceSamplingLevel,
} from './grpo-options.js';
export { klEstimate, klEstimators, type KlEstimator } from './kl.js';
export {
  importanceSamplingModes,
  importanceSamplingRatio,
  type ImportanceSamplingMode,
  type ImportanceSamplingOptions,
} from './off-policy.js';
export { topEntropyThreshold } from './entropy.js';
export {
  multiObjectiveAggregations,
  normalizeThenSum,
  type MultiObjectiveAggregation,
} from './multi-objective.js';
export { adaptiveKlCoef, type KlTarget } from './kl-coefficient.js';
export {
  checkKtoOptions,
  ktoLoss,
  ktoLossTypes,
  ktoReferencePoint,
  type KtoLossInputs,
  type KtoLossOptions,
  type KtoLossResult,
  type KtoLossType,
} from './kto-loss.js';
export { maskedMean } from './masked-mean.js';
export {
  orpoLoss,
  type OrpoLossInputs,
  type OrpoLossOptions,
  type OrpoLossResult,
} from './orpo-loss.js';
export { passAtK } from './pass-at-k.js';
export {
  ppoPolicyLoss,
  ppoValueLoss,
  type PpoPolicyLoss,
  type PpoPolicyLossInputs,
  type PpoPolicyLossOptions,
  type PpoValueLoss,
  type PpoValueLossInputs,
  type PpoValueLossOptions,
} from './ppo-loss.js';
export {
  ppoKlEstimators,
  ppoRewards,
  scorePositions,
  type PpoKlEstimator,
  type PpoRewardInputs,
  type PpoRewardOptions,
  type PpoRewards,
  type ScorePosition,
} from './ppo-rewards.js';
export { createRandom, restoreRandom, type Random } from './random.js';
export type { Rows } from './rows.js';
export {
  preferenceWeights,
  sequenceLogps,
  sharedLengthWeights,
  wpoWeights,
} from './sequence-logps.js';
export type { StepWeights, TokenFeedback, TokenStep } from './token-rewards.js';
export {
  applyTokenScheme,
  tokenSchemeAdvantages,
  tokenSchemes,
  type LocalTokenScheme,
  type TokenAdvantages,
  type TokenRewardScheme,
  type TokenScheme,
  type TokenSchemeName,
  type TokenSchemeOptions,
} from './token-scheme.js';
export { maskedWhiten } from './whiten.js';
