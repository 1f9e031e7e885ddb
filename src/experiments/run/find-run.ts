import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { distance } from 'fastest-levenshtein';
import { inputError } from '../../errors.js';
import type { Config } from '../config/index.js';
import { numbered } from './run-name.js';
import { prefixOf } from './run-prefix.js';
import { isRunning, readStatus } from './run-status.js';
import type { RunKind, RunStatus } from './run-status.js';

/** A run by its folder, or by its name under `outputDir`. */
export async function findRun(
  nameOrFolder: string,
  outputDir: string,
): Promise<{ folder: string; status: RunStatus }> {
  const folder = existsSync(path.join(outputDir, nameOrFolder))
    ? path.join(outputDir, nameOrFolder)
    : nameOrFolder;
  const status = await readStatus(folder);
  if (!status) throw await unknownRun(nameOrFolder, outputDir);
  return { folder, status };
}

export interface RunSummary {
  name: string;
  folder: string;
  status: RunStatus;
  /** Stopped before its end, by the user or by a kill. */
  interrupted: boolean;
}

/** All runs under a folder, the newest first. */
export async function listRuns(outputDir: string): Promise<RunSummary[]> {
  const names = existsSync(outputDir) ? await readdir(outputDir) : [];
  const runs: RunSummary[] = [];
  for (const name of names.filter((entry) => !entry.startsWith('.'))) {
    const folder = path.join(outputDir, name);
    const status = await readStatus(folder);
    if (!status) continue;
    const stopped = status.state === 'interrupted' || status.state === 'running';
    runs.push({ name, folder, status, interrupted: stopped && !(await isRunning(status)) });
  }
  return runs.sort((a, b) => (a.status.updated < b.status.updated ? 1 : -1));
}

/**
 * The newest interrupted run of this kind whose name was made from this config's prefix (or is its
 * given name): what `npm start` offers to resume. Failed runs are resumed by name only, since the
 * cause may still be there.
 */
export async function findInterruptedRun(
  config: Config,
  kind: RunKind,
): Promise<RunSummary | null> {
  const { output_dir: outputDir, name } = config.run;
  const prefix = prefixOf(config, kind);
  const belongs = (run: string): boolean =>
    name !== null ? run === name : run === prefix || numbered(run, prefix) !== null;
  const runs = await listRuns(outputDir);
  return (
    runs.find((run) => run.interrupted && run.status.kind === kind && belongs(run.name)) ?? null
  );
}

async function unknownRun(wanted: string, outputDir: string): Promise<Error> {
  const names = (await listRuns(outputDir)).map((run) => run.name);
  const nearest = [...names].sort((a, b) => distance(wanted, a) - distance(wanted, b))[0];
  return inputError(
    `${wanted}: expected the name or folder of a run under ${outputDir}, but there is none. ${
      nearest ? `Nearest: ${nearest}.` : 'No run was started there yet.'
    }`,
  );
}
