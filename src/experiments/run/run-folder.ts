/**
 * One folder per run: `runs/<name>/` with the config as resolved, the records as they come, and a
 * status that tells an interrupted run from a finished one.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { distance } from 'fastest-levenshtein';
import { parse as parseYaml } from 'yaml';
import { inputError } from '../../errors.js';
import type { Config, Method } from '../config/index.js';
import { configFromObject } from '../config/index.js';
import { readJson, writeJson } from './files.js';
import { makeAside, moveAside, placeRun } from './place-run.js';
import { runPaths, type RunFilePaths } from './run-paths.js';
import { freeNames, numbered, runName } from './run-name.js';
export { runPaths, type RunFilePaths } from './run-paths.js';
import { isAlive, thisProcess } from './process-identity.js';
import type { ProcessIdentity } from './process-identity.js';

/**
 * `tour` is GRPO between two measurements; `base` measures the untrained policy and `candidates` draws
 * and judges its answers, both without training, for a study.
 */
export type TrainingKind = 'tour' | 'base' | 'candidates' | Method;

export type RunKind = TrainingKind | 'pretrain';

/** Of status.json and run_metadata.json, as this library writes them; those without one are older. */
export const runRecordVersion = 1;

export interface RunStatus {
  /** Absent in the first releases' runs. */
  version?: number;
  kind: RunKind;
  /** `running` with a process that is gone means the run was killed: it can be resumed. */
  state: 'running' | 'interrupted' | 'failed' | 'finished';
  /** The last step that is safe on disk. */
  step: number;
  maxSteps: number;
  process: ProcessIdentity;
  updated: string;
  /** Why it failed. */
  error?: string;
}

export interface RunFolder {
  name: string;
  folder: string;
  kind: RunKind;
  /** As resolved, with the run's name in it. */
  config: Config;
  resumed: boolean;
  /** Where the run went that had this name before (`force`); `null`: nobody had it. */
  replaced: string | null;
  paths: RunFilePaths;
  /** Writes the status and hands back the whole of it. */
  setStatus(
    change: Partial<Pick<RunStatus, 'state' | 'step' | 'maxSteps' | 'error'>>,
  ): Promise<RunStatus>;
}

export interface CreateRunOptions {
  /** Of a name that is taken: the old run's folder is renamed to `<name>.old-1`, -2, … @default false */
  force?: boolean;
}

/**
 * A new run folder. With `run.name` given, a name taken is refused; without, the first free one of
 * `prefix`, `prefix-2`, `prefix-3`, … is taken (`prefixOf`).
 */
export async function createRun(
  config: Config,
  kind: RunKind,
  maxSteps: number,
  { force = false }: CreateRunOptions = {},
): Promise<RunFolder> {
  const { output_dir: outputDir, name: wanted } = config.run;
  const prefix = prefixOf(config, kind);
  checkName(wanted ?? prefix);
  await mkdir(outputDir, { recursive: true }).catch((cause: unknown) => {
    throw inputError(
      `run.output_dir: expected a folder that can be written, got ${outputDir}. Choose another with --set run.output_dir=…`,
      { cause },
    );
  });
  if (force) await checkReplaceable(config);
  const status: RunStatus = {
    version: runRecordVersion,
    kind,
    state: 'running',
    step: 0,
    maxSteps,
    process: await thisProcess(),
    updated: new Date().toISOString(),
  };
  const names = wanted === null ? freeNames(await readdir(outputDir), prefix) : [wanted];
  for (const name of names) {
    const resolved: Config = { ...config, run: { ...config.run, name } };
    const folder = path.join(outputDir, name);
    const aside = await makeAside(folder, resolved, status);
    // The new run is whole before the old one leaves its place.
    const replaced = force ? await moveAside(folder) : null;
    if (await placeRun(aside, folder)) {
      return openFolder(folder, resolved, { initial: status, resumed: false, replaced });
    }
  }
  throw nameTaken(path.join(outputDir, wanted ?? prefix));
}

/**
 * Whether a run of this config can begin, before anything is loaded for it.
 * @throws where its name is taken, or, with `force`, by something that must not be moved
 */
export async function checkNewRun(
  config: Config,
  { force = false }: CreateRunOptions = {},
): Promise<void> {
  if (force) return checkReplaceable(config);
  const { output_dir: outputDir, name } = config.run;
  if (name === null) return;
  checkName(name);
  const folder = path.join(outputDir, name);
  if (existsSync(folder) && (await readdir(folder)).length > 0) throw nameTaken(folder);
}

