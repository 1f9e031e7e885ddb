import type { LogIndex, QueryParameter, QueryResult, QueryRow, SelectOptions } from './records.js';
import type {
  GroupStatistics,
  OutcomeCounts,
  PromptAccuracyTable,
  StatisticsOptions,
  StepStatistics,
} from './statistics.js';

/** Rollout logs as tables. The log is only read: a training that writes it is never held back. */
export interface RolloutIndex {
  readonly logs: readonly LogIndex[];
  /** Rows of one SELECT statement; parameters stand for `?`. Tables and columns: `indexTables`. */
  query(sql: string, parameters?: readonly QueryParameter[]): Promise<QueryRow[]>;
  /** The same with the columns' types, a limit, and a signal that stops it. */
  select(sql: string, options?: SelectOptions): Promise<QueryResult>;
  promptAccuracy(options?: StatisticsOptions): Promise<PromptAccuracyTable>;
  outcomeCounts(options?: StatisticsOptions): Promise<OutcomeCounts>;
  groupStatistics(
    options?: StatisticsOptions,
  ): Promise<{ groups: GroupStatistics[]; steps: StepStatistics[] }>;
  /** Takes in what the logs gained since. */
  refresh(): Promise<void>;
  close(): void;
}
