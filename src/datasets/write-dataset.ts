import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetBytes } from './parquet-bytes.js';
import type { FreeColumns } from './formats.js';

/** What a manifest tells of a file. */
export interface WrittenFile {
  file: string;
  rows: number;
  bytes: number;
  sha256: string;
}

/** Gzip members and lines are put together in pieces of this many characters. */
const pieceLength = 1 << 22;

/**
 * One JSON object a line; gzipped where the name ends in `.gz`. The file is there as a whole or not at
 * all: it takes its name when it is complete.
 */
export function writeJsonl(file: string, rows: Iterable<object>): WrittenFile {
  const zip = file.endsWith('.gz');
  return writeWhole(file, function* () {
    let piece = '';
    let count = 0;
    const bytes = (): Buffer => (zip ? gzipSync(piece) : Buffer.from(piece, 'utf8'));
    for (const row of rows) {
      piece += `${JSON.stringify(row)}\n`;
      count++;
      if (piece.length < pieceLength) continue;
      yield bytes();
      piece = '';
    }
    if (piece !== '' || count === 0) yield bytes();
    return count;
  });
}

/**
 * Parquet with a schema read off the rows: texts, numbers, booleans, lists and records of these; a
 * column that mixes kinds is written as JSON text. As `writeJsonl`, whole or not at all.
 */
export function writeParquet(file: string, rows: readonly object[]): WrittenFile {
  return writeWhole(file, function* () {
    yield parquetBytes(rows as readonly FreeColumns[], file);
    return rows.length;
  });
}

/** A text file, whole or not at all. */
export function writeWholeText(file: string, text: string): WrittenFile {
  return writeWhole(file, function* () {
    yield Buffer.from(text, 'utf8');
    return 1;
  });
}

function writeWhole(file: string, pieces: () => Generator<Buffer, number>): WrittenFile {
  mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
  const temporary = `${file}.partial`;
  const hash = createHash('sha256');
  const descriptor = openSync(temporary, 'w');
  let bytes = 0;
  let rows = 0;
  try {
    const source = pieces();
    for (let next = source.next(); ; next = source.next()) {
      if (next.done) {
        rows = next.value;
        break;
      }
      hash.update(next.value);
      bytes += next.value.length;
      for (let done = 0; done < next.value.length;)
        done += writeSync(descriptor, next.value, done, next.value.length - done);
    }
    fsyncSync(descriptor);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
  renameSync(temporary, file);
  return { file, rows, bytes, sha256: hash.digest('hex') };
}