function nameTaken(folder: string): Error {
  return inputError(
    `run.name: ${folder} is there already. Resume it with --resume, put it aside with --force, or give another name.`,
  );
}

/** A run that nobody works on, or nothing. */
async function checkReplaceable({ run }: Config): Promise<void> {
  const { output_dir: outputDir, name } = run;
  if (name === null) {
    throw inputError(
      '--force: expected a name, since it puts the run of that name aside, got none. Name it with --run-name (or run.name); without --force a free name is made.',
    );
  }
  checkName(name);
  const folder = path.join(outputDir, name);
  if (!existsSync(folder)) return;
  const status = await readStatus(folder);
  if (status === null && (await readdir(folder)).length > 0) {
    throw inputError(
      `--force: expected ${folder} to be a run, but there is no status.json in it. Move it away by hand, or give another name.`,
    );
  }
  if (status && (await isRunning(status))) {
    throw inputError(
      `--force: expected a stopped run, but process ${status.process.pid} is still working on ${folder}. Wait for it or stop it.`,
    );
  }
}

/** Takes up a stopped run by its folder (or by its name under `outputDir`). */
export async function resumeRun(nameOrFolder: string, outputDir: string): Promise<RunFolder> {
  const { folder, status } = await findRun(nameOrFolder, outputDir);
  if (status.state === 'finished') {
    throw inputError(
      `${folder}: expected a stopped run, but this one is finished. Start a new run beside it (leave --resume out).`,
    );
  }
  if (await isRunning(status)) {
    throw inputError(
      `${folder}: expected a stopped run, but process ${status.process.pid} is still working on it. Wait for it or stop it.`,
    );
  }
  const file = runPaths(folder).config;
  const config = configFromObject(
    parseYaml(await readFile(file, 'utf8')) as Record<string, unknown>,
    file,
  );
  const { error: _error, ...rest } = status;
  return openFolder(folder, config, {
    initial: { ...rest, state: 'running', process: await thisProcess() },
    resumed: true,
    replaced: null,
  });
}

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

/** What made-up names of such a run start with. */
function prefixOf(config: Config, kind: RunKind): string {
  const { name_prefix: given } = config.run;
  const isUnnamed = kind === 'pretrain' || kind === 'base' || kind === 'candidates';
  if (given !== null || isUnnamed) return given ?? kind;
  const method = kind === 'tour' ? 'grpo' : kind;
  const options = config[method];
  return runName({
    method: kind,
    model: config.policy.model_name_or_path,
    numGenerations: 'num_generations' in options ? options.num_generations : null,
    length:
      'num_train_epochs' in options && options.max_steps === null
        ? { epochs: options.num_train_epochs }
        : { steps: options.max_steps ?? 0 },
  });
}

async function openFolder(
  folder: string,
  config: Config,
  { initial, resumed, replaced }: Pick<RunFolder, 'resumed' | 'replaced'> & { initial: RunStatus },
): Promise<RunFolder> {
  const paths = runPaths(folder);
  let status = initial;
  const setStatus: RunFolder['setStatus'] = async (change) => {
    status = { ...status, ...change, updated: new Date().toISOString() };
    await writeJson(paths.status, status);
    return status;
  };
  await setStatus({});
  return {
    name: path.basename(folder),
    folder,
    kind: initial.kind,
    config,
    resumed,
    replaced,
    paths,
    setStatus,
  };
}

export async function readStatus(folder: string): Promise<RunStatus | null> {
  const file = runPaths(folder).status;
  if (!existsSync(file)) return null;
  const status = (await readJson(file)) as RunStatus;
  if ((status.version ?? 0) <= runRecordVersion) return status;
  throw inputError(
    `${file}: expected a run of version ${runRecordVersion} or older, got version ${status.version}. It was written by a newer release: read it with that one.`,
  );
}

export async function isRunning(status: RunStatus): Promise<boolean> {
  return status.state === 'running' && (await isAlive(status.process));
}

function checkName(name: string): void {
  if (!/^[\w.][\w.-]*$/.test(name) || name === '.' || name === '..') {
    throw inputError(
      `run.name: expected letters, digits, ".", "_" and "-", got ${JSON.stringify(name)}. Choose such a name; the folder around it is run.output_dir.`,
    );
  }
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
