import { readFile } from 'node:fs/promises';
import type { FreeColumns } from '../../datasets/index.js';

/** What one trainer is given, before anything is written. */
export interface ExportFiles {
  /** Written as JSONL and Parquet. */
  rows: FreeColumns[];
  /** By name; a `.sh` may be run. */
  texts: Record<string, string>;
  /** What the trainer does otherwise than a run here. */
  notes: string[];
}

/** A script that is handed on as it is. */
export function script(name: string): Promise<string> {
  return readFile(new URL(`../../../kernels/export/${name}`, import.meta.url), 'utf8');
}

/** How the reward server of the run is started, as comments of a run script. */
export function serverLines(withConfig: boolean): string[] {
  const config = withConfig ? ' --config rlsf.yaml' : ' --task TASK';
  return [
    '# Where the compilers are:',
    `#   rlsf serve rewards${config} --tokenizer MODEL_FOLDER --host 0.0.0.0 --api-key-env RLSF_KEY`,
    ': "${RLSF_URL:=http://127.0.0.1:8300}" && export RLSF_URL',
  ];
}

/** An argument of a shell, quoted where it has to be. */
export function quoted(value: unknown): string {
  const text = String(value);
  return /^[\w./:=,+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
