import { createHash } from 'node:crypto';
import { fstatSync, readSync } from 'node:fs';

const NEWLINE = 0x0a;
const CHUNK_BYTES = 1 << 20;
const HASHED_BYTES = 1 << 16;

/** Where the last whole line of a log ends; what follows is still being written. */
export function wholeSize(descriptor: number): number {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let end = fstatSync(descriptor).size; end > 0;) {
    const start = Math.max(0, end - CHUNK_BYTES);
    const newline = readExactly(descriptor, buffer.subarray(0, end - start), start).lastIndexOf(
      NEWLINE,
    );
    if (newline >= 0) return start + newline + 1;
    end = start;
  }
  return 0;
}

/** Some whole lines of a log. */
export interface LogPart {
  bytes: Buffer;
  lines: number;
  /** In bytes. */
  longestLine: number;
}

/** The lines from `start` on, as many as fit into `maxBytes`, at least one. `end`: a line's end. */
export function readPart(
  descriptor: number,
  start: number,
  end: number,
  maxBytes: number,
): LogPart {
  for (let size = maxBytes; ; size *= 2) {
    const buffer = Buffer.allocUnsafe(Math.min(size, end - start));
    const last = readExactly(descriptor, buffer, start).lastIndexOf(NEWLINE);
    if (last >= 0) return countLines(buffer.subarray(0, last + 1));
  }
}

function countLines(bytes: Buffer): LogPart {
  let lines = 0;
  let longestLine = 0;
  for (let start = 0; start < bytes.length; lines++) {
    const end = bytes.indexOf(NEWLINE, start) + 1;
    longestLine = Math.max(longestLine, end - start);
    start = end;
  }
  return { bytes, lines, longestLine };
}

/** Of the last bytes of a part: a log that was cut and grew again differs there. */
export function hashOfEnd(descriptor: number, start: number, end: number): string {
  const from = Math.max(start, end - HASHED_BYTES);
  const bytes = readExactly(descriptor, Buffer.allocUnsafe(end - from), from);
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

/** Fills the buffer; what lies behind the end of the file stays zero. */
function readExactly(descriptor: number, buffer: Buffer, position: number): Buffer {
  for (let done = 0; done < buffer.length;) {
    const length = readSync(descriptor, buffer, done, buffer.length - done, position + done);
    if (length === 0) return buffer.fill(0, done);
    done += length;
  }
  return buffer;
}
