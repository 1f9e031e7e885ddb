import {
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import path from 'node:path';
import { isAlive } from '../../alive.js';
import { buildSegment } from './build-segment.js';
import { indexVersion } from './columns.js';
import { openDatabase, type Database } from './duckdb.js';
import { hashOfEnd, readPart, wholeSize } from './log-parts.js';
import type { RolloutIndexOptions } from './records.js';

/** A Parquet file that holds the lines `start` to `end` (bytes) of a log. */
interface Segment {
  file: string;
  start: number;
  end: number;
  /** Lines before it, and in it. */
  linesBefore: number;
  lines: number;
  hash: string;
}

export interface Segments {
  files: string[];
  rollouts: number;
  /** Of them, read from the log now. */
  added: number;
}

/**
 * Brings the index of a log up to date and returns its segments in order. A segment is never changed:
 * it is made in a folder of its own and put in place by its name, which says the bytes it holds and
 * their hash. So processes need no lock; one that is killed leaves the index as it was; and a log that
 * was cut or replaced is noticed where it differs. Only a last segment that is less than half full is
 * made again when the log has grown.
 */
export async function updateSegments(
  log: string,
  folder: string,
  options: RolloutIndexOptions,
): Promise<Segments> {
  const { segmentBytes = 128 << 20, signal, onProgress } = options;
  mkdirSync(folder, { recursive: true });
  const descriptor = openSync(log, 'r');
  let database: Database | null = null;
  let building: string | null = null;
  try {
    const size = wholeSize(descriptor);
    const there = segmentsIn(folder);
    const used: Segment[] = [];
    let added = 0;
    for (let start = 0, linesBefore = 0; start < size;) {
      signal?.throwIfAborted();
      let segment = knownSegment(there, descriptor, start, size, segmentBytes);
      if (!segment) {
        database ??= await openDatabase(options);
        building ??= mkdtempSync(path.join(folder, `building-${process.pid}-`));
        const part = readPart(descriptor, start, size, segmentBytes);
        const end = start + part.bytes.length;
        const made = path.join(building, 'segment.parquet');
        const json = path.join(building, 'part.jsonl');
        await buildSegment(database.connection, { log, part, linesBefore, json, to: made });
        const hash = hashOfEnd(descriptor, start, end);
        segment = { file: '', start, end, linesBefore, lines: part.lines, hash };
        segment.file = path.join(folder, nameOf(segment));
        place(made, segment.file);
        added += part.lines;
      }
      used.push(segment);
      linesBefore += segment.lines;
      start = segment.end;
      if (added > 0) onProgress?.(start, size);
    }
    removeUnused(folder, there, used);
    const rollouts = used.reduce((sum, { lines }) => sum + lines, 0);
    return { files: used.map(({ file }) => file), rollouts, added };
  } finally {
    closeSync(descriptor);
    database?.close();
    if (building !== null) rmSync(building, { recursive: true, force: true });
  }
}

/** Takes the index away; what else lies in the folder stays. */
export function removeSegments(folder: string): void {
  for (const { file } of segmentsIn(folder)) rmSync(file, { force: true });
}

const pattern = /^v(\d+)-(\d+)-(\d+)-(\d+)-(\d+)-([0-9a-f]{16})\.parquet$/;

function nameOf({ start, end, linesBefore, lines, hash }: Segment): string {
  return `v${indexVersion}-${start}-${end}-${linesBefore}-${lines}-${hash}.parquet`;
}

/** Segments of this version and of older ones, which nobody uses any more. */
function segmentsIn(folder: string): Segment[] {
  return readdirSync(folder).flatMap((name) => {
    const found = pattern.exec(name);
    if (!found) return [];
    const [version, start, end, linesBefore, lines] = found.slice(1, 6).map(Number);
    if (version > indexVersion) return [];
    const file = path.join(folder, name);
    const hash = version === indexVersion ? found[6] : '';
    return [{ file, start, end, linesBefore, lines, hash }];
  });
}

/** The longest segment from `start` on that holds what the log holds, if it need not be made again. */
function knownSegment(
  there: readonly Segment[],
  descriptor: number,
  start: number,
  size: number,
  segmentBytes: number,
): Segment | undefined {
  return there
    .filter((segment) => segment.start === start && segment.end <= size)
    .filter(({ end }) => end === size || end - start >= segmentBytes / 2)
    .sort((a, b) => b.end - a.end)
    .find(({ end, hash }) => hashOfEnd(descriptor, start, end) === hash);
}

/** Another process may have made the same one meanwhile; then theirs stays. */
function place(made: string, file: string): void {
  try {
    linkSync(made, file);
    rmSync(made);
  } catch (error) {
    if (existsSync(file)) return;
    // A file system without hard links.
    if (error instanceof Error) renameSync(made, file);
  }
}

/** Segments that others have taken the place of, and what killed processes left half made. */
function removeUnused(folder: string, there: readonly Segment[], used: readonly Segment[]): void {
  const kept = new Set(used.map(({ file }) => file));
  for (const { file } of there) if (!kept.has(file)) rmSync(file, { force: true });
  for (const name of readdirSync(folder)) {
    const builder = /^building-(\d+)-/.exec(name)?.[1];
    if (builder !== undefined && !isAlive(Number(builder)))
      rmSync(path.join(folder, name), { recursive: true, force: true });
  }
}
