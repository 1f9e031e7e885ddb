import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { inputError } from '../errors.js';
import type { Rollout } from '../records.js';

/** The version of the record this library writes and reads. */
export const recordVersion = 1;
const NEWLINE = 0x0a;
const CHUNK_BYTES = 1 << 20;

/**
 * The records of a log in order, one at a time; a last line still being written is left out. It needs
 * no lock: a writer only adds whole lines at the end, and a truncation puts another file in the place
 * of this one, of which the reader keeps what it opened.
 */
export function* readRollouts(file: string): Generator<Rollout> {
  if (!existsSync(file)) {
    throw inputError(
      `readRollouts: expected a rollout log, but there is no file ${file}. Give the rollouts.jsonl of a run.`,
    );
  }
  for (const { bytes, number } of logLines(file)) yield parseLine(bytes, file, number);
}

export interface LogLine {
  /** Without the line end. The memory is used again for later lines. */
  bytes: Buffer;
  /** From 1. */
  number: number;
}

/** Whole lines only, by chunks: a log may be larger than the longest string. */
export function* logLines(file: string): Generator<LogLine> {
  const descriptor = openSync(file, 'r');
  try {
    let buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    let filled = 0;
    let number = 0;
    for (;;) {
      const length = readSync(descriptor, buffer, filled, buffer.length - filled, null);
      if (length === 0) return;
      const seen = filled;
      filled += length;
      let start = 0;
      for (let end = newlineIn(buffer, seen, filled); end >= 0;) {
        number++;
        yield { bytes: buffer.subarray(start, end), number };
        start = end + 1;
        end = newlineIn(buffer, start, filled);
      }
      buffer.copyWithin(0, start, filled);
      filled -= start;
      if (filled === buffer.length) {
        const larger = Buffer.allocUnsafe(2 * buffer.length);
        buffer.copy(larger, 0, 0, filled);
        buffer = larger;
      }
    }
  } finally {
    closeSync(descriptor);
  }
}

/** The first line end in a part of the buffer, -1 when there is none. */
function newlineIn(buffer: Buffer, start: number, end: number): number {
  const found = buffer.subarray(start, end).indexOf(NEWLINE);
  return found < 0 ? -1 : start + found;
}

/** One line as a record of this version; an error names file and line. */
export function parseLine(bytes: Buffer, file: string, number: number): Rollout {
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

export function checkVersion(record: unknown, where: string): void {
  const version =
    typeof record === 'object' && record !== null && 'version' in record
      ? record.version
      : undefined;
  if (version === recordVersion) return;
  const newer = typeof version === 'number' && version > recordVersion;
  throw inputError(
    `${where}: expected a rollout record of version ${recordVersion}, got ${version === undefined ? 'none' : `version ${JSON.stringify(version)}`}. ${newer ? 'It was written by a newer release: read it with that one.' : 'Read it with the release that wrote it.'}`,
  );
}
