import { open, readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSafetensors, safetensorsChunks, type NamedTensor } from '../../src/policy/index.js';
import {
  bfloat16ToFloat32,
  float16ToFloat32,
  float32ToBfloat16,
  float32ToFloat16,
} from '../../src/policy/folder/floats.js';
import { itWithData } from '../data.js';
import { temporaryFolder } from './fixtures.js';

const folder = await temporaryFolder();

function bytesOf(
  tensors: Map<string, NamedTensor>,
  dtype?: 'float32' | 'bfloat16' | 'float16',
): Buffer {
  return Buffer.concat([...safetensorsChunks(tensors, dtype)]);
}

const tensors = new Map<string, NamedTensor>([
  ['b', { shape: [2, 3], values: Float32Array.of(0, -0, 1.5, NaN, -Infinity, 1e-45) }],
  ['a', { shape: [], values: Float32Array.of(3.25) }],
  ['c', { shape: [0, 4], values: new Float32Array(0) }],
]);

describe('safetensors', () => {
  it('round-trips every bit and gives the same bytes in any insertion order', async () => {
    const file = path.join(folder, 'x.safetensors');
    const bytes = bytesOf(tensors);
    expect(bytesOf(new Map([...tensors].reverse())).equals(bytes)).toBe(true);
    await writeFile(file, bytes);
    const opened = await openSafetensors(file);
    expect(opened.names).toEqual(['a', 'b', 'c']);
    for (const [name, { shape, values }] of tensors) {
      const read = await opened.read(name);
      expect(read.shape).toEqual(shape);
      expect(Buffer.from(read.values.buffer).equals(Buffer.from(values.buffer))).toBe(true);
    }
    await opened.close();
    const headerLength = Number(bytes.readBigUInt64LE());
    expect(headerLength % 8).toBe(0);
    const header = JSON.parse(bytes.subarray(8, 8 + headerLength).toString());
    expect(header.__metadata__).toEqual({ format: 'pt' });
  });

  it('names what is cut off, misshapen or of another type', async () => {
    const file = path.join(folder, 'y.safetensors');
    const bytes = bytesOf(tensors);
    const edited = async (from: string | RegExp, to: string): Promise<void> => {
      await writeFile(file, Buffer.from(bytes.toString('latin1').replace(from, to), 'latin1'));
    };
    const opening = (): Promise<unknown> => openSafetensors(file);
    await writeFile(file, bytes);
    await truncate(file, bytes.length - 4);
    await expect(opening()).rejects.toThrow(
      /truncated: b ends at byte 28 of the data \(and 1 more/,
    );
    await truncate(file, 20);
    await expect(opening()).rejects.toThrow(/truncated or not safetensors/);
    await edited('[2,3]', '[2,4]');
    await expect(opening()).rejects.toThrow(
      /b of shape \[2, 4\] \(F32\) should have 32 bytes, the header gives it 24/,
    );
    for (const dtype of ['I32', 'U32']) {
      await edited('"F32"', `"${dtype}"`);
      const opened = await openSafetensors(file);
      await expect(opened.read('a')).rejects.toThrow(`a is stored as ${dtype}; expected F32, F16`);
      await expect(opened.readHalves('a')).rejects.toThrow(`a is stored as ${dtype}`);
      await opened.close();
    }
    await edited('"shape":[2,3]', '"shape":"2.3"');
    await expect(opening()).rejects.toThrow(/header entry of b is malformed/);
    await expect(openSafetensors(path.join(folder, 'none'))).rejects.toThrow(/Cannot read/);
  });

  it('names tensors that overlap, leave a gap, or leave a rest', async () => {
    const file = path.join(folder, 'z.safetensors');
    const rewrite = async (start: number, end: number, rest = ''): Promise<void> => {
      const header = JSON.stringify({
        a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
        b: { dtype: 'F32', shape: [1], data_offsets: [start, end] },
      });
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(header.length));
      const data = Buffer.alloc(end);
      await writeFile(file, Buffer.concat([length, Buffer.from(header), data, Buffer.from(rest)]));
    };
    await rewrite(8, 12);
    await (await openSafetensors(file)).close();
    await rewrite(4, 8);
    await expect(openSafetensors(file)).rejects.toThrow(/b overlaps a: it starts at byte 4 .* 8/);
    await rewrite(12, 16);
    await expect(openSafetensors(file)).rejects.toThrow(/b leaves a gap after a/);
    await rewrite(8, 12, 'xyz');
    await expect(openSafetensors(file)).rejects.toThrow(/3 bytes after the last tensor \(b\)/);
  });

  it('converts every stored type piece by piece to what one conversion gives', async () => {
    // Longer than one piece of the reader and one of the writer.
    const count = 5 * 2 ** 19 + 3;
    const values = Float32Array.from({ length: count }, (_, i) => Math.sin(i) * 2 ** (i % 15));
    const wide = new Map([['w', { shape: [count], values }]]);
    for (const dtype of ['float32', 'bfloat16', 'float16'] as const) {
      const file = path.join(folder, `wide-${dtype}.safetensors`);
      const handle = await open(file, 'w');
      for (const chunk of safetensorsChunks(wide, dtype)) await handle.writeFile(chunk);
      await handle.close();
      const stored = {
        float32: values,
        bfloat16: bfloat16ToFloat32(float32ToBfloat16(values)),
        float16: float16ToFloat32(float32ToFloat16(values)),
      }[dtype];
      const opened = await openSafetensors(file);
      const same = (a: ArrayBufferView, b: ArrayBufferView): boolean =>
        Buffer.compare(
          Buffer.from(a.buffer, a.byteOffset, a.byteLength),
          Buffer.from(b.buffer, b.byteOffset, b.byteLength),
        ) === 0;
      expect(same((await opened.read('w')).values, stored)).toBe(true);
      expect(same((await opened.readHalves('w')).halves, float32ToBfloat16(stored))).toBe(true);
      await opened.close();
    }
  });
});

