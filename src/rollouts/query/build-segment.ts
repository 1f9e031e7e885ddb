import type { DuckDBConnection } from '@duckdb/node-api';
import { closeSync, fsyncSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { inputError } from '../../errors.js';
import { logLines, parseLine } from '../log-reader.js';
import { listColumns, recordTypes, rolloutColumns } from './columns.js';
import { literal } from './duckdb.js';
import type { LogPart } from './log-parts.js';

export interface SegmentInput {
  /** The log, for messages. */
  log: string;
  part: LogPart;
  /** Lines of the log before this part. */
  linesBefore: number;
  /** A file for the JSON of the part, removed by whoever made its folder. */
  json: string;
  /** The Parquet file to make. */
  to: string;
}

/** Some lines of a log as a Parquet file, safe on disk. A damaged line is an error that names it. */
export async function buildSegment(
  connection: DuckDBConnection,
  input: SegmentInput,
): Promise<void> {
  const { log, part, linesBefore, json, to } = input;
  writeFileSync(json, part.bytes);
  try {
    await connection.run(copyStatement(input, part.longestLine));
  } catch {
    // Either a line is damaged, which this tells, or it holds half a character (a lone surrogate,
    // where a tool's output was cut), which JSON allows and DuckDB does not.
    const longest = writeWellFormed(input);
    try {
      await connection.run(copyStatement(input, longest));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
      throw inputError(
        `${log}: lines ${linesBefore + 1} to ${linesBefore + part.lines} cannot be indexed: ${reason}`,
        { cause },
      );
    }
  }
  const descriptor = openSync(to, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function copyStatement({ json, to, linesBefore }: SegmentInput, longestLine: number): string {
  const types = Object.entries(recordTypes).map(([name, type]) => `"${name}": ${literal(type)}`);
  const columns = [...rolloutColumns, ...listColumns].map(({ name, type, from }) =>
    name === 'log_line'
      ? `${linesBefore} + row_number() OVER () AS log_line`
      : `CAST(${from} AS ${type}) AS "${name}"`,
  );
  const size = Math.max(1 << 24, longestLine + 1);
  return (
    `COPY (SELECT ${columns.join(', ')} FROM read_json(${literal(json)}, ` +
    `format = 'newline_delimited', columns = {${types.join(', ')}}, maximum_object_size = ${size})) ` +
    `TO ${literal(to)} (FORMAT parquet, COMPRESSION zstd)`
  );
}

/** The JSON again, every half character replaced by U+FFFD. Returns the longest line's bytes. */
function writeWellFormed({ log, json, linesBefore }: SegmentInput): number {
  const lines: string[] = [];
  for (const { bytes, number } of logLines(json)) {
    const record = parseLine(bytes, log, linesBefore + number);
    lines.push(
      JSON.stringify(record, (_, value: unknown) =>
        typeof value === 'string' ? value.replace(/\p{Surrogate}/gu, '\ufffd') : value,
      ),
    );
  }
  const descriptor = openSync(json, 'w');
  try {
    for (const line of lines) writeSync(descriptor, `${line}\n`);
  } finally {
    closeSync(descriptor);
  }
  return Math.max(...lines.map((line) => Buffer.byteLength(line) + 1));
}
