/**
 * One folder per run: `runs/<name>/` with the config as resolved, the records as they come, and a
 * status that tells an interrupted run from a finished one.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse as parseYaml } from 'yaml';
import { inputError } from '../../errors.js';
import type { Config } from '../config/index.js';
import { configFromObject } from '../config/index.js';
import { writeJson } from './files.js';
import { findRun } from './find-run.js';
import { makeAside, moveAside, placeRun } from './place-run.js';
import { runPaths, type RunFilePaths } from './run-paths.js';
import { thisProcess } from './process-identity.js';
import { freeNames } from './run-name.js';
import { prefixOf } from './run-prefix.js';
import { isRunning, readStatus, runRecordVersion } from './run-status.js';
import type { RunKind, RunStatus } from './run-status.js';

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
  const config = await storedConfig(folder);
  const { error: _error, ...rest } = status;
  return openFolder(folder, config, {
    initial: { ...rest, state: 'running', process: await thisProcess() },
    resumed: true,
    replaced: null,
  });
}

/** The config that a run was started with. @throws where this release does not take it whole */
export async function storedConfig(folder: string): Promise<Config> {
  const file = runPaths(folder).config;
  return configFromObject(parseYaml(await readFile(file, 'utf8')) as Record<string, unknown>, file);
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

function checkName(name: string): void {
  if (!/^[\w.][\w.-]*$/.test(name) || name === '.' || name === '..') {
    throw inputError(
      `run.name: expected letters, digits, ".", "_" and "-", got ${JSON.stringify(name)}. Choose such a name; the folder around it is run.output_dir.`,
    );
  }
}
