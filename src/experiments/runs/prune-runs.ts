import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { listCheckpoints } from '../../training/index.js';
import { readJson } from '../run/files.js';
import { runPaths } from '../run/run-paths.js';
import { findPlace, findRuns, isElsewhere, type FoundRun } from './find-runs.js';
import { sizeOf } from './sizes.js';

export interface PruneOptions {
  /** Checkpoints that stay in a finished run: the last ones, and the best beside them; 0 keeps none. @default 1 */
  keep?: number;
}

export interface Prunable {
  /** The run's name. */
  run: string;
  path: string;
  bytes: number;
  why: 'checkpoint' | 'index' | 'leftover';
}

/**
 * What may go without loss of anything recorded: of finished runs the checkpoints but the last and the
 * best; of all that nobody works on the query index beside the log, which the next query makes again,
 * and what a kill left half-written. Interrupted and failed runs keep every checkpoint: they can be
 * resumed. Logs, measurements, adapters and reports always stay.
 * @param names runs or studies; none: all below `outputDir`
 */
export async function planPruning(
  names: readonly string[],
  outputDir: string,
  { keep = 1 }: PruneOptions = {},
): Promise<Prunable[]> {
  const found: FoundRun[] = [];
  if (names.length === 0) found.push(...(await findRuns(outputDir)));
  for (const name of names) found.push(...(await findPlace(name, outputDir)).runs);
  const runs = new Map(found.map((run) => [path.resolve(run.folder), run]));
  const prunable: Prunable[] = [];
  for (const run of runs.values()) {
    if (['running', 'unreadable'].includes(run.state) || isElsewhere(run)) continue;
    const places = [
      ...(run.state === 'finished' ? await oldCheckpoints(run.folder, keep) : []),
      ...(await leftovers(run.folder)),
      ...(await indexes(run.folder)),
    ];
    for (const place of places) {
      prunable.push({ run: run.name, ...place, bytes: (await sizeOf(place.path)).bytes });
    }
  }
  return prunable;
}

/** Removes what `planPruning` names now. */
export async function pruneRuns(
  names: readonly string[],
  outputDir: string,
  options: PruneOptions = {},
): Promise<Prunable[]> {
  const prunable = await planPruning(names, outputDir, options);
  for (const place of prunable) await rm(place.path, { recursive: true, force: true });
  return prunable;
}

type Place = Pick<Prunable, 'path' | 'why'>;

async function oldCheckpoints(folder: string, keep: number): Promise<Place[]> {
  const all = await listCheckpoints(runPaths(folder).checkpoints);
  const best = keep === 0 ? null : await bestStep(all.at(-1)?.folder);
  const old = keep === 0 ? all : all.slice(0, -keep);
  return old
    .filter(({ step }) => step !== best)
    .map((checkpoint) => ({ path: checkpoint.folder, why: 'checkpoint' }));
}

/** The step of the best measurement, as the last checkpoint remembers it; `null`: none was made. */
async function bestStep(checkpoint: string | undefined): Promise<number | null> {
  const file = path.join(checkpoint ?? '', 'checkpoint.json');
  if (checkpoint === undefined || !existsSync(file)) return null;
  const { data } = (await readJson(file)) as { data?: { best?: { step?: unknown } | null } | null };
  const step = data?.best?.step;
  return typeof step === 'number' ? step : null;
}

/** Half-written and half-removed things, which only a kill leaves. */
async function leftovers(folder: string): Promise<Place[]> {
  const names = async (at: string): Promise<string[]> =>
    existsSync(at) ? (await readdir(at)).map((name) => path.join(at, name)) : [];
  const { checkpoints } = runPaths(folder);
  return [...(await names(folder)), ...(await names(checkpoints))]
    .filter((place) => /\.partial(-\d+)?$|\.removed$/.test(place))
    .map((place) => ({ path: place, why: 'leftover' }));
}

async function indexes(folder: string): Promise<Place[]> {
  return (await readdir(folder))
    .filter(
      (name) =>
        name.endsWith('.index') && existsSync(path.join(folder, `${name.slice(0, -6)}.jsonl`)),
    )
    .map((name) => ({ path: path.join(folder, name), why: 'index' }));
}
