export { openRolloutIndex } from './open.js';
export type {
  LogIndex,
  QueryColumn,
  QueryParameter,
  QueryResult,
  QueryRow,
  QueryValue,
  RolloutIndexOptions,
  SelectOptions,
} from './records.js';
export type { RolloutIndex } from './rollout-index.js';
export { indexTables, type IndexTable } from './schema.js';
export type {
  GroupStatistics,
  OutcomeCounts,
  PromptAccuracyTable,
  StatisticsOptions,
  StepStatistics,
} from './statistics.js';
