import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { inputError } from '../../errors.js';
import type { Rollout } from '../../records.js';
import type { RolloutSource } from '../engine/protocol.js';
import type { RolloutColumns } from './columns.js';
import { addRecord, emptyColumns } from './columns.js';
import { lightRecord } from './light-record.js';
import type { Progress } from './messages.js';

const NEWLINE = 0x0a;
const CHUNK_BYTES = 1 << 20;

/** The index of a log that is read bit by bit, while pages of what has been read are answered. */
export interface LogIndex {
  readonly columns: RolloutColumns;
  /** Reads on for about so long; `true` when something was added or the file was replaced. */
  advance(milliseconds: number): boolean;
  progress(): Progress;
  /** The record as it stands in the file. */
  read(position: number): Rollout;
  close(): void;
}

/**
 * Opens a log, a session's or a run's, and reads nothing yet. A line that is no rollout is counted and
 * passed over. A last line without its end waits for it in a file that grows; in one that does not, it
 * is read where it is whole. A file put in the place of this one is read from its start.
 */
export function openLogIndex({ file, follows }: RolloutSource): LogIndex {
  let opened = open(file, 0);
  const advance = (milliseconds: number): boolean => {
    const before = { count: opened.columns.count, generation: opened.generation };
    if (isReplaced(opened)) {
      closeSync(opened.descriptor);
      opened = open(file, opened.generation + 1);
    }
    const until = performance.now() + milliseconds;
    while (!readSome(opened, follows) && performance.now() < until);
    return opened.columns.count !== before.count || opened.generation !== before.generation;
  };
  return {
    get columns() {
      return opened.columns;
    },
    advance,
    progress() {
      const { columns, scanned, filled, descriptor } = opened;
      const total = fstatSync(descriptor).size;
      const isWhole = opened.atEnd && scanned + filled >= total;
      return {
        file,
        records: columns.count,
        bytes: scanned,
        total,
        isWhole,
        malformed: opened.malformed,
        firstMalformed: opened.firstMalformed,
        tornBytes: isWhole ? filled : 0,
        generation: opened.generation,
      };
    },
    read: (position) => readRecord(opened, position),
    close: () => closeSync(opened.descriptor),
  };
}

interface Opened {
  file: string;
  descriptor: number;
  columns: RolloutColumns;
  generation: number;
  /** Bytes of whole lines that have been read; behind them `filled` bytes of the buffer. */
  scanned: number;
  filled: number;
  buffer: Buffer;
  /** Within the buffer, where the next line starts. */
  next: number;
  /** There is no line end in the buffer before this. */
  sought: number;
  /** The last read found nothing more. */
  atEnd: boolean;
  lines: number;
  malformed: number;
  firstMalformed: string | null;
}

function open(file: string, generation: number): Opened {
  try {
    return {
      file,
      descriptor: openSync(file, 'r'),
      columns: emptyColumns(),
      generation,
      scanned: 0,
      filled: 0,
      buffer: Buffer.allocUnsafe(CHUNK_BYTES),
      next: 0,
      sought: 0,
      atEnd: false,
      lines: 0,
      malformed: 0,
      firstMalformed: null,
    };
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw inputError(
      `${file}: expected a log of rollouts (rollouts.jsonl), it cannot be read (${code}). Sample some rollouts first, or name a run that has them.`,
      { cause },
    );
  }
}

/** A truncation puts another file in its place; one that is shorter than what was read is another one too. */
function isReplaced({ file, descriptor, scanned }: Opened): boolean {
  const own = fstatSync(descriptor);
  if (own.size < scanned) return true;
  const there = statSync(file, { throwIfNoEntry: false });
  return there !== undefined && (there.ino !== own.ino || there.dev !== own.dev);
}

/** Some lines of the buffer, or the next bytes into it; `true` when there is no more to read now. */
function readSome(opened: Opened, follows: boolean): boolean {
  for (let lines = 0; lines < 32; lines++) {
    const { buffer, next, filled, sought } = opened;
    const end = buffer.subarray(sought, next + filled).indexOf(NEWLINE);
    if (end < 0) return fill(opened, follows);
    takeLine(opened, sought + end);
  }
  return false;
}

function takeLine(opened: Opened, end: number): void {
  const { buffer, next, columns, scanned } = opened;
  const bytes = buffer.subarray(next, end);
  opened.lines++;
  if (bytes.length > 0) {
    try {
      addRecord(columns, lightRecord(bytes), { start: scanned, length: bytes.length });
    } catch (error) {
      opened.malformed++;
      opened.firstMalformed ??= `line ${opened.lines}: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  opened.scanned += bytes.length + 1;
  opened.filled -= bytes.length + 1;
  opened.next = end + 1;
  opened.sought = end + 1;
}

/** Whole lines are behind us: what is left moves to the front, and more of the file comes behind it. */
function fill(opened: Opened, follows: boolean): boolean {
  const { descriptor } = opened;
  opened.buffer.copyWithin(0, opened.next, opened.next + opened.filled);
  opened.next = 0;
  opened.sought = opened.filled;
  if (opened.filled === opened.buffer.length) {
    const larger = Buffer.allocUnsafe(2 * opened.buffer.length);
    opened.buffer.copy(larger, 0, 0, opened.filled);
    opened.buffer = larger;
  }
  const { buffer, filled, scanned } = opened;
  const length = readSync(descriptor, buffer, filled, buffer.length - filled, scanned + filled);
  opened.filled += length;
  opened.atEnd = length === 0;
  if (length > 0) return false;
  if (!follows && opened.filled > 0) takeLastLine(opened);
  return true;
}

/** A last line without its end is a record where it is whole, and torn where it is not. */
function takeLastLine(opened: Opened): void {
  const { buffer, filled, columns, scanned } = opened;
  const bytes = buffer.subarray(0, filled);
  try {
    addRecord(columns, lightRecord(bytes), { start: scanned, length: filled });
  } catch {
    return;
  }
  opened.lines++;
  opened.scanned += filled;
  opened.filled = 0;
  opened.sought = 0;
}

function readRecord({ descriptor, columns, file }: Opened, position: number): Rollout {
  if (!(position >= 0 && position < columns.count))
    throw inputError(
      `${file}: expected a rollout from 1 to ${columns.count}, got ${position + 1}. It may not have been read yet.`,
    );
  const bytes = Buffer.allocUnsafe(columns.length[position]);
  readSync(descriptor, bytes, 0, bytes.length, columns.start[position]);
  return JSON.parse(bytes.toString('utf8')) as Rollout;
}
