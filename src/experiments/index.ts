export * from './config/index.js';
export type * from './run/events.js';
export type { RunOptions, RunResult } from './run/active-run.js';
export type { Hardware, RunMetadata } from './run/metadata.js';
export type { MetricsLogRow } from './run/metrics-log.js';
export { readMetrics } from './run/metrics-log.js';
export type { RunSummary } from './run/find-run.js';
export type { RunFolder } from './run/run-folder.js';
export type { RunFilePaths } from './run/run-paths.js';
export type { RunKind, RunStatus } from './run/run-status.js';
export { findInterruptedRun, findRun, listRuns } from './run/find-run.js';
export { storedConfig } from './run/run-folder.js';
export { runPaths } from './run/run-paths.js';
export { trainPretrain } from './pretrain/pretrain.js';
export type { Fork, ForkOptions } from './run/fork.js';
export { forkRun } from './run/fork.js';
export { runTour } from './tour.js';
export { train } from './train.js';
export { readRunEvaluations, type Evaluations } from './stages/evaluate.js';
export type { ArmSummary, PairSummary, StudySummary } from './study/index.js';
export { planStudy, runStudy, writeStudyReport } from './study/index.js';
export * from './pipeline/index.js';
export {
  analyseArms,
  configBeside,
  explainRun,
  readArms,
  readRecorded,
  recordedProblems,
  rescoreRun,
  type ReadArmsOptions,
  type Recorded,
  type RescoredRun,
  type RescoreRunOptions,
} from './recorded/index.js';
export { openRewards, parseRewardEntry } from './workplace/index.js';
export * from './discriminator/index.js';
export {
  exportRun,
  findRuns,
  planPruning,
  planRemoval,
  pruneRuns,
  removeRuns,
  runDetails,
  runEntries,
  writeHtmlReport,
  type Exported,
  type ExportOptions,
  type FoundRun,
  type HtmlReportOptions,
  type Prunable,
  type PruneOptions,
  type Removal,
  type RunDetails,
  type RunEntry,
} from './runs/index.js';
export { readRunConfig } from './run/read-run-config.js';
