import { open, type FileHandle } from 'node:fs/promises';
import { inputError } from '../errors.js';
import { bf16Memory } from '../tensor/index.js';
import { isObject, parseJsonObject } from './files.js';
import { bfloat16ToFloat32, float16ToFloat32, float32ToBfloat16 } from './floats.js';

/** A tensor as it lies in memory: row-major float32. */
export interface NamedTensor {
  shape: number[];
  values: Float32Array;
}

/** The same rounded to bfloat16, as it lies in a file. */
export interface HalfTensor {
  shape: number[];
  halves: Uint16Array;
}

type StoredType = 'F32' | 'F16' | 'BF16';
const bytesPerValue: Record<StoredType, number> = { F32: 4, F16: 2, BF16: 2 };

interface Entry {
  dtype: string;
  shape: number[];
  start: number;
  end: number;
}

/** An open safetensors file: its header is read, its tensors are read one by one. */
export interface SafetensorsFile {
  names: string[];
  shape(name: string): number[];
  read(name: string): Promise<NamedTensor>;
  /** bfloat16: as stored, other types rounded. */
  readHalves(name: string): Promise<HalfTensor>;
  close(): Promise<void>;
}

/**
 * Opens a `.safetensors` file: eight bytes of header length (little-endian), a JSON header, then the
 * packed tensors. Float types (F32, F16, BF16) are read, as float32.
 */
