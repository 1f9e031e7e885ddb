import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { usageError } from '../../errors.js';
import type { LogIndex, QueryResult } from '../../rollouts/index.js';
import type { StyledLine } from '../styled.js';
import { line, padEnd, span } from '../styled.js';
import { thousands } from '../views/numbers.js';
import { queryCsv, queryTable } from '../views/query-table.js';
import type { Command, CommandContext, CommandInput, CommandResult } from './command.js';
import { flagOption, wholeOption } from './command.js';

const ROWS_SHOWN = 40;
const RUNS = 'runs';

export const queryCommand: Command = {
  name: 'query',
  summary: 'SQL over the rollouts of runs: outcomes, rewards, findings, metrics',
  arguments: [
    { name: 'sql', summary: 'one SELECT statement (not with --schema)', required: false },
    {
      name: 'runs',
      summary: 'run folders or rollouts.jsonl files (default: the only run in runs/)',
      required: false,
      many: true,
    },
  ],
  options: [
    { flags: '--schema', summary: 'the tables and columns there are' },
    {
      flags: '--limit <rows>',
      summary: `rows to print, 0 is all (default: ${ROWS_SHOWN}, of --json and --csv all)`,
    },
    { flags: '--csv', summary: 'print comma-separated values' },
  ],
  examples: [
    'rlsf query "select step, outcome, count(*) n from rollouts group by all order by all" runs/tour',
    'rlsf query "select run, avg(reward) from rollouts group by run" runs/* --csv',
    'rlsf query "select kind, count(distinct id) n from diagnostics group by kind order by n desc" runs/tour',
    'rlsf query --schema',
  ],
  async run(input, context) {
    if (flagOption(input, 'schema')) return schema(input, context);
    const sql = statementOf(input);
    const format = formatOf(input, context);
    const limit = wholeOption(input, 'limit', format === 'table' ? ROWS_SHOWN : 0) || Infinity;
    const { openRolloutIndex } = await import('../../rollouts/index.js');
    let isTold = false;
    const index = await openRolloutIndex(logsOf(input.rest ?? []), {
      signal: context.signal,
      onProgress(bytes, total) {
        if (!isTold && bytes < total) context.note('Indexing the rollouts, once …');
        isTold = true;
      },
    });
    try {
      tellTemporary(index.logs, context);
      const result = await index.select(sql, { limit, signal: context.signal });
      return show(result, format, index.logs, context);
    } finally {
      index.close();
    }
  },
};

type Format = 'table' | 'json' | 'csv';

function formatOf(input: CommandInput, context: CommandContext): Format {
  const csv = flagOption(input, 'csv');
  if (csv && context.json)
    throw usageError('rlsf query: expected --csv or --json, got both. Leave one out.');
  return csv ? 'csv' : context.json ? 'json' : 'table';
}

function show(
  result: QueryResult,
  format: Format,
  logs: readonly LogIndex[],
  context: CommandContext,
): CommandResult {
  const { columns, rows, hasMore } = result;
  const value = rows.map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i]])));
  if (format !== 'table' && hasMore)
    context.note(`There are more rows than ${rows.length} (--limit).`);
  if (format === 'csv') {
    context.write(queryCsv(result));
    return { value, lines: [] };
  }
  const all = logs.reduce((sum, { rollouts }) => sum + rollouts, 0);
  const counted = `${rows.length} row${rows.length === 1 ? '' : 's'}`;
  const more = hasMore ? ', there are more (--limit 0 for all)' : '';
  const from = `${thousands(all)} rollouts${logs.length === 1 ? '' : ` in ${logs.length} logs`}`;
  return {
    value,
    lines: [...queryTable(result, context.width), line(span(`${counted}${more} · ${from}`, 'dim'))],
  };
}

function tellTemporary(logs: readonly LogIndex[], context: CommandContext): void {
  for (const { log, isTemporary } of logs)
    if (isTemporary)
      context.note(
        `${path.dirname(log)} cannot be written: its index was made in a temporary folder, for this query only.`,
      );
}

