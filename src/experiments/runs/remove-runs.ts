import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { inputError } from '../../errors.js';
import { isAlive } from '../run/process-identity.js';
import { moveAside } from '../run/place-run.js';
import { findPlace, findRuns, isElsewhere, type FoundPlace, type FoundRun } from './find-runs.js';
import { sizeOf } from './sizes.js';

export interface Removal {
  name: string;
  folder: string;
  /** 1, or those of a study. */
  runs: number;
  bytes: number;
}

/**
 * What removing these runs, or whole studies, would take away.
 * @throws where a name is unknown, or a process works on one of them or on the study it belongs to
 */
export async function planRemoval(names: readonly string[], outputDir: string): Promise<Removal[]> {
  const places = new Map<string, FoundPlace>();
  for (const name of names) {
    const place = await findPlace(name, outputDir);
    places.set(path.resolve(place.folder), place);
  }
  const removals: Removal[] = [];
  for (const [folder, place] of places) {
    await checkIdle(place);
    // A study takes its runs with it.
    const isInAnother = [...places.keys()].some((other) => folder.startsWith(other + path.sep));
    if (isInAnother) continue;
    const { bytes } = await sizeOf(place.folder);
    removals.push({ name: place.name, folder: place.folder, runs: place.runs.length, bytes });
  }
  return removals;
}

/** Removes them. Each leaves its name by one rename first: a kill leaves no half of a run. */
export async function removeRuns(names: readonly string[], outputDir: string): Promise<Removal[]> {
  const removals = await planRemoval(names, outputDir);
  for (const { folder } of removals) {
    const bin = await mkdtemp(path.join(path.dirname(folder), '.removed-'));
    await rename(folder, path.join(bin, path.basename(folder)));
    await rm(bin, { recursive: true, force: true });
  }
  return removals;
}

/** Puts a study's folder aside (`<name>.old-1`), so that it can begin anew. @returns its new place */
export async function setStudyAside(folder: string): Promise<string | null> {
  if (!existsSync(folder)) return null;
  if (!existsSync(path.join(folder, 'study.json'))) {
    throw inputError(
      `--force: expected ${folder} to be a study, but there is no study.json in it. Move it away by hand, or give another name.`,
    );
  }
  const runs = await findRuns(folder);
  await checkIdle({ folder, name: folder, isStudy: true, runs });
  return moveAside(folder);
}

async function checkIdle({ name, runs, isStudy }: FoundPlace): Promise<void> {
  for (const run of runs) {
    if (run.state === 'running') throw busy(name, run, `process ${run.status?.process.pid}`);
    if (isElsewhere(run)) {
      const host = run.status?.process.host;
      throw inputError(
        `${name}: expected a run that nobody works on, but ${run.folder} says that a process on ${host} does, which cannot be asked from here. If it is gone, set "state" in its status.json to "interrupted".`,
      );
    }
  }
  const study = isStudy ? runs : await runsOfStudy(runs[0]);
  for (const run of study) {
    // Between two arms no run is running; the process that made the last one still is.
    const owner = run.status?.process;
    if (!owner || owner.pid === process.pid || !(await isAlive(owner))) continue;
    throw busy(name, run, `process ${owner.pid}, which works on the study it belongs to,`);
  }
}

async function runsOfStudy({ study }: FoundRun): Promise<FoundRun[]> {
  return study === null ? [] : findRuns(study);
}

function busy(name: string, { folder }: FoundRun, who: string): Error {
  return inputError(
    `${name}: expected a run that nobody works on, but ${who} holds ${folder}. Wait for it or stop it.`,
  );
}