export async function openSafetensors(file: string): Promise<SafetensorsFile> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch (cause) {
    throw inputError(`Cannot read ${file}. Check the path; the folder must be complete.`, {
      cause,
    });
  }
  try {
    const { entries, dataStart } = await readHeader(handle, file);
    return {
      names: [...entries.keys()],
      shape: (name) => entryOf(entries, name, file).shape,
      read: (name) => readTensor(handle, dataStart, name, entryOf(entries, name, file), file),
      readHalves: (name) =>
        readHalfTensor(handle, dataStart, name, entryOf(entries, name, file), file),
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * The bytes of a safetensors file, in chunks: names sorted, header padded with blanks to eight
 * bytes, `__metadata__` as PyTorch writers put it. The same tensors give the same bytes.
 * bfloat16 rounds to nearest, ties to even.
 */
export function* safetensorsChunks(
  tensors: ReadonlyMap<string, NamedTensor>,
  dtype: 'float32' | 'bfloat16' = 'float32',
): Generator<Uint8Array> {
  const stored: StoredType = dtype === 'float32' ? 'F32' : 'BF16';
  const names = [...tensors.keys()].sort();
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  let offset = 0;
  for (const name of names) {
    const { shape, values } = tensors.get(name)!;
    const bytes = values.length * bytesPerValue[stored];
    header[name] = { dtype: stored, shape, data_offsets: [offset, offset + bytes] };
    offset += bytes;
  }
  const json = Buffer.from(JSON.stringify(header), 'utf8');
  const padded = Buffer.alloc(Math.ceil(json.length / 8) * 8, ' ');
  json.copy(padded);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  yield length;
  yield padded;
  for (const name of names) {
    const { values } = tensors.get(name)!;
    const data = stored === 'F32' ? values : float32ToBfloat16(values);
    yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
}

async function readHeader(
  handle: FileHandle,
  file: string,
): Promise<{ entries: Map<string, Entry>; dataStart: number }> {
  const size = (await handle.stat()).size;
  const prefix = Buffer.alloc(8);
  await handle.read(prefix, 0, 8, 0);
  const headerBytes = Number(prefix.readBigUInt64LE());
  if (size < 8 || headerBytes > size - 8) {
    throw inputError(
      `${file}: truncated or not safetensors: the header should have ${headerBytes} bytes, the file has ${size}. Fetch it again.`,
    );
  }
  const text = Buffer.alloc(headerBytes);
  await handle.read(text, 0, headerBytes, 8);
  const header = parseJsonObject(text.toString('utf8'), `${file} (header)`);
  const dataStart = 8 + headerBytes;
  const entries = new Map<string, Entry>();
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const entry = parseEntry(value);
    if (entry === null) {
      throw inputError(
        `${file}: the header entry of ${name} is malformed: ${JSON.stringify(value)}.`,
      );
    }
    if (dataStart + entry.end > size) {
      throw inputError(
        `${file}: truncated: ${name} ends at byte ${dataStart + entry.end}, the file has ${size}. Fetch it again.`,
      );
    }
    entries.set(name, entry);
  }
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

function entryOf(entries: Map<string, Entry>, name: string, file: string): Entry {
  const entry = entries.get(name);
  if (entry === undefined) throw inputError(`${file}: has no tensor ${name}.`);
  return entry;
}

type Stored = [FileHandle, dataStart: number, name: string, entry: Entry, file: string];

async function readTensor(...stored: Stored): Promise<NamedTensor> {
  const { dtype, shape, bytes } = await readStored(...stored);
  const { buffer } = bytes;
  switch (dtype) {
    case 'F32':
      return { shape, values: new Float32Array(buffer) };
    case 'BF16':
      return { shape, values: bfloat16ToFloat32(new Uint16Array(buffer)) };
    case 'F16':
      return { shape, values: float16ToFloat32(new Uint16Array(buffer)) };
  }
}

async function readHalfTensor(...stored: Stored): Promise<HalfTensor> {
  const allocate = (bytes: number): Uint8Array => {
    const { buffer, byteOffset } = bf16Memory(bytes / 2);
    return new Uint8Array(buffer, byteOffset, bytes);
  };
  const [handle, dataStart, name, entry, file] = stored;
  const direct = entry.dtype === 'BF16' ? allocate : undefined; // no second copy of the weights
  const { dtype, shape, bytes } = await readStored(handle, dataStart, name, entry, file, direct);
  const { buffer, byteOffset, byteLength } = bytes;
  switch (dtype) {
    case 'F32':
      return { shape, halves: float32ToBfloat16(new Float32Array(buffer)) };
    case 'BF16':
      return { shape, halves: new Uint16Array(buffer, byteOffset, byteLength / 2) };
    case 'F16':
      return { shape, halves: float32ToBfloat16(float16ToFloat32(new Uint16Array(buffer))) };
  }
}

async function readStored(
  handle: FileHandle,
  dataStart: number,
  name: string,
  entry: Entry,
  file: string,
  // One ArrayBuffer of its own: aligned, and not a view into Node's shared pool.
  allocate = (bytes: number): Uint8Array<ArrayBufferLike> => new Uint8Array(new ArrayBuffer(bytes)),
): Promise<{ dtype: StoredType; shape: number[]; bytes: Uint8Array }> {
  const { dtype, shape } = entry;
  if (dtype !== 'F32' && dtype !== 'F16' && dtype !== 'BF16') {
    throw inputError(`${file}: ${name} is stored as ${dtype}; expected F32, F16 or BF16.`);
  }
  const count = shape.reduce((product, size) => product * size, 1);
  const bytes = entry.end - entry.start;
  if (bytes !== count * bytesPerValue[dtype]) {
    throw inputError(
      `${file}: ${name} of shape [${shape.join(', ')}] (${dtype}) should have ${count * bytesPerValue[dtype]} bytes, the header gives it ${bytes}.`,
    );
  }
  const target = allocate(bytes);
  await readFully(handle, target, dataStart + entry.start);
  return { dtype, shape, bytes: target };
}

/** One `read` gives at most 2 GiB. */
async function readFully(handle: FileHandle, target: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < target.length) {
    const length = Math.min(target.length - done, 2 ** 30);
    const { bytesRead } = await handle.read(target, done, length, position + done);
    if (bytesRead === 0)
      throw inputError('A safetensors file became shorter while it was being read.');
    done += bytesRead;
  }
}
