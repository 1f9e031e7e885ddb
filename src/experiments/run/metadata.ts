/** run_metadata.json: what would be needed to understand a run, or to make it again. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { inputError } from '../../errors.js';
import type { Config } from '../config/index.js';
import { readJson, writeJson } from './files.js';
import { runRecordVersion } from './run-status.js';

export interface Hardware {
  cpu: string;
  cores: number;
  memoryMiB: number;
  platform: string;
}

export interface RunMetadata {
  /** Absent in the first releases' runs. */
  version?: number;
  run: string;
  kind: string;
  config: Config;
  seed: number;
  versions: Record<string, string>;
  /** Of the folder the run was started in; null outside a repository. */
  gitRevision: string | null;
  hardware: Hardware;
  backend: unknown;
  isolation: string | null;
  toolchain: string | null;
  /** SHA-256 of what went in, by name. */
  dataHashes: Record<string, string>;
  /** One entry per start or resumption. */
  sessions: { started: string; ended: string | null; fromStep: number; toStep: number | null }[];
}

export type MetadataFacts = Omit<
  RunMetadata,
  'version' | 'versions' | 'gitRevision' | 'hardware' | 'sessions'
>;

/**
 * Opens a session in the metadata of a run (new or resumed). A run whose data or own reward files have
 * changed since it began is not gone on with: it would be neither the old run nor a new one.
 */
export async function beginSession(
  file: string,
  facts: MetadataFacts,
  fromStep: number,
): Promise<void> {
  const before = existsSync(file) ? ((await readJson(file)) as RunMetadata) : null;
  const earlier = before?.sessions ?? [];
  if (before) checkSameData(before, facts);
  const metadata: RunMetadata = {
    version: runRecordVersion,
    ...facts,
    versions: await versions(),
    gitRevision: await gitRevision(process.cwd()),
    hardware: hardware(),
    sessions: [
      ...earlier,
      { started: new Date().toISOString(), ended: null, fromStep, toStep: null },
    ],
  };
  await writeJson(file, metadata);
}

function checkSameData(before: RunMetadata, facts: MetadataFacts): void {
  for (const [name, hash] of Object.entries(before.dataHashes)) {
    const now = facts.dataHashes[name];
    if (now === undefined || now === hash) continue;
    throw inputError(
      `${facts.run}: expected ${name} as it was when the run began, got another one (SHA-256 ${now.slice(0, 12)}, not ${hash.slice(0, 12)}). Put it back to resume, or start a new run.`,
    );
  }
}

/** Closes the last session; a run stopped before its first has none. */
export async function endSession(file: string, toStep: number): Promise<void> {
  if (!existsSync(file)) return;
  const metadata = (await readJson(file)) as RunMetadata;
  const last = metadata.sessions[metadata.sessions.length - 1];
  if (last) Object.assign(last, { ended: new Date().toISOString(), toStep });
  await writeJson(file, metadata);
}

export function hardware(): Hardware {
  const cpus = os.cpus();
  return {
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryMiB: Math.round(os.totalmem() / 2 ** 20),
    platform: `${os.platform()} ${os.release()} ${os.arch()}`,
  };
}

/** `2 × Intel Xeon, 15.6 GiB` */
export function describeHardware({ cpu, cores, memoryMiB }: Hardware): string {
  return `${cores} × ${cpu}, ${(memoryMiB / 1024).toFixed(1)} GiB`;
}

async function versions(): Promise<Record<string, string>> {
  const own = (await readJson(
    fileURLToPath(new URL('../../../package.json', import.meta.url)),
  )) as {
    version: string;
  };
  return { rlsf: own.version, node: process.versions.node, v8: process.versions.v8 };
}

/** The commit that HEAD names, read from .git without running git. */
export async function gitRevision(from: string): Promise<string | null> {
  const folder = gitFolder(from);
  if (!folder) return null;
  try {
    const head = (await readFile(path.join(folder, 'HEAD'), 'utf8')).trim();
    if (!head.startsWith('ref: ')) return head;
    const ref = head.slice('ref: '.length);
    const loose = path.join(folder, ref);
    if (existsSync(loose)) return (await readFile(loose, 'utf8')).trim();
    const packed = await readFile(path.join(folder, 'packed-refs'), 'utf8');
    const line = packed.split('\n').find((entry) => entry.endsWith(` ${ref}`));
    return line?.split(' ')[0] ?? null;
  } catch {
    // A repository without a commit, or in a layout of another kind: the run does not depend on it.
    return null;
  }
}

function gitFolder(from: string): string | null {
  const candidate = path.join(from, '.git');
  if (existsSync(path.join(candidate, 'HEAD'))) return candidate;
  const parent = path.dirname(from);
  return parent === from ? null : gitFolder(parent);
}
