import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { inputError } from '../../errors.js';
import { parseHubId } from '../../hub/id.js';
import type { TaskOptions } from '../task.js';
import { dataEndings } from './rows.js';

/** Where the data of a task is, and how its files are called. */
export interface DataSource {
  /** Which files belong to which split, by their paths in the folder or repository; the first that fits. */
  splits: Readonly<Record<string, RegExp>>;
  /** Its id on the Hub. */
  hub: string | null;
  /** Its folder in `RLSF_DATA` or `data`. @default the task's name */
  folder?: string;
  /** Where else it is had, and which files: `train.jsonl and test.jsonl of github.com/…`. */
  files: string;
}

/** The split of a single file, and of files that are named after none. */
export const wholeSplit = 'all';

/**
 * The files of each split. `path` is a file, a folder that is searched three levels deep, or a data set
 * of the Hub; without one, the folder of the task's name in `RLSF_DATA` or `data`.
 */
export async function findFiles(
  task: string,
  source: DataSource,
  options: TaskOptions,
): Promise<Record<string, string[]>> {
  const given =
    options.path ?? path.join(process.env['RLSF_DATA'] ?? 'data', source.folder ?? task);
  const local = given.startsWith('~/') ? path.join(homedir(), given.slice(2)) : given;
  const found = await stat(local).catch(() => null);
  if (found?.isFile()) return bySplit(path.dirname(local), [path.basename(local)], source, true);
  if (found?.isDirectory()) {
    const splits = bySplit(local, await dataFiles(local), source, false);
    if (Object.keys(splits).length > 0) return splits;
    throw inputError(`Task ${task}: ${local} has none of its files. ${remedy(task, source)}`);
  }
  const id = options.path === undefined ? null : parseHubId(options.path);
  if (id === null) throw inputError(`Task ${task}: there is no ${local}. ${remedy(task, source)}`);
  const wanted = (file: string): boolean =>
    dataEndings.test(file) && Object.values(source.splits).some((pattern) => pattern.test(file));
  // Imported when first needed: the client costs start-up time.
  const { hubDataset } = await import('../../hub/dataset.js');
  const { folder, files } = await hubDataset(id, wanted, options);
  return bySplit(folder, files, source, false);
}

function remedy(task: string, { hub, files, folder = task }: DataSource): string {
  const byHand = `Get ${files}, and put them in data/${folder} or name their file or folder (--path)`;
  return hub === null ? `${byHand}.` : `${byHand}; or have it fetched from the Hub: --path ${hub}.`;
}

/** Data files below a folder, with `/` in their names, sorted. */
async function dataFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names
    .map((name) => name.replaceAll(path.sep, '/'))
    .filter((name) => dataEndings.test(name) && name.split('/').length <= 3)
    .sort();
}

function bySplit(
  folder: string,
  files: readonly string[],
  { splits }: DataSource,
  isNamed: boolean,
): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const file of files) {
    const split = Object.keys(splits).find((name) => splits[name].test(file));
    if (split === undefined && !isNamed) continue;
    (found[split ?? wholeSplit] ??= []).push(path.join(folder, file));
  }
  return found;
}
