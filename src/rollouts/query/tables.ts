import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  diagnosticColumns,
  listColumns,
  rewardColumns,
  rolloutColumns,
  type IndexColumn,
} from './columns.js';
import { identifier, literal, literals, type Database } from './duckdb.js';

/** A log as a query names it, and its segments. */
export interface IndexedLog {
  log: string;
  segments: readonly string[];
}

/**
 * Makes the tables `rollouts`, `rewards`, `diagnostics` and `metrics` over the segments and the
 * `metrics.jsonl` beside the logs, and then shuts the database in: no file but the segments can be
 * opened, nothing written, no setting changed, whatever a query asks for.
 */
export async function makeTables(
  { connection, temporary }: Database,
  logs: readonly IndexedLog[],
): Promise<void> {
  await connection.run(`CREATE VIEW segments AS ${logs.map(segmentsOf).join(' UNION ALL ')}`);
  await connection.run(`CREATE VIEW rollouts AS SELECT ${names(rolloutColumns)} FROM segments`);
  await connection.run(
    `CREATE VIEW rewards AS SELECT ${made(rewardColumns)} FROM ` +
      `(SELECT log_file, ${owners}, unnest(rewards) AS r FROM segments)`,
  );
  await connection.run(
    `CREATE VIEW diagnostics AS SELECT ${made(diagnosticColumns)} FROM ` +
      `(SELECT log_file, ${owners}, unnest(diagnostics) AS d, ` +
      'generate_subscripts(diagnostics, 1) - 1 AS i FROM segments)',
  );
  await connection.run(metricsTable(logs, path.join(temporary, 'metrics.jsonl')));
  await connection.run(`SET allowed_paths = ${literals(logs.flatMap(({ segments }) => segments))}`);
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
}

const owners = 'id, run, step, problem_id';

function names(columns: readonly IndexColumn[]): string {
  return ['log_file', ...columns.map(({ name }) => identifier(name))].join(', ');
}

function made(columns: readonly IndexColumn[]): string {
  const each = columns.map(({ from, type, name }) => `CAST(${from} AS ${type}) AS "${name}"`);
  return ['log_file', ...each].join(', ');
}

function segmentsOf({ log, segments }: IndexedLog): string {
  if (segments.length > 0)
    return `SELECT ${literal(log)} AS log_file, * FROM read_parquet(${literals(segments)})`;
  const columns = [...rolloutColumns, ...listColumns].map(
    ({ name, type }) => `CAST(NULL AS ${type}) AS "${name}"`,
  );
  return `SELECT ${literal(log)} AS log_file, ${columns.join(', ')} WHERE false`;
}

/** All rows of the runs' `metrics.jsonl`: `log_file`, `run` (the folder's name), `step`, the metrics. */
function metricsTable(logs: readonly IndexedLog[], file: string): string {
  const rows = logs.flatMap(({ log }) => metricsBeside(log));
  const keys = new Set(rows.flatMap((row) => Object.keys(row)));
  for (const key of ['log_file', 'run', 'step']) keys.delete(key);
  const types = [
    ...['log_file', 'run'].map((name) => `${identifier(name)}: 'VARCHAR'`),
    "step: 'INTEGER'",
    ...[...keys].map((key) => `${identifier(key)}: 'DOUBLE'`),
  ];
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return (
    `CREATE TABLE metrics AS SELECT * FROM read_json(${literal(file)}, ` +
    `format = 'newline_delimited', columns = {${types.join(', ')}})`
  );
}

function metricsBeside(log: string): Record<string, unknown>[] {
  const folder = path.dirname(log);
  const file = path.join(folder, 'metrics.jsonl');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  lines.pop(); // a row still being written
  return lines.map((line) => ({
    ...(JSON.parse(line) as Record<string, unknown>),
    log_file: log,
    run: path.basename(path.resolve(folder)),
  }));
}
