/** Which runs there are below a folder, those of studies too, and what each is at. */
import { existsSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { distance } from 'fastest-levenshtein';
import { inputError } from '../../errors.js';
import { isAlive } from '../run/process-identity.js';
import type { RunStatus } from '../run/run-status.js';
import { runPaths } from '../run/run-paths.js';
import { readStatus } from '../run/run-status.js';

/** `interrupted`: stopped, by the user or by a kill. `unreadable`: its status.json cannot be read. */
export type RunState = RunStatus['state'] | 'unreadable';

export interface FoundRun {
  /** Below the folder that was searched: `tour-2`, `study-cpp/1/dpo-token`. */
  name: string;
  folder: string;
  state: RunState;
  /** `null` where it is unreadable. */
  status: RunStatus | null;
  /** Why it is unreadable. */
  problem: string | null;
  /** Folder of the study it belongs to. */
  study: string | null;
}

/** Runs of a study lie at `study/seed/arm`. */
const DEPTH = 3;

/** Every run below a folder, the newest first. What is in a run's folder is not searched. */
export async function findRuns(outputDir: string): Promise<FoundRun[]> {
  const runs = await below(outputDir, { depth: DEPTH, study: null, root: outputDir });
  const updated = ({ status }: FoundRun): string => status?.updated ?? '';
  return runs.sort((a, b) =>
    updated(a) === updated(b) ? (a.name < b.name ? -1 : 1) : updated(a) < updated(b) ? 1 : -1,
  );
}

interface Search {
  depth: number;
  study: string | null;
  root: string;
}

async function below(folder: string, { depth, study, root }: Search): Promise<FoundRun[]> {
  if (!existsSync(folder)) return [];
  const own = existsSync(path.join(folder, 'study.json')) ? folder : study;
  const found: FoundRun[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
    const inner = path.join(folder, entry.name);
    if (isRunFolder(inner)) found.push(await runAt(inner, path.relative(root, inner), own));
    else if (depth > 1) found.push(...(await below(inner, { depth: depth - 1, study: own, root })));
  }
  return found;
}

function isRunFolder(folder: string): boolean {
  return existsSync(runPaths(folder).status);
}

async function runAt(folder: string, name: string, study: string | null): Promise<FoundRun> {
  try {
    const status = await readStatus(folder);
    return { name, folder, study, status, state: await stateOf(status), problem: null };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { name, folder, study, status: null, state: 'unreadable', problem };
  }
}

async function stateOf(status: RunStatus | null): Promise<RunState> {
  if (status === null) return 'unreadable';
  if (status.state !== 'running') return status.state;
  return (await isAlive(status.process)) ? 'running' : 'interrupted';
}

/** Whether another machine may be working on it: its processes cannot be asked. */
export function isElsewhere({ status }: FoundRun): boolean {
  if (status?.state !== 'running') return false;
  return status.process.host !== '' && status.process.host !== os.hostname();
}

/** What a name stands for: a run, or a study with its runs. */
export interface FoundPlace {
  folder: string;
  /** As it was asked for. */
  name: string;
  isStudy: boolean;
  /** Of a run itself alone. */
  runs: FoundRun[];
}

/**
 * A run or a study by its name below `outputDir`, or by its folder.
 * @throws where there is neither, with the nearest name
 */
export async function findPlace(name: string, outputDir: string): Promise<FoundPlace> {
  const named = path.join(outputDir, name);
  const folder = trimmed(name !== '' && existsSync(named) ? named : name);
  if (isRunFolder(folder)) {
    const study = studyAround(folder);
    return { folder, name, isStudy: false, runs: [await runAt(folder, name, study)] };
  }
  const isStudy = existsSync(path.join(folder, 'study.json'));
  if (isStudy) {
    const runs = await below(folder, { depth: DEPTH, study: folder, root: path.dirname(folder) });
    return { folder, name, isStudy, runs };
  }
  const names = (await findRuns(outputDir)).map((run) => run.name);
  const [nearest] = [...names].sort((a, b) => distance(name, a) - distance(name, b));
  const there = existsSync(folder) && (await lstat(folder)).isDirectory();
  throw inputError(
    `${name}: expected the name or folder of a run under ${outputDir}, ${there ? 'but that folder is no run (no status.json)' : 'but there is none'}. ${
      nearest === undefined ? 'No run was started there yet.' : `Nearest: ${nearest}.`
    }`,
  );
}

/** One run, where a study would be no answer. */
export async function findOneRun(name: string, outputDir: string): Promise<FoundRun> {
  const { runs, isStudy, folder } = await findPlace(name, outputDir);
  if (!isStudy) return runs[0];
  throw inputError(
    `${name}: expected one run, got a study of ${runs.length}. Name one of them, such as ${path.join(name, runs[0] ? path.relative(folder, runs[0].folder) : '1/…')}.`,
  );
}

/** The study that a run's folder lies in: two levels up for an arm, one for its baseline. */
export function studyAround(folder: string): string | null {
  const parent = path.dirname(path.resolve(folder));
  const above = [parent, path.dirname(parent)];
  return above.find((each) => existsSync(path.join(each, 'study.json'))) ?? null;
}

function trimmed(folder: string): string {
  return folder.length > 1 ? folder.replace(/[/\\]+$/, '') : folder;
}
