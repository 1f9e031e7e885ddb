export {
  groupAdvantages,
  rewardStatistics,
  type RewardStatistics,
  type ScaleRewards,
} from './advantages.js';
export {
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
export {
  grpoLoss,
  grpoTokenLoss,
  type GrpoLossInputs,
  type GrpoLossOptions,
  type GrpoLossResult,
  type GrpoLossType,
  type GrpoTokenLoss,
} from './grpo-loss.js';
export { klEstimate, type KlEstimator } from './kl.js';
export { adaptiveKlCoef, type KlTarget } from './kl-coefficient.js';
export {
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
export { applyTokenScheme, type TokenScheme } from './token-scheme.js';
export { maskedWhiten } from './whiten.js';
