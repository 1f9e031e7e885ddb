import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { inputError } from '../errors.js';
import { writeFolder } from '../policy/folder/write.js';
import {
  openSafetensors,
  safetensorsChunks,
  trainableVariables,
  type NamedTensor,
  type Policy,
  type TrainableVariable,
} from '../policy/index.js';
import { assign, copyOf, type Optimizer } from './optimizer.js';

const WEIGHTS = 'trainable.safetensors';
const MOMENTS = 'optimizer.safetensors';
const STATE = 'checkpoint.json';
const FORMAT_VERSION = 1;

export interface SaveCheckpointInput {
  /** The run's `checkpoints` folder. */
  readonly folder: string;
  /** Updates or steps done, as the caller counts them. */
  readonly step: number;
  readonly policy: Policy;
  /** What is trained beside the policy (`valueHeadVariables`). @default nothing */
  readonly further?: readonly TrainableVariable[];
  readonly optimizer: Optimizer;
  /** States of the run's generators (`random.state()`), by name. @default none */
  readonly random?: Readonly<Record<string, string>>;
  /** Whatever else the caller needs to go on; JSON. @default null */
  readonly data?: unknown;
  /** How many checkpoints stay, this one included. @default all */
  readonly keep?: number;
  /** A step whose checkpoint stays beyond `keep`: the best one so far. @default none */
  readonly protectedStep?: number;
}

export interface Checkpoint {
  /** The checkpoint's own folder. */
  folder: string;
  step: number;
  random: Record<string, string>;
  data: unknown;
}

/**
 * Writes `step_N`: trainable weights and moments in float32 safetensors, and the rest as JSON with
 * the SHA-256 of both. The folder is written beside its place, synced, then renamed: a crash leaves
 * the earlier checkpoints and no half of this one. @returns its folder
 */
export async function saveCheckpoint(input: SaveCheckpointInput): Promise<string> {
  const { step, optimizer, random = {}, data = null, keep = Infinity } = input;
  const root = path.resolve(input.folder);
  if (!Number.isInteger(step) || step < 0 || keep < 1) {
    throw inputError(
      `saveCheckpoint: expected a step of at least 0 and keep of at least 1, got step ${step} and keep ${keep}.`,
    );
  }
  const weights = new Map(
    trainedVariables(input).map(({ name, variable }) => [name, copyOf(variable)]),
  );
  const { step: optimizerStep, moments } = optimizer.exportState();
  const files = [
    { name: WEIGHTS, chunks: [...safetensorsChunks(weights)] },
    { name: MOMENTS, chunks: [...safetensorsChunks(moments)] },
  ];
  const sha256 = Object.fromEntries(files.map(({ name, chunks }) => [name, hashOf(chunks)]));
  const state = { version: FORMAT_VERSION, step, optimizerStep, random, data, sha256 };
  const target = path.join(root, `step_${step}`);
  await clearLeftovers(root);
  // The same step again, after going on from an earlier one: what lies there is of another past.
  await removeFolder(target);
  await writeFolder(target, [
    ...files,
    { name: STATE, chunks: [`${JSON.stringify(state, null, 2)}\n`] },
  ]);
  const others = (await listCheckpoints(root)).filter(
    (other) => other.step !== step && other.step !== input.protectedStep,
  );
  const surplus = Math.max(0, others.length - (keep - 1));
  for (const old of others.slice(0, surplus)) await removeFolder(old.folder);
  return target;
}

/**
 * Puts a checkpoint's weights and moments into the policy and the optimizer, bit for bit, and
 * returns the rest. Nothing is changed when a file is missing, damaged, or of another policy.
 * @param folder a `step_N` folder
 */
