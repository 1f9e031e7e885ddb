/** The learned discriminator: reference or policy? Pure; trained and loaded in experiments. */
export { auc } from './auc.js';
export {
  calibrationErrors,
  fitPlatt,
  plattProbability,
  type CalibrationErrors,
  type Platt,
  type ReliabilityBin,
} from './calibration.js';
export { textFeatures, textForm, type FeatureOptions, type TextFeatures } from './features.js';
export {
  calibrateDiscriminator,
  fitDiscriminator,
  type FitOptions,
  type FittedDiscriminator,
  type LabelledText,
} from './fit.js';
export {
  discriminatorDecision,
  discriminatorProbability,
  tokenShares,
  type Discriminator,
  type TokenShare,
} from './model.js';
export { discriminatorReward, type DiscriminatorRewardOptions } from './reward.js';
