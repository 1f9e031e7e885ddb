import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { inputError } from '../../errors.js';
import { languages } from '../../records.js';
import type { Language } from '../../records.js';
import { dataEndings, readRows } from '../../tasks/files/rows.js';
import { openTask } from '../../tasks/index.js';
import { fingerprint, type Fingerprint } from './duplicates.js';

/**
 * Problems that new ones must not repeat: a folder that was generated before, a folder of one's own
 * problems, a file of rows with a `prompt` (MultiPL-E among them), or a folder of such files.
 */
export async function readAgainst(source: string, signal?: AbortSignal): Promise<Fingerprint[]> {
  const found = await stat(source).catch(() => null);
  if (found === null)
    throw inputError(
      `Generate: there is no ${source} to compare with. Name a folder or a file of problems.`,
    );
  const files = found.isFile() ? [source] : await rowFiles(source);
  if (files.length === 0) {
    const { splits, problems } = await openTask(path.resolve(source));
    const all = splits.flatMap((split) => problems({ split, seed: 0 }));
    return [...new Map(all.map((problem) => [problem.id, problem])).values()].map(fingerprint);
  }
  const prints: Fingerprint[] = [];
  for (const file of files)
    for await (const row of readRows(file, signal)) {
      if ('reason' in row) throw inputError(`${file}: ${row.place}: ${row.reason}`);
      const { prompt, language, reference, id, name, task_id } = row.value;
      if (typeof prompt !== 'string')
        throw inputError(
          `${file}: ${row.place}: expected a row with a text 'prompt' to compare with, it has ${Object.keys(row.value).join(', ')}.`,
        );
      prints.push(
        fingerprint({
          id: `${path.basename(file)}: ${String(id ?? name ?? task_id ?? row.place)}`,
          prompt,
          language: languageOf(language),
          ...(typeof reference === 'string' && { reference }),
        }),
      );
    }
  return prints;
}

/** Of a generated folder its problems, not what was refused. */
async function rowFiles(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).sort();
  const wanted = names.includes('problems.jsonl')
    ? ['problems.jsonl']
    : names.filter((name) => dataEndings.test(name));
  return wanted.map((name) => path.join(folder, name));
}

function languageOf(value: unknown): Language {
  const known = Object.keys(languages) as Language[];
  return known.find((language) => language === value) ?? 'text';
}
