/** study.json: what each run of a study was started with, so that the next start knows it again. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { readJson, writeJson } from '../run/files.js';
import type { Decisive, Inputs } from './fingerprint.js';

export interface StartedRun {
  options: Decisive;
  inputs: Inputs;
}

/** By the runs' folders below the study's: `base`, `1/candidates`, `1/grpo-token`. */
export type Manifest = Record<string, StartedRun>;

export async function readManifest(folder: string): Promise<Manifest> {
  const file = manifestFile(folder);
  if (!existsSync(file)) return {};
  return ((await readJson(file)) as { runs: Manifest }).runs;
}

/** Written before a run begins: one that is killed at any moment is known. */
export async function noteStarted(folder: string, id: string, run: StartedRun): Promise<void> {
  const runs = { ...(await readManifest(folder)), [id]: run };
  await writeJson(manifestFile(folder), { version: 1, runs });
}

function manifestFile(folder: string): string {
  return path.join(folder, 'study.json');
}
