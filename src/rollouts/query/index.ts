export { openRolloutIndex } from './open.js';
export type {
  LogIndex,
  QueryColumn,
  QueryParameter,
  QueryResult,
  QueryRow,
  QueryValue,
  RolloutIndex,
  RolloutIndexOptions,
  SelectOptions,
} from './records.js';
export { indexTables, type IndexTable } from './schema.js';
export type {
  GroupStatistics,
  OutcomeCounts,
  PromptAccuracyTable,
  StatisticsOptions,
  StepStatistics,
} from './statistics.js';
