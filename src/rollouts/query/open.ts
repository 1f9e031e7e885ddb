import { accessSync, constants, existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { inputError } from '../../errors.js';
import { temporaryFolder } from '../../temporary-folder.js';
import { openDatabase, type Database } from './duckdb.js';
import type { LogIndex, QueryResult, RolloutIndexOptions, SelectOptions } from './records.js';
import type { RolloutIndex } from './rollout-index.js';
import { removeSegments, updateSegments } from './segments.js';
import { select } from './select.js';
import { sqlError } from './sql-error.js';
import { groupStatisticsOf, outcomeCountsOf, promptAccuracyOf, type Ask } from './statistics.js';
import { makeTables } from './tables.js';

/**
 * Opens the columnar index of one or several rollout logs, kept beside each as `rollouts.index/`. What
 * is missing in it is made from the log first.
 * @param files logs, or folders of runs
 */
export async function openRolloutIndex(
  files: string | readonly string[],
  options: RolloutIndexOptions = {},
): Promise<RolloutIndex> {
  const places = (typeof files === 'string' ? [files] : [...new Set(files)]).map(placeOf);
  if (places.length === 0) throw inputError('openRolloutIndex: expected a rollout log, got none.');
  let opened: Opened;
  try {
    opened = await openTables(places, options);
  } catch (error) {
    removeTemporary(places);
    throw error;
  }
  const reopen = async (): Promise<void> => {
    const next = await openTables(places, options);
    opened.database.close();
    opened = next;
  };
  const ask = async (sql: string, given: SelectOptions = {}): Promise<QueryResult> => {
    try {
      return await select(opened.database.connection, sql, given);
    } catch (error) {
      // Another process has put a longer segment in the place of one of these.
      if (opened.segments.every((file) => existsSync(file))) throw sqlError(error);
      await reopen();
      return await select(opened.database.connection, sql, given).catch((again: unknown) => {
        throw sqlError(again);
      });
    }
  };
  const askWith: Ask = (sql, parameters) => ask(sql, { parameters });
  return {
    get logs() {
      return opened.logs;
    },
    async query(sql, parameters = []) {
      const { columns, rows } = await ask(sql, { parameters });
      return rows.map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i]])));
    },
    select: ask,
    promptAccuracy: (given) =>
      promptAccuracyOf(
        askWith,
        places.map(({ log }) => log),
        given,
      ),
    outcomeCounts: (given) => outcomeCountsOf(askWith, given),
    groupStatistics: (given) => groupStatisticsOf(askWith, given),
    refresh: reopen,
    close() {
      opened.database.close();
      removeTemporary(places);
    },
  };
}

interface Place {
  log: string;
  folder: string;
  isTemporary: boolean;
}

interface Opened {
  database: Database;
  logs: LogIndex[];
  segments: string[];
}

/** The log of a run folder, or the log itself, and where its index is kept. */
function placeOf(file: string): Place {
  const inFolder = path.join(file, 'rollouts.jsonl');
  const log = existsSync(inFolder) ? inFolder : file;
  if (!existsSync(log) || !/\.jsonl$/.test(log)) {
    throw inputError(
      `openRolloutIndex: expected a rollout log (.jsonl) or a run folder with a rollouts.jsonl, got ${file}${existsSync(file) ? '' : ', which is not there'}.`,
    );
  }
  const folder = log.replace(/\.jsonl$/, '.index');
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return { log, folder, isTemporary: false };
  } catch {
    return { log, folder: temporaryFolder('index'), isTemporary: true };
  }
}

function removeTemporary(places: readonly Place[]): void {
  for (const { folder, isTemporary } of places)
    if (isTemporary) rmSync(folder, { recursive: true, force: true });
}

/** Brings the index up to date and opens it. Segments that cannot be read are made again, once. */
async function openTables(places: readonly Place[], options: RolloutIndexOptions): Promise<Opened> {
  for (let attempt = 1; ; attempt++) {
    const logs: LogIndex[] = [];
    const indexed: { log: string; segments: string[] }[] = [];
    for (const { log, folder, isTemporary } of places) {
      const { files, rollouts, added } = await updateSegments(log, folder, options);
      logs.push({ log, folder, rollouts, added, isTemporary });
      indexed.push({ log, segments: files.map((file) => path.resolve(file)) });
    }
    const database = await openDatabase(options);
    try {
      await makeTables(database, indexed);
      return { database, logs, segments: indexed.flatMap(({ segments }) => segments) };
    } catch (error) {
      database.close();
      if (attempt > 1) throw error;
      for (const { folder } of places) removeSegments(folder);
    }
  }
}