function statementOf(input: CommandInput): string {
  const sql = input.arguments['sql'];
  const example = 'rlsf query "select step, avg(reward) from rollouts group by step" runs/tour';
  if (sql === undefined)
    throw usageError(`rlsf query: expected a SELECT statement, got none. For example: ${example}`);
  if (existsSync(sql))
    throw usageError(
      `rlsf query: expected the statement first, got ${sql}. For example: ${example}`,
    );
  return sql;
}

/** The logs meant: those named, or the only one that is there. */
function logsOf(places: readonly string[]): string[] {
  if (places.length === 0) return [onlyLog()];
  const found = places.map((place) => ({
    place,
    log: logAt(place) ?? logAt(path.join(RUNS, place)),
  }));
  const logs = found.flatMap(({ log }) => (log === null ? [] : [log]));
  // With runs/* a run without rollouts (supervised training) is not a mistake.
  const missing = found.find(({ place, log }) => log === null && !isFolder(place));
  if (missing || logs.length === 0) {
    const { place } = missing ?? found[0];
    throw usageError(
      `rlsf query: expected a run folder or a rollouts.jsonl, got ${place}, ${isFolder(place) ? 'in which there is none' : 'which is not there'}.${listOf(runsThere())}`,
    );
  }
  return logs;
}

function onlyLog(): string {
  const here = logAt('.');
  if (here !== null) return here;
  const logs = runsThere();
  if (logs.length === 1) return logs[0];
  throw usageError(
    logs.length === 0
      ? `rlsf query: expected a run folder or a rollouts.jsonl behind the statement: there is none under ${RUNS}/.`
      : `rlsf query: which run? There are ${logs.length}.${listOf(logs)} All: ${RUNS}/*.`,
  );
}

/** The log of a place, `null` where there is none. */
function logAt(place: string): string | null {
  if (!existsSync(place)) return null;
  if (!isFolder(place)) return place;
  const logs = ['rollouts.jsonl', 'candidates_annotated.jsonl'];
  return logs.map((name) => path.join(place, name)).find(existsSync) ?? null;
}

/** The logs right under `runs/`, the newest first. */
function runsThere(): string[] {
  if (!isFolder(RUNS)) return [];
  return readdirSync(RUNS)
    .flatMap((name) => logAt(path.join(RUNS, name)) ?? [])
    .filter((log) => log.endsWith('.jsonl'))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
}

function listOf(logs: readonly string[]): string {
  if (logs.length === 0) return '';
  return ` Newest: ${logs
    .slice(0, 3)
    .map((log) => path.dirname(log))
    .join(', ')}.`;
}

function isFolder(place: string): boolean {
  return existsSync(place) && statSync(place).isDirectory();
}

/** The tables; of runs that are named, `metrics` with the columns it has. */
async function schema(input: CommandInput, context: CommandContext): Promise<CommandResult> {
  const { indexTables, openRolloutIndex } = await import('../../rollouts/index.js');
  const { sql: first } = input.arguments;
  const places = first === undefined ? [] : [first, ...(input.rest ?? [])];
  let tables = indexTables();
  if (places.length > 0) {
    const index = await openRolloutIndex(logsOf(places), { signal: context.signal });
    try {
      tellTemporary(index.logs, context);
      const { rows } = await index.select('DESCRIBE metrics');
      const columns = rows.map(([name, type]) => ({ name: `${name}`, type: `${type}`, about: '' }));
      tables = tables.map((table) => (table.name === 'metrics' ? { ...table, columns } : table));
    } finally {
      index.close();
    }
  }
  const lines = tables.flatMap(({ name, about, columns }): StyledLine[] => {
    const width = Math.max(...columns.map((column) => column.name.length)) + 2;
    return [
      line(span(name, 'title'), span(`  ${about}`, 'dim')),
      ...columns.map((column) =>
        line(
          `  ${padEnd(column.name, width)}${padEnd(column.type.toLowerCase(), 9)}`,
          span(column.about, 'dim'),
        ),
      ),
    ];
  });
  return { value: tables, lines };
}
