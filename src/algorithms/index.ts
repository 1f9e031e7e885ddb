export {
  groupAdvantages,
  rewardStatistics,
  type RewardStatistics,
  type ScaleRewards,
} from './advantages.js';
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
export { passAtK } from './pass-at-k.js';
export { createRandom, restoreRandom, type Random } from './random.js';
export { applyTokenScheme, type TokenScheme } from './token-scheme.js';
