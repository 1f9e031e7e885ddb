/** The learned discriminator: its data, its training, its file and its report. */
export {
  discriminatorData,
  type DiscriminatorData,
  type DiscriminatorDataOptions,
  type SplitName,
} from './data.js';
export { checkDiscriminatorFolder, loadDiscriminator, writeDiscriminator } from './file.js';
export {
  aucInterval,
  measureDiscriminator,
  type DiscriminatorMeasures,
  type MeasureOptions,
  type ScoredText,
} from './measures.js';
export { discriminatorReportText } from './report.js';
export {
  problemsOfTexts,
  readPolicyTexts,
  type DiscriminatorText,
  type PolicyText,
} from './texts.js';
export {
  trainDiscriminator,
  type DiscriminatorReport,
  type TrainDiscriminatorInput,
  type TrainedDiscriminator,
} from './train-discriminator.js';
export { weightyNGrams, type WeightyNGram } from './weighty.js';
