import path from 'node:path';
import { inputError, isRlsfError } from '../../errors.js';
import type { BadRow } from '../task.js';
import { csvRows } from './csv.js';
import { jsonRows } from './json.js';
import { parquetRows } from './parquet.js';
import type { FileRow } from './row.js';

/** What these files hold: JSON lines, JSON, CSV (all three also with `.gz`), Parquet. */
export const dataEndings = /\.(?:(?:jsonl|ndjson|json|csv)(?:\.gz)?|parquet)$/i;

/** The rows of a file, one by one; a row that does not parse is told, not thrown. */
export async function* readRows(file: string, signal?: AbortSignal): AsyncGenerator<FileRow> {
  const kind = dataEndings.exec(file)?.[0].toLowerCase();
  if (kind === undefined)
    throw inputError(
      `${file}: expected a file ending in .jsonl, .json, .csv (each also with .gz) or .parquet. Rename it, or convert it.`,
    );
  const rows = kind === '.parquet' ? parquetRows : kind.startsWith('.csv') ? csvRows : jsonRows;
  try {
    for await (const row of rows(file)) {
      signal?.throwIfAborted();
      yield row;
    }
  } catch (error) {
    if (isRlsfError(error) || signal?.aborted) throw error;
    throw inputError(
      `${file}: cannot be read (${error instanceof Error ? error.message : String(error)}). If it was cut short, fetch it again.`,
      { cause: error },
    );
  }
}

/**
 * Rows as items of a task. What `read` refuses (an input error) and what does not parse is a bad row:
 * the first one ends it, or (`skip`) they are left out and returned.
 */
export async function readItems<T>(
  file: string,
  {
    read,
    malformed,
    signal,
  }: {
    /** `index` counts the file's rows from 0, the bad ones too. */
    read: (value: Record<string, unknown>, place: string, index: number) => T;
    malformed: 'fail' | 'skip';
    signal?: AbortSignal;
  },
): Promise<{ items: T[]; bad: BadRow[] }> {
  const items: T[] = [];
  const bad: BadRow[] = [];
  let index = -1;
  for await (const row of readRows(file, signal)) {
    index++;
    const reason =
      'reason' in row ? row.reason : attempt(() => items.push(read(row.value, row.place, index)));
    if (reason === null) continue;
    if (malformed === 'fail')
      throw inputError(
        `${path.dirname(file)}/${row.place}: ${reason} Mend the row, or leave such rows out with malformed 'skip' (--malformed skip).`,
      );
    bad.push({ place: row.place, reason });
  }
  return { items, bad };
}

function attempt(act: () => unknown): string | null {
  try {
    act();
    return null;
  } catch (error) {
    if (isRlsfError(error) && error.tag === 'input') return error.message;
    throw error;
  }
}
