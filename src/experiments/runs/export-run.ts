import { existsSync } from 'node:fs';
import {
  cp,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { inputError, usageError } from '../../errors.js';
import { logLines } from '../../rollouts/log-reader.js';
import { readJson, writeJson } from '../run/files.js';
import type { RunStatus } from '../run/run-status.js';
import { findOneRun } from './find-runs.js';
import {
  machineMarks,
  portableJson,
  portableRecord,
  portableText,
  portableYaml,
  type MachineMarks,
} from './portable.js';
import { sizeOf } from './sizes.js';
import { writeTar } from './tar.js';

export interface ExportOptions {
  /** `.tar.gz`, `.tgz` or `.tar` for an archive, anything else for a folder. */
  output: string;
  /** Logs of rollouts, and the data sets built of them. @default false */
  withRollouts?: boolean;
  /** @default false */
  withCheckpoints?: boolean;
  /** Whose secrets are taken out. @default this process's */
  env?: Readonly<Record<string, string | undefined>>;
}

export interface Exported {
  output: string;
  bytes: number;
  /** Inside the export, without the folder that holds all. */
  files: string[];
}

/**
 * A run as something to hand on: config, status, metadata, metrics, evaluations, reports with their
 * figures, adapter or model. Every command that reads a run takes it. Absolute paths of this machine,
 * its host name and secrets of the environment are taken out of every text. The run is only read.
 */
export async function exportRun(
  name: string,
  outputDir: string,
  options: ExportOptions,
): Promise<Exported> {
  const run = await findOneRun(name, outputDir);
  const output = path.resolve(options.output);
  if (run.state === 'running') {
    throw inputError(
      `${run.folder}: expected a run that has ended or was stopped, but process ${run.status?.process.pid} is working on it. Wait for it or stop it.`,
    );
  }
  if (existsSync(output)) {
    throw usageError(
      `--output: expected a name that is free, but ${options.output} is there. Remove it, or give another.`,
    );
  }
  if (output.startsWith(path.resolve(run.folder) + path.sep)) {
    throw usageError(`--output: expected a place outside the run’s folder, got ${options.output}.`);
  }
  const parent = path.dirname(output);
  await mkdir(parent, { recursive: true });
  const aside = await mkdtemp(path.join(parent, '.export-'));
  try {
    const top = path.basename(run.folder);
    const copy = path.join(aside, top);
    const files = await copyRun(run.folder, copy, options);
    if (/\.(tar|tar\.gz|tgz)$/.test(output)) {
      const archive = path.join(aside, path.basename(output));
      await writeTar(
        archive,
        files.map((file) => ({ name: `${top}/${file}`, file: path.join(copy, file) })),
      );
      await rename(archive, output);
    } else {
      await rename(copy, output);
    }
    return { output: options.output, bytes: (await sizeOf(output)).bytes, files };
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** What is in an export, by the first part of its path. */
const always = [
  /^config\.yaml$/,
  /^status\.json$/,
  /^run_metadata\.json$/,
  /^manifest\.json$/,
  /^metrics\.jsonl$/,
  /^evaluations_[\w.-]+\.jsonl?$/,
  /^[\w.-]*report\.(md|html|json)$/,
  /^[\w.-]*summary\.(md|json)$/,
  /^plots$/,
  /^adapter$/,
  /^model$/,
];
const rollouts = [
  /^(rollouts|candidates|examples|completions|nbest|pairs|sft|dpo|kto|cpo|orpo)[\w.-]*\.jsonl$/,
];

async function copyRun(
  folder: string,
  copy: string,
  { withRollouts = false, withCheckpoints = false, env }: ExportOptions,
): Promise<string[]> {
  const wanted = [
    ...always,
    ...(withRollouts ? rollouts : []),
    ...(withCheckpoints ? [/^checkpoints$/] : []),
  ];
  const marks = machineMarks(folder, env);
  const files: string[] = [];
  for (const file of await filesIn(folder)) {
    const [first] = file.split('/');
    const isLeftover = /\.partial(-\d+)?(\/|$)|\.removed(\/|$)/.test(file);
    if (isLeftover || !wanted.some((form) => form.test(first))) continue;
    await mkdir(path.dirname(path.join(copy, file)), { recursive: true });
    await copyFile(path.join(folder, file), path.join(copy, file), marks);
    files.push(file);
  }
  return files;
}

/** Files below a folder, with slashes, in order; links are left out. */
async function filesIn(folder: string, above = ''): Promise<string[]> {
  const entries = await readdir(path.join(folder, above), { withFileTypes: true });
  const names = entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const found: string[] = [];
  for (const entry of names) {
    const name = above === '' ? entry.name : `${above}/${entry.name}`;
    if (entry.isDirectory()) found.push(...(await filesIn(folder, name)));
    else if (entry.isFile()) found.push(name);
  }
  return found;
}

async function copyFile(from: string, to: string, marks: MachineMarks): Promise<void> {
  const name = path.basename(from);
  if (name === 'status.json') {
    await writeJson(to, stoppedStatus((await readJson(from)) as RunStatus, marks));
  } else if (/\.ya?ml$/.test(name)) {
    await writeFile(to, portableYaml(await readFile(from, 'utf8'), marks));
  } else if (name !== 'tokenizer.json' && name !== 'checkpoint.json' && name.endsWith('.json')) {
    await writeFile(to, portableJson(await readFile(from, 'utf8'), marks));
  } else if (name.endsWith('.jsonl')) {
    await writeLines(from, to, marks);
  } else if (/\.(md|html|svg|txt)$/.test(name)) {
    await writeFile(to, portableText(await readFile(from, 'utf8'), marks));
  } else {
    await cp(from, to);
  }
}

/** Nobody works on an export, and who did is nobody's business. */
function stoppedStatus(status: RunStatus, marks: MachineMarks): RunStatus {
  const { error } = status;
  return {
    ...status,
    state: status.state === 'running' ? 'interrupted' : status.state,
    process: { host: '', pid: 0, started: null },
    ...(error === undefined ? {} : { error: portableText(error, marks) }),
  };
}

/** Line by line: a log may be larger than the longest string. */
async function writeLines(from: string, to: string, marks: MachineMarks): Promise<void> {
  const handle = await open(to, 'w');
  try {
    for (const { bytes } of logLines(from)) {
      const record: unknown = JSON.parse(bytes.toString('utf8'));
      await handle.writeFile(`${JSON.stringify(portableRecord(record, marks))}\n`);
    }
  } finally {
    await handle.close();
  }
}
