import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { inputError } from '../errors.js';

const endings = /\.(?:jsonl|ndjson|json|csv|parquet)(?:\.gz)?$/i;

/** Throws where there is no data set at a path: what was looked for, what lies there, how to get one. */
export function checkDatasetPath(file: string): void {
  if (existsSync(file)) {
    if (!statSync(file).isDirectory()) return;
    throw inputError(
      `${file}: expected the file of a data set, got a folder${filesIn(file)}. Give one of its files.`,
    );
  }
  const folder = path.dirname(path.resolve(file));
  const isThere = existsSync(folder);
  throw inputError(
    `${file}: expected a data set (.jsonl, .jsonl.gz, .json, .csv or .parquet), but there is no such file; looked in ${folder}${isThere ? filesIn(folder) : ', which is not there'}. ${
      !isThere && /^[\w.-]+\/[\w.-]+$/.test(file)
        ? `For a data set of the Hub, download its file first (hf download --repo-type dataset ${file}) and give that file's path.`
        : 'Give the path of a file, download one from where the data set is published, or make one of your own rollouts (rlsf tasks build).'
    }`,
  );
}

function filesIn(folder: string): string {
  const data = readdirSync(folder).filter((name) => endings.test(name));
  if (data.length === 0) return ', which holds no data files';
  const shown = data.slice(0, 8).join(', ');
  return ` (which holds ${shown}${data.length > 8 ? `, … ${data.length} in all` : ''})`;
}
