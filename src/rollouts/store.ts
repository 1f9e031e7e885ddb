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
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { inputError } from '../errors.js';
import type { Rollout } from '../records.js';

/** The version of the record this library writes and reads. */
const RECORD_VERSION = 1;
const NEWLINE = 0x0a;
const CHUNK_BYTES = 1 << 20;

/** An append-only `rollouts.jsonl`. One writer; readers may come at any time (`readRollouts`). */
export interface RolloutStore {
  readonly file: string;
  /** Bytes of a torn last line that opening cut off: 0 unless a write was interrupted. */
  readonly recoveredBytes: number;
  /** One write and one fsync: when it returns, the records survive a crash. */
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
  let descriptor = openForAppend(resolved);
  if (isNew) syncFolder(path.dirname(resolved));
  let recoveredBytes = 0;
  try {
    recoveredBytes = cutTornLine(descriptor);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  return {
    file: resolved,
    recoveredBytes,
    append(rollouts) {
      if (rollouts.length === 0) return;
      rollouts.forEach((rollout) => checkVersion(rollout, 'append'));
      const text = rollouts.map((rollout) => `${JSON.stringify(rollout)}\n`).join('');
      writeAll(descriptor, Buffer.from(text, 'utf8'));
      fsyncSync(descriptor);
    },
    readAll: () => [...readRollouts(resolved)],
    truncateAfterStep(step) {
      const temporary = `${resolved}.partial`;
      const target = openSync(temporary, 'w');
      try {
        for (const { bytes, number } of lines(resolved)) {
          if (parseLine(bytes, resolved, number).step <= step) {
            writeAll(target, Buffer.concat([bytes, Buffer.from('\n')]));
          }
        }
        fsyncSync(target);
      } catch (error) {
        rmSync(temporary, { force: true });
        throw error;
      } finally {
        closeSync(target);
      }
      closeSync(descriptor);
      renameSync(temporary, resolved);
      syncFolder(path.dirname(resolved));
      descriptor = openForAppend(resolved);
    },
    close: () => closeSync(descriptor),
  };
}

/** The records of a log in order, one at a time; a last line still being written is left out. */
export function* readRollouts(file: string): Generator<Rollout> {
  if (!existsSync(file)) {
    throw inputError(
      `readRollouts: expected a rollout log, but there is no file ${file}. Give the rollouts.jsonl of a run.`,
    );
  }
  for (const { bytes, number } of lines(file)) yield parseLine(bytes, file, number);
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

/** Whole lines only, without their ends, by chunks: a log may be larger than the longest string. */
function* lines(file: string): Generator<{ bytes: Buffer; number: number }> {
  const descriptor = openSync(file, 'r');
  try {
    let rest = Buffer.alloc(0);
    let number = 0;
    for (;;) {
      const chunk = Buffer.alloc(CHUNK_BYTES);
      const length = readSync(descriptor, chunk, 0, CHUNK_BYTES, null);
      if (length === 0) return;
      rest = Buffer.concat([rest, chunk.subarray(0, length)]);
      let start = 0;
      for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE, start)) {
        number++;
        yield { bytes: rest.subarray(start, end), number };
        start = end + 1;
      }
      rest = rest.subarray(start);
    }
  } finally {
    closeSync(descriptor);
  }
}

function parseLine(bytes: Buffer, file: string, number: number): Rollout {
  const where = `${file}:${number}`;
  let record: unknown;
  try {
    record = JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw inputError(
      `${where}: expected one JSON record a line, got ${JSON.stringify(bytes.toString('utf8').slice(0, 40))}…. Remove or restore that line.`,
      { cause },
    );
  }
  checkVersion(record, where);
  return record as Rollout;
}

function checkVersion(record: unknown, where: string): void {
  const version =
    typeof record === 'object' && record !== null && 'version' in record
      ? record.version
      : undefined;
  if (version !== RECORD_VERSION) {
    throw inputError(
      `${where}: expected a rollout record of version ${RECORD_VERSION}, got version ${JSON.stringify(version)}. Read it with the release that wrote it.`,
    );
  }
}

/** A write may take less than it was given. */
function writeAll(descriptor: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length;) {
    done += writeSync(descriptor, bytes, done, bytes.length - done);
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
