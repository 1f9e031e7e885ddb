import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inputError, usageError } from '../../errors.js';
import { writeJsonl, writeParquet } from '../../datasets/index.js';
import { loadPolicy, savePolicy } from '../../policy/index.js';
import type { SourceOptions } from '../../policy/index.js';
import type { Method } from '../config/index.js';
import { runPaths } from '../run/run-paths.js';
import { machineMarks, portableText } from '../runs/portable.js';
import type { ExportFiles } from './files.js';
import { openrlhfFiles } from './openrlhf.js';
import { openExportSource } from './source.js';
import type { ExportSource } from './source.js';
import { trlFiles } from './trl.js';
import { verlFiles } from './verl.js';

export const exportTargets = ['trl', 'openrlhf', 'verl'] as const;
export type ExportTarget = (typeof exportTargets)[number];

export interface ExportTrainingOptions {
  to: ExportTarget;
  /** A folder that is not there yet. */
  out: string;
  /** Where runs are found by name. @default 'runs' */
  outputDir?: string;
  /** Add the adapter into its base: a whole model in place of the adapter. @default false */
  merge?: boolean;
  source?: SourceOptions;
}

export interface ExportedTraining {
  out: string;
  method: Method;
  rows: number;
  files: string[];
  /** What the trainer does otherwise than a run here, in sentences. */
  notes: string[];
}

const makers: Record<ExportTarget, (source: ExportSource) => Promise<ExportFiles>> = {
  trl: trlFiles,
  openrlhf: openrlhfFiles,
  verl: verlFiles,
};

/**
 * A run, or a file of rows, as a folder that another trainer starts from: rows as JSONL and Parquet, that
 * trainer's options, a run script, the adapter (or the merged model), and the run's own config for the
 * reward server. The folder is there whole or not at all.
 */
export async function exportTraining(
  what: string,
  options: ExportTrainingOptions,
): Promise<ExportedTraining> {
  const { to, out, outputDir = 'runs', merge = false } = options;
  if (existsSync(out))
    throw usageError(
      `--out: expected a name that is free, but ${out} is there. Remove it, or give another.`,
    );
  const source = await openExportSource(what, outputDir);
  const { rows, texts, notes } = await makers[to](source);
  if (rows.length === 0) throw inputError(`${what}: expected rows to export, got none.`);
  const parent = path.dirname(path.resolve(out));
  await mkdir(parent, { recursive: true });
  const aside = await mkdtemp(path.join(parent, '.export-'));
  try {
    writeJsonl(path.join(aside, 'train.jsonl'), rows);
    writeParquet(path.join(aside, 'train.parquet'), rows);
    const files = ['train.jsonl', 'train.parquet'];
    for (const [name, text] of Object.entries(texts)) {
      await writeFile(path.join(aside, name), text);
      if (name.endsWith('.sh')) await chmod(path.join(aside, name), 0o755);
      files.push(name);
    }
    if (source.run !== null) files.push(...(await runFiles(source, aside, merge, options.source)));
    await chmod(aside, 0o755);
    await rename(aside, out);
    return {
      out,
      method: source.method,
      rows: rows.length,
      files,
      notes: [...source.notes, ...notes],
    };
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** Config for the reward server, and what was trained so far. */
async function runFiles(
  { run, config }: ExportSource,
  aside: string,
  merge: boolean,
  options: SourceOptions = {},
): Promise<string[]> {
  const paths = runPaths(run as string);
  const text = await readFile(paths.config, 'utf8');
  await writeFile(path.join(aside, 'rlsf.yaml'), portableText(text, machineMarks(run as string)));
  const files = ['rlsf.yaml'];
  if (merge) {
    const base = config.policy.model_name_or_path;
    if (base === null || !existsSync(paths.adapter))
      throw usageError(`--merge: ${run} has no adapter to merge. Leave --merge out.`);
    const policy = await loadPolicy(base, { ...options, adapter: paths.adapter });
    try {
      await savePolicy(policy, path.join(aside, 'model'), { merge: true, removeAdapter: true });
    } finally {
      policy.dispose();
    }
    return [...files, 'model'];
  }
  for (const name of ['adapter', 'model'] as const) {
    if (!existsSync(paths[name])) continue;
    await cp(paths[name], path.join(aside, name), { recursive: true });
    files.push(name);
  }
  return files;
}
