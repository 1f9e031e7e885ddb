/** Data sets: read and written in TRL's formats, built from rollouts, turned into what steps eat. */
export { tokenBatches } from './batches.js';
export type { BuiltSet, ErrorSpan, SampleColumns, SampleSource } from './built-set.js';
export { collectCandidates, type Candidates, type CollectCandidatesInput } from './candidates.js';
export {
  corruptAndVerify,
  type CorruptedSample,
  type CorruptionCount,
  type CorruptOptions,
  type CorruptResult,
} from './corrupt.js';
export type { Drops } from './drops.js';
export type { TokenWeightOptions } from './error-weights.js';
export {
  datasetTypes,
  extractPrompt,
  type DatasetRows,
  type DatasetType,
  type FreeColumns,
  type LanguageModelingRow,
  type PreferenceRow,
  type PromptCompletionRow,
  type PromptOnlyRow,
  type TextOrMessages,
  type UnpairedPreferenceRow,
} from './formats.js';
export {
  generateProblems,
  generationFormats,
  readTopics,
  type GeneratedProblem,
  type GeneratedSet,
  type GenerateProblemsOptions,
  type GenerationFormat,
  type GenerationManifest,
  type GenerationProgress,
} from './generate/index.js';
export { writeBuiltSets, type Manifest, type ManifestEntry } from './manifest.js';
export { buildNBest, type BuildNBestOptions, type NBestRow } from './n-best.js';
export { packBestFit, packWrapped } from './packing.js';
export type { CorruptionColumn, PairRow } from './pair-row.js';
export { buildPairs, type BuildPairsOptions } from './pairs.js';
export { preferencePairs, type EncodedPairs, type EncodeRowsOptions } from './preference-pairs.js';
export { rankings, type RankBy } from './ranking.js';
export {
  allExamples,
  generatedExamples,
  handMadeExamples,
  mainFinding,
  pipelineStages,
  runPipeline,
  type CompiledExample,
  type ExampleIndex,
  type ExampleSource,
  type FoundPlace,
  type PipelineInput,
  type PipelineResult,
  type PipelineRow,
  type PipelineStage,
  type RewardedExample,
  type RewardedToken,
  type RewardTools,
  type SideFeedback,
  type SideRewards,
  type SourceItem,
  type StageCount,
} from './pipeline/index.js';
export { readDataset, type Dataset, type ReadDatasetOptions } from './read-dataset.js';
export { referencePairs, type ReferencePairsOptions } from './reference-pairs.js';
export type { PreferencePair, UnpairedExample } from './rows.js';
export type { SampleRow } from './sample-row.js';
export {
  sftSequences,
  type PromptCompletion,
  type SftOptions,
  type SftRow,
  type SftSet,
} from './sft.js';
export { buildSft, type BuildSftInput, type BuildSftOptions } from './sft-set.js';
export { buildUnpaired, type BuildUnpairedOptions, type UnpairedRow } from './unpaired.js';
export { unpairedExamples, type EncodedExamples } from './unpaired-examples.js';
export { writeJsonl, writeParquet, type WrittenFile } from './write-dataset.js';
