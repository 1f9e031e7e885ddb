import path from 'node:path';
import { inputError } from '../errors.js';
import { readRows } from '../tasks/files/rows.js';
import { checkDatasetPath } from './dataset-path.js';
import {
  checkRow,
  datasetTypes,
  isConversational,
  recogniseType,
  type Checked,
  type DatasetRows,
  type DatasetType,
  type FreeColumns,
} from './formats.js';

export interface ReadDatasetOptions<T extends DatasetType = DatasetType> {
  /** TRL's type of the rows. @default what the columns of the first row tell */
  readonly format?: T;
  /** A bad line is an error that names it, or is left out and counted. @default 'fail' */
  readonly onBad?: 'fail' | 'skip';
  /** Rows at most. @default all */
  readonly limit?: number;
  /** Names of TRL's columns in the file: `{ prompt: 'question', completion: 'answer' }`. */
  readonly columns?: Readonly<Record<string, string>>;
}

export interface Dataset<T extends DatasetType = DatasetType> {
  file: string;
  type: T;
  conversational: boolean;
  rows: DatasetRows[T][];
  /** Lines left out: how many, and the first of them with their reasons. */
  skipped: { count: number; examples: { where: string; reason: string }[] };
}

/** Reasons of left-out lines that a data set keeps. */
const keptReasons = 20;

/**
 * A data set in one of TRL's formats, from JSON lines, a JSON list, CSV (each also with `.gz`) or
 * Parquet. A preference row without `prompt` has what its sides share split off (`extractPrompt`).
 */
export async function readDataset<T extends DatasetType = DatasetType>(
  file: string,
  options: ReadDatasetOptions<T> = {},
): Promise<Dataset<T>> {
  const { onBad = 'fail', limit = Infinity, columns = {} } = options;
  checkOptions(options);
  checkDatasetPath(file);
  const rows: FreeColumns[] = [];
  const skipped: Dataset['skipped'] = { count: 0, examples: [] };
  let type: DatasetType | null = options.format ?? null;
  let conversational: boolean | null = null;
  for await (const read of readRows(file)) {
    const where = `${path.dirname(file)}/${read.place}`;
    const renamed = 'reason' in read ? read : rename(read.value, columns);
    let checked: Checked<FreeColumns> = renamed;
    if ('row' in renamed) {
      type ??= recogniseType(renamed.row);
      checked =
        type === null ? { reason: unknownColumns(renamed.row) } : checkRow(type, renamed.row);
    }
    if ('row' in checked) {
      conversational ??= isConversational(checked.row);
      if (isConversational(checked.row) === conversational) {
        rows.push(checked.row);
        if (rows.length >= limit) break;
        continue;
      }
      checked = {
        reason: `has ${conversational ? 'texts, the rows before it messages' : 'messages, the rows before it texts'}`,
      };
    }
    if (onBad === 'fail')
      throw inputError(
        `${where}: ${checked.reason.replace(/\.$/, '')}. Mend or remove it, or leave bad lines out (onBad: 'skip').`,
      );
    skipped.count++;
    if (skipped.examples.length < keptReasons)
      skipped.examples.push({ where, reason: checked.reason });
  }
  if (type === null || rows.length === 0) throw inputError(nothingRead(file, skipped));
  return {
    file,
    type: type as T,
    conversational: conversational ?? false,
    rows: rows as DatasetRows[T][],
    skipped,
  };
}

function rename(
  value: FreeColumns,
  columns: Readonly<Record<string, string>>,
): Checked<FreeColumns> {
  const row = { ...value };
  for (const [name, theirs] of Object.entries(columns)) {
    if (!(theirs in row))
      return {
        reason: `has no column ${theirs} to take as ${name}; there are ${Object.keys(row).join(', ')}`,
      };
    row[name] = row[theirs];
  }
  return { row };
}

function unknownColumns(row: FreeColumns): string {
  if ('completions' in row && 'labels' in row)
    return 'is stepwise supervision (completions, labels), which no trainer here learns from';
  return `has the columns ${Object.keys(row).join(', ') || '(none)'}, which are no format of TRL's: text | messages | prompt, completion | prompt, chosen, rejected | chosen, rejected | prompt, completion, label | prompt. Name them, such as columns: { prompt: 'question', completion: 'answer' }`;
}

function nothingRead(file: string, { count, examples }: Dataset['skipped']): string {
  if (count === 0) return `${file}: expected at least one row, got none. Give a file with rows.`;
  return `${file}: expected at least one good row, but all ${count} were skipped; the first: ${examples[0].where}: ${examples[0].reason}. Mend the file, or name its format and columns.`;
}

function checkOptions({ format, limit = Infinity }: ReadDatasetOptions): void {
  if (format !== undefined && !datasetTypes.includes(format))
    throw inputError(
      `readDataset: expected format to be one of ${datasetTypes.join(', ')}, got ${JSON.stringify(format)}.`,
    );
  if (limit !== Infinity && (!Number.isInteger(limit) || limit < 1))
    throw inputError(
      `readDataset: expected limit to be a whole number above 0, got ${limit}. Leave it out for all rows.`,
    );
}
