/** What an index is asked with and answers with: plain types, none of them DuckDB's. */

export interface RolloutIndexOptions {
  /** @default the cores of this machine */
  readonly threads?: number;
  /** What a query may hold; more is put on disk, in the folder for temporary files. @default 1024 */
  readonly memoryMiB?: number;
  /** Bytes of the log in one segment of the index. @default 128 MiB */
  readonly segmentBytes?: number;
  /** Stops the making of the index. */
  readonly signal?: AbortSignal;
  /** While the index is made: bytes of the log that it holds. */
  readonly onProgress?: (bytes: number, totalBytes: number) => void;
}

/** What an index holds of one log. */
export interface LogIndex {
  log: string;
  /** Where its Parquet files lie. */
  folder: string;
  rollouts: number;
  /** Of them, read from the log by the last update. */
  added: number;
  /** The folder of the log cannot be written: the index lasts until it is closed. */
  isTemporary: boolean;
}

/** In the place of `?` or `$1`, `$2`, … */
export type QueryParameter = null | boolean | number | string;

export interface SelectOptions {
  readonly parameters?: readonly QueryParameter[];
  /** Rows to hand back. @default all */
  readonly limit?: number;
  /** Stops the query. */
  readonly signal?: AbortSignal;
}

export interface QueryResult {
  columns: QueryColumn[];
  /** In the order of the columns. */
  rows: QueryValue[][];
  /** There were more rows than `limit`. */
  hasMore: boolean;
}

export interface QueryColumn {
  name: string;
  /** DuckDB's name of it. */
  type: string;
}

/** A value of a result, as JSON has it; whole numbers that a double cannot hold are texts. */
export type QueryValue =
  null | boolean | number | string | QueryValue[] | { [name: string]: QueryValue };

export type QueryRow = Record<string, QueryValue>;