export async function loadCheckpoint(
  folder: string,
  into: Pick<SaveCheckpointInput, 'policy' | 'further' | 'optimizer'>,
): Promise<Checkpoint> {
  const state = await readState(folder);
  const weights = await readTensors(path.join(folder, WEIGHTS), state.sha256[WEIGHTS]);
  const moments = await readTensors(path.join(folder, MOMENTS), state.sha256[MOMENTS]);
  const variables = trainedVariables(into);
  const names = variables.map(({ name }) => name).sort();
  const stored = [...weights.keys()].sort();
  const fits = variables.every(
    ({ name, variable }) => weights.get(name)?.shape.join() === variable.shape.join(),
  );
  if (!fits || names.length !== stored.length) {
    throw inputError(
      `${folder}: expected the weights this policy trains (${names.length}, first ${names[0]}), got ${stored.length}, first ${stored[0]}, or other shapes. Use the model and the adapter settings the checkpoint was made with.`,
    );
  }
  into.optimizer.importState({ step: state.optimizerStep, moments });
  for (const { name, variable } of variables) assign(variable, weights, name);
  return { folder: path.resolve(folder), step: state.step, random: state.random, data: state.data };
}

/** The checkpoints in a run's `checkpoints` folder, earliest first; none when there is no folder. */
export async function listCheckpoints(root: string): Promise<{ step: number; folder: string }[]> {
  return (await entriesOf(root))
    .flatMap((name) => {
      const match = /^step_(\d+)$/.exec(name);
      return match ? [{ step: Number(match[1]), folder: path.join(root, name) }] : [];
    })
    .sort((one, other) => one.step - other.step);
}

/** The folder of the latest checkpoint, `null` when there is none. */
export async function latestCheckpoint(root: string): Promise<string | null> {
  return (await listCheckpoints(root)).at(-1)?.folder ?? null;
}

function trainedVariables({
  policy,
  further = [],
}: Pick<SaveCheckpointInput, 'policy' | 'further'>): TrainableVariable[] {
  return [...trainableVariables(policy), ...further];
}

interface State {
  step: number;
  optimizerStep: number;
  random: Record<string, string>;
  data: unknown;
  sha256: Record<string, string>;
}

async function readState(folder: string): Promise<State> {
  const file = path.join(folder, STATE);
  let state: State & { version: number };
  try {
    state = JSON.parse(await readFile(file, 'utf8')) as State & { version: number };
  } catch (cause) {
    throw inputError(
      `loadCheckpoint: cannot read ${file}. Give a step_N folder that saveCheckpoint wrote.`,
      { cause },
    );
  }
  if (state.version !== FORMAT_VERSION) {
    throw inputError(
      `${file}: expected a checkpoint of version ${FORMAT_VERSION}, got ${JSON.stringify(state.version)}. Read it with the release that wrote it.`,
    );
  }
  return state;
}

async function readTensors(file: string, sha256: string): Promise<Map<string, NamedTensor>> {
  const opened = await openSafetensors(file);
  try {
    const came = hashOf([await readFile(file)]);
    if (came !== sha256) {
      throw inputError(
        `${file}: expected the contents that were saved (SHA-256 ${sha256}), got ${came}. The file was changed or damaged: go on from an earlier checkpoint.`,
      );
    }
    const tensors = new Map<string, NamedTensor>();
    for (const name of opened.names) tensors.set(name, await opened.read(name));
    return tensors;
  } finally {
    await opened.close();
  }
}

/** What a crash left of an unfinished save or removal. */
async function clearLeftovers(root: string): Promise<void> {
  for (const name of await entriesOf(root)) {
    if (/^step_\d+\.(partial-\d+|removed)$/.test(name)) {
      await rm(path.join(root, name), { recursive: true, force: true });
    }
  }
}

/** Out of sight by one rename first, so that no half-removed checkpoint is ever seen. */
async function removeFolder(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  await rename(folder, `${folder}.removed`);
  await rm(`${folder}.removed`, { recursive: true, force: true });
}

async function entriesOf(root: string): Promise<string[]> {
  return existsSync(root) ? readdir(root) : [];
}

function hashOf(chunks: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}
