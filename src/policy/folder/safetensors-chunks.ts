import { inputError } from '../../errors.js';
import { float32ToBfloat16, float32ToFloat16 } from './floats.js';
import type { NamedTensor } from './named-tensor.js';

/** A tensor whose values are asked for when their turn comes, and dropped after. */
export interface LazyTensor {
  shape: number[];
  read(): Float32Array;
}

/** How tensors are written. */
export type SavedType = 'float32' | 'bfloat16' | 'float16';

export const bytesPerValue: Record<SavedType, number> = { float32: 4, bfloat16: 2, float16: 2 };
const nameInFile: Record<SavedType, string> = { float32: 'F32', bfloat16: 'BF16', float16: 'F16' };

/** Values that are converted and handed on at a time. */
const chunkValues = 2 ** 20;

/**
 * The bytes of a safetensors file, in chunks: names sorted, header padded with blanks to eight
 * bytes, `__metadata__` as PyTorch writers put it. The same tensors give the same bytes.
 * bfloat16 and float16 round to nearest, ties to even; a value too large for float16 is an error.
 */
export function* safetensorsChunks(
  tensors: ReadonlyMap<string, NamedTensor | LazyTensor>,
  dtype: SavedType = 'float32',
): Generator<Uint8Array> {
  const names = [...tensors.keys()].sort();
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  let offset = 0;
  for (const name of names) {
    const { shape } = tensors.get(name)!;
    const bytes = countOf(shape) * bytesPerValue[dtype];
    header[name] = { dtype: nameInFile[dtype], shape, data_offsets: [offset, offset + bytes] };
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
    const tensor = tensors.get(name)!;
    const values = 'values' in tensor ? tensor.values : tensor.read();
    for (let start = 0; start < values.length; start += chunkValues) {
      yield stored(values.subarray(start, start + chunkValues), dtype, name);
    }
  }
}

export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function stored(values: Float32Array, dtype: SavedType, name: string): Uint8Array {
  const data =
    dtype === 'float32'
      ? values
      : dtype === 'bfloat16'
        ? float32ToBfloat16(values)
        : withinFloat16(float32ToFloat16(values), values, name);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function withinFloat16(halves: Uint16Array, values: Float32Array, name: string): Uint16Array {
  const infinite = 0x7c00;
  const bad = halves.findIndex((half, i) => (half & 0x7fff) === infinite && isFinite(values[i]));
  if (bad >= 0) {
    throw inputError(
      `${name} holds ${values[bad]}, beyond float16's largest number 65504. Save as bfloat16 or float32.`,
    );
  }
  return halves;
}