describe('half precision', () => {
  it('rounds to the nearest bfloat16, ties to even', () => {
    const bits = Uint32Array.of(
      0x3f808000,
      0x3f818000,
      0x3f808001,
      0x3f807fff,
      0x7f7fffff,
      0x7fc00001,
    );
    const halves = float32ToBfloat16(new Float32Array(bits.buffer));
    expect([...halves]).toEqual([0x3f80, 0x3f82, 0x3f81, 0x3f80, 0x7f80, 0x7fc0]);
    const all = Uint16Array.from({ length: 0x7f80 }, (_, i) => i);
    expect(float32ToBfloat16(bfloat16ToFloat32(all))).toEqual(all);
  });

  it('reads float16, subnormals and infinities included', () => {
    const values = float16ToFloat32(
      Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7c00, 0x7bff, 0x8000, 0x3555),
    );
    expect([...values]).toEqual([
      1,
      -2,
      2 ** -24,
      Infinity,
      65504,
      -0,
      Math.fround(0.333251953125),
    ]);
  });
});

describe('float16', () => {
  it('is written to the nearest value, ties to even, and back without loss', () => {
    const all = Uint16Array.from({ length: 0x7c01 }, (_, i) => i);
    expect(float32ToFloat16(float16ToFloat32(all))).toEqual(all);
    const negative = all.map((half) => half | 0x8000);
    expect(float32ToFloat16(float16ToFloat32(negative))).toEqual(negative);
    const [tie, above] = [2 ** -25, 2 ** -25 + 2 ** -40];
    const given = Float32Array.of(1 + 2 ** -11, 1 + 3 * 2 ** -11, 65519, 65520, tie, above, NaN);
    expect([...float32ToFloat16(given)]).toEqual([0x3c00, 0x3c02, 0x7bff, 0x7c00, 0, 1, 0x7e00]);
    // Between neighbours, the arithmetic agrees with exact distances.
    for (let half = 0; half < 0x7bff; half += 37) {
      const [low, high] = float16ToFloat32(Uint16Array.of(half, half + 1));
      const at = (share: number): number =>
        float32ToFloat16(Float32Array.of(low + (high - low) * share))[0];
      expect([at(0.25), at(0.5), at(0.75)]).toEqual([half, half + (half & 1), half + 1]);
    }
  });

  it('refuses a value that it cannot hold', () => {
    const tensor = { shape: [1], values: Float32Array.of(1e5) };
    expect(() => [...safetensorsChunks(new Map([['w', tensor]]), 'float16')]).toThrow(
      /w holds 100000, beyond float16's largest number 65504/,
    );
  });
});

itWithData(
  'a file of ours is the file that Hugging Face wrote, value for value',
  ['checkpoints', 'stories260K', 'hf'],
  async (source) => {
    const opened = await openSafetensors(path.join(source, 'model.safetensors'));
    const all = new Map<string, NamedTensor>();
    for (const name of opened.names) all.set(name, await opened.read(name));
    await opened.close();
    const own = bytesOf(all);
    const original = await readFile(path.join(source, 'model.safetensors'));
    const dataOf = (bytes: Buffer): Buffer => bytes.subarray(8 + Number(bytes.readBigUInt64LE()));
    expect(dataOf(own).length).toBe(dataOf(original).length);
  },
);
