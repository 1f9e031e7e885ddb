import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { environmentError, inputError } from '../errors.js';
import type { Rollout } from '../records.js';
import { createIdCheck, identities } from './log-ids.js';
import { checkVersion, readRollouts } from './log-reader.js';

const NEWLINE = 0x0a;
const CHUNK_BYTES = 1 << 20;
const WRITE_BYTES = 1 << 24;

/**
 * An append-only `rollouts.jsonl`. One writer; readers may come at any time (`readRollouts`), also
 * from other processes. No two records have the same id.
 */
export interface RolloutStore {
  readonly file: string;
  /** Bytes of a torn last line that opening cut off: 0 unless a write was interrupted. */
  readonly recoveredBytes: number;
  /**
   * All of them or none: written, then one fsync. When it returns, the records survive a crash and a
   * power cut; when it throws, the log is as it was. Steps may come in any order, so that more
   * completions can be drawn for earlier problems; an id that is there already is refused.
   */
  append(rollouts: readonly Rollout[]): void;
  readAll(): Rollout[];
  /** Drops the rollouts of later steps, by a rename: a crash leaves the old file or the new one. */
  truncateAfterStep(step: number): void;
  close(): void;
}

/**
 * Opens (or makes) a rollout log, one JSON record a line. A last line without its end, which an
 * interrupted write leaves, is cut off; any other damage is an error that names the line.
 */
export function openRolloutStore(file: string): RolloutStore {
  const resolved = path.resolve(file);
  const isNew = !existsSync(resolved);
  const ids = createIdCheck(resolved);
  let descriptor = openForAppend(resolved);
  if (isNew) syncFolder(path.dirname(resolved));
  let recoveredBytes = 0;
  try {
    recoveredBytes = cutTornLine(descriptor);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  let size = fstatSync(descriptor).size;
  return {
    file: resolved,
    recoveredBytes,
    append(rollouts) {
      if (rollouts.length === 0) return;
      rollouts.forEach((rollout) => checkVersion(rollout, 'append'));
      checkOnlyWriter(resolved, descriptor, size);
      ids.check(rollouts);
      size = appendWhole(resolved, descriptor, size, rollouts);
      ids.add(rollouts);
    },
    readAll: () => [...readRollouts(resolved)],
    truncateAfterStep(step) {
      copyUpToStep(resolved, `${resolved}.partial`, step);
      closeSync(descriptor);
      renameSync(`${resolved}.partial`, resolved);
      syncFolder(path.dirname(resolved));
      descriptor = openForAppend(resolved);
      size = fstatSync(descriptor).size;
      ids.forget();
    },
    close: () => closeSync(descriptor),
  };
}

function openForAppend(file: string): number {
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    return openSync(file, 'a+');
  } catch (cause) {
    throw inputError(
      `openRolloutStore: cannot write ${file}. Check that its folder exists and can be written.`,
      { cause },
    );
  }
}

/** Walks back to the last line end; everything after it was never acknowledged. */
function cutTornLine(descriptor: number): number {
  const { size } = fstatSync(descriptor);
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let end = size;
  let whole = 0;
  while (end > 0) {
    const start = Math.max(0, end - CHUNK_BYTES);
    readSync(descriptor, buffer, 0, end - start, start);
    const newline = buffer.subarray(0, end - start).lastIndexOf(NEWLINE);
    if (newline >= 0) {
      whole = start + newline + 1;
      break;
    }
    end = start;
  }
  if (whole < size) {
    ftruncateSync(descriptor, whole);
    fsyncSync(descriptor);
  }
  return size - whole;
}

/** Two writers would cut each other's lines: the second one to append is told. */
function checkOnlyWriter(file: string, descriptor: number, size: number): void {
  const mine = fstatSync(descriptor);
  const there = existsSync(file) ? statSync(file) : null;
  if (there !== null && there.ino === mine.ino && there.dev === mine.dev && mine.size === size)
    return;
  throw inputError(
    `${file}: expected the log as this store left it (${size} bytes), but it was ${there === null ? 'removed' : there.ino === mine.ino ? `changed (${mine.size} bytes)` : 'replaced'}. One process at a time may write it: stop the other one and open the store again.`,
  );
}

/** The new size. A write that fails halfway (a full disk) is taken back before the error is thrown. */
function appendWhole(
  file: string,
  descriptor: number,
  size: number,
  rollouts: readonly Rollout[],
): number {
  try {
    const written = writeLines(
      descriptor,
      rollouts.map((rollout) => JSON.stringify(rollout)),
    );
    fsyncSync(descriptor);
    return size + written;
  } catch (cause) {
    ftruncateSync(descriptor, size);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw environmentError(
      `${file}: ${rollouts.length} rollouts could not be appended (${reason}); those before are safe. Make room on the disk and go on (resume).`,
      { cause },
    );
  }
}

/** Bytes written: one write, or several where the records are larger than one string should be. */
function writeLines(descriptor: number, lines: readonly string[]): number {
  let written = 0;
  let waiting: string[] = [];
  let length = 0;
  const flush = (): void => {
    const bytes = Buffer.from(waiting.join(''), 'utf8');
    writeAll(descriptor, bytes);
    written += bytes.length;
    waiting = [];
    length = 0;
  };
  for (const line of lines) {
    waiting.push(line, '\n');
    length += line.length + 1;
    if (length > WRITE_BYTES) flush();
  }
  flush();
  return written;
}

/** A write may take less than it was given. */
function writeAll(descriptor: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length;) {
    done += writeSync(descriptor, bytes, done, bytes.length - done);
  }
}

/** The lines of steps up to this one, as they stand, safe on disk in another file. */
function copyUpToStep(from: string, to: string, lastStep: number): void {
  const target = openSync(to, 'w');
  try {
    const newline = Buffer.from('\n');
    let kept: Buffer[] = [];
    let length = 0;
    for (const { step, bytes } of identities(from)) {
      if (step > lastStep) continue;
      kept.push(Buffer.from(bytes), newline);
      length += bytes.length;
      if (length < CHUNK_BYTES) continue;
      writeAll(target, Buffer.concat(kept));
      kept = [];
      length = 0;
    }
    writeAll(target, Buffer.concat(kept));
    fsyncSync(target);
  } catch (error) {
    rmSync(to, { force: true });
    throw error;
  } finally {
    closeSync(target);
  }
}

/** Makes a new name in the folder survive a power cut. */
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
