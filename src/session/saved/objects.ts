/** The large parts of values: each a file under the hash of its content, written once. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { environmentError, inputError } from '../../errors.js';
import type { MetricsLogRow } from '../../experiments/index.js';
import type { NamedTensor } from '../../policy/index.js';
import { openSafetensors, safetensorsChunks } from '../../policy/index.js';
import type { Problem, Rollout } from '../../records.js';
import { readRollouts } from '../../rollouts/index.js';

type Tensors = ReadonlyMap<string, NamedTensor>;

/** A part of a value as bytes. */
export interface Part {
  /** What the value holds: one that was hashed before is not hashed again. */
  of: object;
  /** e.g. `rollouts.jsonl`. */
  ending: string;
  chunks(): Iterable<Uint8Array | string>;
}

export function rolloutsPart(of: readonly Rollout[]): Part {
  return linesPart(of, 'rollouts.jsonl');
}

export function problemsPart(of: readonly Problem[]): Part {
  return linesPart(of, 'problems.jsonl');
}

export function metricsPart(of: readonly MetricsLogRow[]): Part {
  return linesPart(of, 'metrics.jsonl');
}

export function configPart(of: object): Part {
  return { of, ending: 'config.json', chunks: () => [`${JSON.stringify(of, null, 2)}\n`] };
}

export function tensorsPart(of: Tensors, kind: 'weights' | 'moments'): Part {
  return { of, ending: `${kind}.safetensors`, chunks: () => safetensorsChunks(new Map(of)) };
}

function linesPart(of: readonly object[], ending: string): Part {
  return {
    of,
    ending,
    *chunks() {
      for (const row of of) yield `${JSON.stringify(row)}\n`;
    },
  };
}

/** `<sha256>.<ending>`. */
export function objectName(part: Part): string {
  const known = names.get(part.of);
  if (known !== undefined) return known;
  const hash = createHash('sha256');
  for (const chunk of part.chunks()) hash.update(chunk);
  const name = `${hash.digest('hex')}.${part.ending}`;
  names.set(part.of, name);
  return name;
}

/** Values never change, so neither does the name of a part. */
const names = new WeakMap<object, string>();

export function objectFile(folder: string, name: string): string {
  return path.join(folder, 'objects', name);
}

/** Writes a part where it is not there yet. @returns its name */
export async function writeObject(folder: string, part: Part): Promise<string> {
  const name = objectName(part);
  const file = objectFile(folder, name);
  if (existsSync(file)) return name;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    const handle = await open(`${file}.partial`, 'w');
    try {
      for (const chunk of part.chunks()) await handle.writeFile(chunk);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(`${file}.partial`, file);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw environmentError(
      `${file}: a part of the session could not be written (${reason}); what was saved before is whole. Make room, or save elsewhere.`,
      { cause },
    );
  }
  return name;
}

/** Removes what no value of the session names any more, and what a crash left half-written. */
export async function removeOthers(folder: string, kept: ReadonlySet<string>): Promise<void> {
  const objects = path.join(folder, 'objects');
  for (const name of existsSync(objects) ? await readdir(objects) : [])
    if (!kept.has(name) && isObjectName(name)) await rm(path.join(objects, name), { force: true });
}

/** What others put there is theirs. */
function isObjectName(name: string): boolean {
  return /^[0-9a-f]{64}\.(rollouts|problems|metrics)\.jsonl(\.partial)?$|^[0-9a-f]{64}\.(config\.json|(weights|moments)\.safetensors)(\.partial)?$/.test(
    name,
  );
}

export async function readRolloutsObject(folder: string, name: string): Promise<Rollout[]> {
  return remembered(name, [...readRollouts(await checked(folder, name))]);
}

export async function readLines<T extends object>(folder: string, name: string): Promise<T[]> {
  const text = await readFile(await checked(folder, name), 'utf8');
  const lines = text.split('\n').slice(0, -1);
  return remembered(
    name,
    lines.map((line) => JSON.parse(line) as T),
  );
}

export async function readJsonObject(folder: string, name: string): Promise<object> {
  const text = await readFile(await checked(folder, name), 'utf8');
  return JSON.parse(text) as object;
}

export async function readTensors(folder: string, name: string): Promise<Map<string, NamedTensor>> {
  const file = await openSafetensors(await checked(folder, name));
  try {
    const tensors = new Map<string, NamedTensor>();
    for (const tensor of file.names) tensors.set(tensor, await file.read(tensor));
    return remembered(name, tensors);
  } finally {
    await file.close();
  }
}

function remembered<T extends object>(name: string, part: T): T {
  names.set(part, name);
  return part;
}

/** The file, once its content is what its name says. */
async function checked(folder: string, name: string): Promise<string> {
  const file = objectFile(folder, name);
  if (!existsSync(file))
    throw inputError(
      `${folder}: expected the part ${name} of the session in objects/, there is none. The folder is not whole: restore it from a copy.`,
    );
  const came = createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
  if (name.startsWith(came)) return file;
  throw inputError(
    `${file}: expected the content that was saved (SHA-256 ${name.slice(0, 12)}…), got ${came.slice(0, 12)}…. The file was changed or damaged: restore it from a copy.`,
  );
}
