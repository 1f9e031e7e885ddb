import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { createRandom } from '../../algorithms/random.js';
import { inputError } from '../../errors.js';
import type { Language, Problem } from '../../records.js';
import { closest } from '../closest.js';
import type { Task, TaskOptions } from '../task.js';
import { ownFormats, readOwnProblem, statementFile, type OwnFormat } from './problem.js';

/**
 * The task of a folder: one problem (`statement.md`, `starter.cpp`, `tests.json`, `reference.cpp`), or a
 * folder for each, or such folders in `train` and `held_out`. Without those two, both splits are all of it.
 */
export async function openOwnTask(folder: string, options: TaskOptions): Promise<Task> {
  const found = await stat(folder).catch(() => null);
  if (!found?.isDirectory())
    throw inputError(
      `Task ${folder}: ${found ? 'expected a folder, got a file' : 'there is no such folder'}. Make one: rlsf tasks new ${folder}. A file of rows is a task of its own: rlsf tasks show jsonl --path ${folder}.`,
    );
  const name = path.basename(path.resolve(folder));
  const promptFormat = formatOf(name, options.promptFormat);
  const read = (problem: string, split: string): Promise<Problem> =>
    readOwnProblem(problem, { task: name, split, promptFormat });
  const splits = new Map<string, Problem[]>();
  for (const [split, problems] of await problemFolders(folder))
    splits.set(split, await Promise.all(problems.map((problem) => read(problem, split))));
  const only = splits.get('all');
  if (only !== undefined)
    for (const split of ['train', 'held_out'])
      splits.set(
        split,
        only.map((problem) => ({ ...problem, split })),
      );
  checkLanguage(name, [...splits.values()].flat(), options.language);
  const names = [...splits.keys()];
  return {
    name,
    summary: `The problems of ${folder}.`,
    splits: names,
    stop: [],
    problems({ split, n = Infinity, seed }) {
      const problems = splits.get(split);
      if (problems === undefined)
        throw inputError(
          `Task ${name}: expected a split of ${names.join(', ')}, got "${split}". Did you mean "${closest(split, names)}"?`,
        );
      return createRandom(`${name}/${split}/${seed}`).shuffle(problems).slice(0, n);
    },
    skipped: [],
    notes: [],
  };
}

/** Folders of problems by split. */
async function problemFolders(folder: string): Promise<Map<string, string[]>> {
  if (await isProblem(folder)) return new Map([['all', [folder]]]);
  const splits = new Map<string, string[]>();
  for (const split of ['train', 'held_out']) {
    const inside = await problemsIn(path.join(folder, split));
    if (inside.length > 0) splits.set(split, inside);
  }
  if (splits.size > 0) return splits;
  const all = await problemsIn(folder);
  if (all.length > 0) return new Map([['all', all]]);
  throw inputError(
    `Task ${folder}: expected ${statementFile} there, or in the folders below it; there is none. Make one: rlsf tasks new ${folder}/my-problem.`,
  );
}

async function problemsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const folders = names.sort().map((name) => path.join(folder, name));
  const are = await Promise.all(folders.map(isProblem));
  return folders.filter((_, i) => are[i]);
}

async function isProblem(folder: string): Promise<boolean> {
  return (await stat(path.join(folder, statementFile)).catch(() => null)) !== null;
}

function formatOf(name: string, given: string | undefined): OwnFormat {
  const found = ownFormats.find((format) => format === (given ?? ownFormats[0]));
  if (found) return found;
  throw inputError(
    `Task ${name}: expected a prompt format of ${ownFormats.join(', ')}, got "${given}". Did you mean "${closest(given ?? '', ownFormats)}"?`,
  );
}

function checkLanguage(
  name: string,
  problems: readonly Problem[],
  asked: Language | undefined,
): void {
  const other = problems.find(({ language }) => asked !== undefined && language !== asked);
  if (other)
    throw inputError(
      `Task ${name}: ${other.id} is in ${other.language} by its files, but ${asked} was asked for. Leave the language out.`,
    );
}
