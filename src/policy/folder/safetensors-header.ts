import type { FileHandle } from 'node:fs/promises';
import { inputError } from '../../errors.js';
import { isLfsPointer, isObject, parseJsonObject, pointerMessage } from './files.js';

/** Where a tensor lies; bytes count from the end of the header. */
export interface Entry {
  dtype: string;
  shape: number[];
  start: number;
  end: number;
}

/** The format's own limit; a larger number is another format or a broken file. */
const largestHeader = 100_000_000;

const bytesOfType: Record<string, number> = {
  F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U64: 8, U32: 4, U16: 2, U8: 1,
  BOOL: 1, F8_E4M3: 1, F8_E5M2: 1,
}; // prettier-ignore

/**
 * Reads and checks the header of a `.safetensors` file. As the format demands, the tensors must fill
 * the file without gap, overlap or rest; what does not fit is named.
 */
export async function readHeader(
  handle: FileHandle,
  file: string,
): Promise<{ entries: Map<string, Entry>; dataStart: number }> {
  const { size } = await handle.stat();
  if (size === 0) throw inputError(`${file}: is empty. Fetch it again.`);
  const start = Buffer.alloc(32);
  await handle.read(start, 0, start.length, 0);
  if (isLfsPointer(start.toString('latin1'))) throw inputError(pointerMessage(file));
  const prefix = start.subarray(0, 8);
  const headerBytes = Number(prefix.readBigUInt64LE());
  if (size < 8 || headerBytes > Math.min(size - 8, largestHeader)) {
    throw inputError(
      `${file}: truncated or not safetensors: the header should have ${headerBytes} bytes, the file has ${size}. Fetch it again.`,
    );
  }
  const text = Buffer.alloc(headerBytes);
  await handle.read(text, 0, headerBytes, 8);
  const header = parseJsonObject(text.toString('utf8'), `${file} (header)`);
  const entries = new Map<string, Entry>();
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const entry = parseEntry(value);
    if (entry === null) {
      throw inputError(
        `${file}: the header entry of ${name} is malformed: ${JSON.stringify(value)}.`,
      );
    }
    checkSize(entry, name, file);
    entries.set(name, entry);
  }
  const dataStart = 8 + headerBytes;
  checkLayout(entries, size - dataStart, file);
  return { entries, dataStart };
}

function parseEntry(value: unknown): Entry | null {
  if (!isObject(value)) return null;
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !isSizes(shape) || !isSizes(offsets) || offsets.length !== 2)
    return null;
  const [start, end] = offsets;
  return end < start ? null : { dtype, shape, start, end };
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function checkSize({ dtype, shape, start, end }: Entry, name: string, file: string): void {
  const width = bytesOfType[dtype];
  if (width === undefined) return; // A type of a later version: an error only where it is read.
  const bytes = shape.reduce((product, size) => product * size, 1) * width;
  if (bytes !== end - start) {
    throw inputError(
      `${file}: ${name} of shape [${shape.join(', ')}] (${dtype}) should have ${bytes} bytes, the header gives it ${end - start}.`,
    );
  }
}

function checkLayout(entries: ReadonlyMap<string, Entry>, available: number, file: string): void {
  const inOrder = [...entries].sort(([, a], [, b]) => a.start - b.start || a.end - b.end);
  const cut = inOrder.filter(([, { end }]) => end > available);
  if (cut.length > 0) {
    const [name, { end }] = cut[0];
    const others = cut.length > 1 ? ` (and ${cut.length - 1} more after it)` : '';
    throw inputError(
      `${file}: truncated: ${name} ends at byte ${end} of the data${others}, the file has ${available}. Fetch it again.`,
    );
  }
  let filled = 0;
  let before = 'the header';
  for (const [name, { start, end }] of inOrder) {
    if (start !== filled) {
      const problem = start < filled ? 'overlaps' : 'leaves a gap after';
      throw inputError(
        `${file}: ${name} ${problem} ${before}: it starts at byte ${start} of the data, expected ${filled}. The file is broken; fetch it again.`,
      );
    }
    filled = end;
    before = name;
  }
  if (filled !== available) {
    throw inputError(
      `${file}: ${available - filled} bytes after the last tensor (${before}) belong to none. The file is broken; fetch it again.`,
    );
  }
}
