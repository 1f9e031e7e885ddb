import { readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSafetensors, safetensorsChunks, type NamedTensor } from '../../src/policy/index.js';
import { bfloat16ToFloat32, float16ToFloat32, float32ToBfloat16 } from '../../src/policy/floats.js';
import { readWeights } from '../../src/policy/weights.js';
import { itWithData } from '../data.js';
import { temporaryFolder } from './fixtures.js';

const folder = await temporaryFolder();

function bytesOf(tensors: Map<string, NamedTensor>, dtype?: 'float32' | 'bfloat16'): Buffer {
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
    await writeFile(file, bytes);
    await truncate(file, bytes.length - 4);
    await expect(openSafetensors(file)).rejects.toThrow(/truncated: b ends/);
    await truncate(file, 20);
    await expect(openSafetensors(file)).rejects.toThrow(/truncated or not safetensors/);
    await writeFile(
      file,
      Buffer.from(bytes.toString('latin1').replace('[2,3]', '[2,4]'), 'latin1'),
    );
    await expect(openSafetensors(file).then((opened) => opened.read('b'))).rejects.toThrow(
      /b of shape \[2, 4\]/,
    );
    await writeFile(
      file,
      Buffer.from(bytes.toString('latin1').replace('"F32"', '"I32"'), 'latin1'),
    );
    await expect(openSafetensors(file).then((opened) => opened.read('a'))).rejects.toThrow(
      /a is stored as I32/,
    );
    await expect(openSafetensors(path.join(folder, 'none'))).rejects.toThrow(/Cannot read/);
  });

  it('reads shards by their index and names missing, surplus and misshapen weights', async () => {
    const [first, second] = [
      'model-00001-of-00002.safetensors',
      'model-00002-of-00002.safetensors',
    ];
    await writeFile(path.join(folder, first), bytesOf(new Map([['a', tensors.get('a')!]])));
    await writeFile(path.join(folder, second), bytesOf(new Map([['b', tensors.get('b')!]])));
    const index = { metadata: { total_size: 28 }, weight_map: { a: first, b: second } };
    await writeFile(path.join(folder, 'model.safetensors.index.json'), JSON.stringify(index));
    const read = await readWeights(
      folder,
      new Map([
        ['a', []],
        ['b', [2, 3]],
      ]),
    );
    expect(read.get('a')).toEqual({ shape: [], values: Float32Array.of(3.25) });
    await expect(
      readWeights(
        folder,
        new Map([
          ['a', []],
          ['z', [1]],
        ]),
      ),
    ).rejects.toThrow(/missing z; surplus b/);
    await expect(
      readWeights(
        folder,
        new Map([
          ['a', []],
          ['b', [3, 2]],
        ]),
      ),
    ).rejects.toThrow(/b should have shape \[3, 2\] by config.json, the file has \[2, 3\]/);
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
