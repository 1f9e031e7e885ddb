import type { DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api';
import { inputError } from '../../errors.js';
import type { QueryResult, QueryValue, SelectOptions } from './records.js';
import { plainValue } from './values.js';

const SELECT = 1;
const EXPLAIN = 4;

/** One SELECT statement and its rows; a mistake in it is an error that shows the place. */
export async function select(
  connection: DuckDBConnection,
  sql: string,
  options: SelectOptions = {},
): Promise<QueryResult> {
  const { parameters = [], limit = Infinity, signal } = options;
  signal?.throwIfAborted();
  const stop = (): void => connection.interrupt();
  signal?.addEventListener('abort', stop);
  let statement: DuckDBPreparedStatement | null = null;
  try {
    statement = await prepareSelect(connection, sql);
    if (statement.parameterCount !== parameters.length) {
      throw inputError(
        `query: expected ${statement.parameterCount} parameters, as the statement has places, got ${parameters.length}.`,
      );
    }
    statement.bind([...parameters]);
    const result = await statement.stream();
    const names = result.deduplicatedColumnNames();
    const columns = names.map((name, i) => ({ name, type: String(result.columnType(i)) }));
    const rows: QueryValue[][] = [];
    for await (const chunk of result.yieldRowsJs()) {
      for (const row of chunk) {
        if (rows.length >= limit) return { columns, rows, hasMore: true };
        rows.push(row.map(plainValue));
      }
    }
    return { columns, rows, hasMore: false };
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
    statement?.destroySync();
  }
}

/** Only what reads: one statement, a SELECT (or EXPLAIN of one). */
async function prepareSelect(
  connection: DuckDBConnection,
  sql: string,
): Promise<DuckDBPreparedStatement> {
  const only =
    'A query is one SELECT statement (or EXPLAIN, DESCRIBE, SUMMARIZE): it reads the rollouts and changes nothing.';
  if (sql.replaceAll(/--.*|\/\*[\s\S]*?\*\//g, '').trim() === '')
    throw inputError(`query: expected a statement, got none. ${only}`);
  const statements = await connection.extractStatements(sql);
  if (statements.count !== 1)
    throw inputError(`query: expected one statement, got ${statements.count}. ${only}`);
  const statement = await statements.prepare(0);
  const kind: number = statement.statementType;
  if (kind === SELECT || kind === EXPLAIN) return statement;
  statement.destroySync();
  throw inputError(`query: expected a SELECT, got another kind of statement. ${only}`);
}
