import { open, type FileHandle } from 'node:fs/promises';
import { inputError } from '../../errors.js';
import { bf16Memory } from '../../tensor/index.js';
import { bfloat16ToFloat32, float16ToFloat32, float32ToBfloat16 } from './floats.js';
import { readHeader, type Entry } from './safetensors-header.js';
import type { HalfTensor, NamedTensor } from './named-tensor.js';

export { safetensorsChunks } from './safetensors-chunks.js';
export type { LazyTensor } from './safetensors-chunks.js';

/** An open safetensors file: its header is read, its tensors are read one by one. */
export interface SafetensorsFile {
  names: string[];
  shape(name: string): number[];
  /** As the file says it: `F32`, `BF16`, `I64`, … */
  dtype(name: string): string;
  read(name: string): Promise<NamedTensor>;
  /** bfloat16: as stored, other types rounded. */
  readHalves(name: string): Promise<HalfTensor>;
  close(): Promise<void>;
}

/**
 * Opens a `.safetensors` file: eight bytes of header length (little-endian), a JSON header, then the
 * packed tensors. Float types (F32, F16, BF16) are read, as float32 or bfloat16.
 *
 * The file is not mapped into memory: Node.js cannot, and a mapping would have to be copied to where
 * the backend works anyhow. Each tensor is read (`pread`) straight into the memory that it will live
 * in; what must be converted passes through a buffer of 4 MiB. So no weight is held twice, and what
 * the system keeps of the file is its page cache, as with a mapping.
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
    const entryOf = (name: string): Entry => {
      const entry = entries.get(name);
      if (entry === undefined) throw inputError(`${file}: has no tensor ${name}.`);
      return entry;
    };
    const storedAt = (name: string): Stored => {
      const { dtype, shape, start, end } = entryOf(name);
      if (!isFloatType(dtype)) throw wrongType(file, name, dtype);
      return { handle, file, dtype, shape, position: dataStart + start, bytes: end - start };
    };
    return {
      names: [...entries.keys()],
      shape: (name) => entryOf(name).shape,
      dtype: (name) => entryOf(name).dtype,
      read: async (name) => readTensor(storedAt(name)),
      readHalves: async (name) => readHalfTensor(storedAt(name)),
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

const floatTypes = ['F32', 'F16', 'BF16'] as const;
type FloatType = (typeof floatTypes)[number];

export function isFloatType(dtype: string): dtype is FloatType {
  return floatTypes.some((known) => known === dtype);
}

export function wrongType(file: string, name: string, dtype: string): Error {
  return inputError(
    `${file}: ${name} is stored as ${dtype}; expected F32, F16 or BF16. Quantised weights must be converted first.`,
  );
}

interface Stored {
  handle: FileHandle;
  file: string;
  dtype: FloatType;
  shape: number[];
  position: number;
  bytes: number;
}

async function readTensor(stored: Stored): Promise<NamedTensor> {
  const { shape, dtype, bytes } = stored;
  const values = new Float32Array(dtype === 'F32' ? bytes / 4 : bytes / 2);
  if (dtype === 'F32') await readInto(stored, bytesOf(values));
  else {
    const widen = dtype === 'BF16' ? bfloat16ToFloat32 : float16ToFloat32;
    await readConverted(stored, (chunk, first) => {
      const halves = new Uint16Array(chunk.buffer, 0, chunk.length / 2);
      widen(halves, values.subarray(first, first + halves.length));
    });
  }
  return { shape, values };
}

async function readHalfTensor(stored: Stored): Promise<HalfTensor> {
  const { shape, dtype, bytes } = stored;
  const halves = bf16Memory(dtype === 'F32' ? bytes / 4 : bytes / 2);
  if (dtype === 'BF16') await readInto(stored, bytesOf(halves));
  else if (dtype === 'F32') {
    await readConverted(stored, (chunk, first) => {
      const values = new Float32Array(chunk.buffer, 0, chunk.length / 4);
      float32ToBfloat16(values, halves.subarray(first, first + values.length));
    });
  } else {
    const wide = new Float32Array(chunkBytes / 2);
    await readConverted(stored, (chunk, first) => {
      const stored16 = new Uint16Array(chunk.buffer, 0, chunk.length / 2);
      const values = float16ToFloat32(stored16, wide.subarray(0, stored16.length));
      float32ToBfloat16(values, halves.subarray(first, first + values.length));
    });
  }
  return { shape, halves };
}

const chunkBytes = 4 * 2 ** 20;

/** The tensor's bytes piece by piece; `first` is the index of the piece's first value. */
async function readConverted(
  stored: Stored,
  take: (chunk: Uint8Array, first: number) => void,
): Promise<void> {
  const width = stored.dtype === 'F32' ? 4 : 2;
  // A buffer of its own, not a view into Node's shared pool: typed arrays need aligned memory.
  const buffer = new Uint8Array(new ArrayBuffer(Math.min(chunkBytes, stored.bytes)));
  for (let done = 0; done < stored.bytes; done += buffer.length) {
    const chunk = buffer.subarray(0, Math.min(buffer.length, stored.bytes - done));
    await readInto({ ...stored, position: stored.position + done }, chunk);
    take(chunk, done / width);
  }
}

function bytesOf(array: Float32Array | Uint16Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** One `read` gives at most 2 GiB. */
async function readInto({ handle, file, position }: Stored, target: Uint8Array): Promise<void> {
  let done = 0;
  while (done < target.length) {
    const length = Math.min(target.length - done, 2 ** 30);
    const { bytesRead } = await handle.read(target, done, length, position + done);
    if (bytesRead === 0) throw inputError(`${file}: became shorter while it was being read.`);
    done += bytesRead;
  }
}
