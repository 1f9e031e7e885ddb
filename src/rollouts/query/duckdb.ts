import type * as DuckDB from '@duckdb/node-api';
import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { environmentError } from '../../errors.js';
import { temporaryFolder } from '../../temporary-folder.js';
import type { RolloutIndexOptions } from './records.js';

/** An empty database in memory and its folder for what does not fit. */
export interface Database {
  connection: DuckDB.DuckDBConnection;
  temporary: string;
  close(): void;
}

/**
 * DuckDB is 70 MB of native code, so it is loaded here, when a query is made, and not with the library.
 * Nothing is fetched: JSON and Parquet are built in.
 */
export async function openDatabase(
  options: Pick<RolloutIndexOptions, 'threads' | 'memoryMiB'>,
): Promise<Database> {
  const { threads = availableParallelism(), memoryMiB = 1024 } = options;
  const { DuckDBInstance } = await loadDuckDB();
  const temporary = temporaryFolder('query');
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(threads),
    memory_limit: `${memoryMiB}MiB`,
    temp_directory: temporary,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  return {
    connection,
    temporary,
    close() {
      connection.closeSync();
      instance.closeSync();
      rmSync(temporary, { recursive: true, force: true });
    },
  };
}

async function loadDuckDB(): Promise<typeof DuckDB> {
  try {
    return await import('@duckdb/node-api');
  } catch (cause) {
    throw environmentError(
      `Queries need DuckDB (@duckdb/node-api), which cannot be loaded on this machine (${process.platform} ${process.arch}). The log itself can be read without it: readRollouts.`,
      { cause },
    );
  }
}

/** A text as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function literals(texts: readonly string[]): string {
  return `[${texts.map(literal).join(', ')}]`;
}

/** A name as an SQL identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
