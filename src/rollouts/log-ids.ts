import { existsSync } from 'node:fs';
import { inputError } from '../errors.js';
import type { Rollout } from '../records.js';
import { logLines, parseLine } from './log-reader.js';

type Identity = Pick<Rollout, 'id' | 'step'>;

/** Keeps the ids of a log unique. It reads the log at the first append to one that is not empty. */
export interface IdCheck {
  /** An error when one of these is in the log already, or twice among these. */
  check(rollouts: readonly Identity[]): void;
  /** They are in the log now. */
  add(rollouts: readonly Identity[]): void;
  /** The log was changed: what was known of it does not hold. */
  forget(): void;
}

/**
 * An id is `run/step/group/sample`, so a record of a later step than any in the log is new: a
 * training, whose steps only go up, costs no memory but the ids of its last step. Only an append to an
 * earlier step (more completions for problems already drawn) reads all ids.
 */
export function createIdCheck(file: string): IdCheck {
  let last: { step: number; ids: Set<string> } | null = null;
  let all: Set<string> | null = null;
  return {
    check(rollouts) {
      last ??= lastStep(file);
      const given = new Set<string>();
      for (const { id, step } of rollouts) {
        if (typeof id !== 'string' || !Number.isInteger(step)) {
          throw inputError(
            `${file}: expected rollouts with an id and a whole step to append, got id ${JSON.stringify(id)}, step ${JSON.stringify(step)}.`,
          );
        }
        if (given.has(id)) refuse(file, id, 'it is twice in this append. Leave one out');
        given.add(id);
        if (step > last.step) continue;
        if (step < last.step) all ??= allIds(file);
        if ((all ?? last.ids).has(id))
          refuse(
            file,
            id,
            `it is there already, at step ${step}. Go on after the last step, or drop the later steps first (truncateAfterStep)`,
          );
      }
    },
    add(rollouts) {
      for (const { id, step } of rollouts) {
        if (last === null || step > last.step) last = { step, ids: new Set() };
        if (step === last.step) last.ids.add(id);
        all?.add(id);
      }
    },
    forget() {
      last = null;
      all = null;
    },
  };
}

function refuse(file: string, id: string, why: string): never {
  throw inputError(`${file}: expected every rollout once, got ${JSON.stringify(id)}, but ${why}.`);
}

/** The highest step of a log and the ids recorded for it. */
function lastStep(file: string): { step: number; ids: Set<string> } {
  let last = { step: -Infinity, ids: new Set<string>() };
  for (const { id, step } of identities(file)) {
    if (step > last.step) last = { step, ids: new Set() };
    if (step === last.step) last.ids.add(id);
  }
  return last;
}

function allIds(file: string): Set<string> {
  const ids = new Set<string>();
  for (const { id } of identities(file)) ids.add(id);
  return ids;
}

/** The beginning of a record as this library writes it: version, id, run, step. */
const header = /^\{"version":1,"id":"((?:[^"\\]|\\.)*)","run":"(?:[^"\\]|\\.)*","step":(-?\d+)[,}]/;
const HEADER_BYTES = 512;

/** Ids and steps alone, which a record states first: a hundred times as fast as reading the records. */
export function* identities(file: string): Generator<Identity & { bytes: Buffer }> {
  if (!existsSync(file)) return;
  for (const { bytes, number } of logLines(file)) {
    const found = header.exec(bytes.toString('utf8', 0, HEADER_BYTES));
    if (found) yield { id: JSON.parse(`"${found[1]}"`) as string, step: Number(found[2]), bytes };
    else yield { ...identityOf(parseLine(bytes, file, number)), bytes };
  }
}

function identityOf({ id, step }: Rollout): Identity {
  return { id, step };
}
