/**
 * One folder per run: `runs/<name>/` with the config as resolved, the records as they come, and a
 * status that tells an interrupted run from a finished one.
 */
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { distance } from 'fastest-levenshtein';
import { parse as parseYaml, stringify as stringifyYaml } from 'yaml';
import { inputError } from '../../errors.js';
import type { Config, Method } from '../config/index.js';
import { configFromObject } from '../config/index.js';
import { readJson, writeFileAtomically, writeJson } from './files.js';
import { runName } from './run-name.js';
import { isAlive, thisProcess } from './process-identity.js';
import type { ProcessIdentity } from './process-identity.js';

/**
 * `tour` is GRPO between two measurements; `base` measures the untrained policy and `candidates` draws
 * and judges its answers, both without training, for a study.
 */
export type TrainingKind = 'tour' | 'base' | 'candidates' | Method;

export type RunKind = TrainingKind | 'pretrain';

export interface RunStatus {
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
  paths: RunFilePaths;
  /** Writes the status and hands back the whole of it. */
  setStatus(
    change: Partial<Pick<RunStatus, 'state' | 'step' | 'maxSteps' | 'error'>>,
  ): Promise<RunStatus>;
}

export interface RunFilePaths {
  config: string;
  status: string;
  metadata: string;
  rollouts: string;
  metrics: string;
  checkpoints: string;
  adapter: string;
  model: string;
  plots: string;
  report: string;
  evaluation(when: 'before' | 'after'): string;
}

/**
 * A new run folder. With `run.name` given, a name taken is refused; without, the first free one of
 * `prefix`, `prefix-2`, `prefix-3`, … is taken (`prefixOf`).
 */
export async function createRun(
  config: Config,
  kind: RunKind,
  maxSteps: number,
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
  const status: RunStatus = {
    kind,
    state: 'running',
    step: 0,
    maxSteps,
    process: await thisProcess(),
    updated: new Date().toISOString(),
  };
  const names = wanted === null ? await freeNames(outputDir, prefix) : [wanted];
  for (const name of names) {
    const resolved: Config = { ...config, run: { ...config.run, name } };
    const folder = path.join(outputDir, name);
    if (await placeRun(folder, resolved, status)) {
      return openFolder(folder, resolved, status, false);
    }
  }
  throw inputError(
    `run.name: ${path.join(outputDir, wanted ?? prefix)} is there already. Resume it with --resume, give another name, or remove that folder.`,
  );
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
  return openFolder(
    folder,
    config,
    { ...rest, state: 'running', process: await thisProcess() },
    true,
  );
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

export function runPaths(folder: string): RunFilePaths {
  const at = (...parts: string[]): string => path.join(folder, ...parts);
  return {
    config: at('config.yaml'),
    status: at('status.json'),
    metadata: at('run_metadata.json'),
    rollouts: at('rollouts.jsonl'),
    metrics: at('metrics.jsonl'),
    checkpoints: at('checkpoints'),
    adapter: at('adapter'),
    model: at('model'),
    plots: at('plots'),
    report: at('report.md'),
    evaluation: (when) => at(`evaluations_${when}.json`),
  };
}

async function openFolder(
  folder: string,
  config: Config,
  initial: RunStatus,
  resumed: boolean,
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
    paths,
    setStatus,
  };
}

async function readStatus(folder: string): Promise<RunStatus | null> {
  const file = runPaths(folder).status;
  return existsSync(file) ? ((await readJson(file)) as RunStatus) : null;
}

async function isRunning(status: RunStatus): Promise<boolean> {
  return status.state === 'running' && (await isAlive(status.process));
}

/** `prefix`, `prefix-2`, …, from behind the newest: a removed run's name is not given to another. */
async function freeNames(outputDir: string, prefix: string): Promise<Iterable<string>> {
  const taken = (await readdir(outputDir)).flatMap((name) =>
    name === prefix ? [1] : (numbered(name, prefix) ?? []),
  );
  const first = Math.max(0, ...taken) + 1;
  return (function* () {
    for (let n = first; ; n++) yield n === 1 ? prefix : `${prefix}-${n}`;
  })();
}

/**
 * A run's folder with its config and status, made aside and then given its name by one rename: whoever is killed
 * before leaves no run, and two processes cannot share a name. @returns false where the name is taken
 */
async function placeRun(folder: string, config: Config, status: RunStatus): Promise<boolean> {
  const aside = await mkdtemp(path.join(path.dirname(folder), '.new-'));
  try {
    await writeFileAtomically(
      runPaths(aside).config,
      `# The config of this run as resolved: defaults, file, environment and --set together.\n${stringifyYaml(config)}`,
    );
    await writeJson(runPaths(aside).status, status);
    await chmod(aside, 0o777 & ~process.umask());
    await rename(aside, folder);
    return true;
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(code ?? '')) return false;
    throw error;
  }
}

function numbered(name: string, prefix: string): number | null {
  if (!name.startsWith(`${prefix}-`)) return null;
  const rest = name.slice(prefix.length + 1);
  return /^[1-9]\d*$/.test(rest) ? Number(rest) : null;
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
