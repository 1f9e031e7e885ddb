import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { safetensorsChunks, type NamedTensor } from '../../src/policy/index.js';
import { readWeights, type ReadWeightsOptions } from '../../src/policy/folder/weights.js';
import { temporaryFolder } from './fixtures.js';

const root = await temporaryFolder();
let made = 0;

const a: NamedTensor = { shape: [2], values: Float32Array.of(1, 2) };
const b: NamedTensor = { shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6) };
const expected = new Map([
  ['a', [2]],
  ['b', [2, 3]],
]);
const shards = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
const index = 'model.safetensors.index.json';

async function folderOf(
  files: Record<string, string | Record<string, NamedTensor>>,
): Promise<string> {
  const folder = path.join(root, String(made++));
  await mkdir(folder);
  for (const [name, content] of Object.entries(files)) {
    const bytes =
      typeof content === 'string'
        ? content
        : Buffer.concat([...safetensorsChunks(new Map(Object.entries(content)))]);
    await writeFile(path.join(folder, name), bytes);
  }
  return folder;
}

async function read(
  folder: string,
  names: ReadonlyMap<string, number[]> = expected,
  options: ReadWeightsOptions = {},
): Promise<Record<string, number[]>> {
  const found: Record<string, number[]> = {};
  await readWeights(
    folder,
    names,
    (name, tensor) => {
      found[name] = [...('values' in tensor ? tensor.values : tensor.halves)];
    },
    options,
  );
  return found;
}

const weightMap = (map: Record<string, unknown>): string =>
  JSON.stringify({ metadata: { total_size: 32 }, weight_map: map });
const sharded = { [shards[0]]: { a }, [shards[1]]: { b } };

describe('the weights of a folder', () => {
  it('are read from one file or from shards by their index, with the same values', async () => {
    const values = { a: [1, 2], b: [1, 2, 3, 4, 5, 6] };
    expect(await read(await folderOf({ 'model.safetensors': { b, a } }))).toEqual(values);
    const map = weightMap({ a: shards[0], b: shards[1] });
    expect(await read(await folderOf({ ...sharded, [index]: map }))).toEqual(values);
    const halves = await read(await folderOf({ ...sharded, [index]: map }), expected, {
      dtype: 'bfloat16',
    });
    expect(halves).toEqual({ a: [1, 2], b: [0x3f80, 0x4000, 0x4040, 0x4080, 0x40a0, 0x40c0] });
  });

  it('are refused with every missing, surplus or misshapen one named, before any is read', async () => {
    const folder = await folderOf({ 'model.safetensors': { a, b } });
    const taken: string[] = [];
    const reading = (names: ReadonlyMap<string, number[]>): Promise<void> =>
      readWeights(folder, names, (name) => taken.push(name));
    await expect(
      reading(
        new Map([
          ['a', [2]],
          ['z', [1]],
        ]),
      ),
    ).rejects.toThrow(/weights do not fit config\.json: missing z; surplus b\./);
    await expect(
      reading(
        new Map([
          ['a', [2]],
          ['b', [3, 2]],
        ]),
      ),
    ).rejects.toThrow(/b should have shape \[3, 2\] by config\.json, the file has \[2, 3\]/);
    await expect(reading(new Map([...expected, ['lm_head.weight', [2, 3]]]))).rejects.toThrow(
      /missing lm_head\.weight\. .*"tie_word_embeddings": true/,
    );
    expect(taken).toEqual([]);
    const ignoring = { mayIgnore: (name: string) => name === 'b' };
    expect(await read(folder, new Map([['a', [2]]]), ignoring)).toEqual({ a: [1, 2] });
  });

  it('are refused where one is stored as a type that is not read, before any is read', async () => {
    for (const [dtype, width] of [
      ['I64', 8],
      ['F8_E4M3', 1],
      ['F64', 8],
      ['I2', 0],
    ] as const) {
      const header = JSON.stringify({
        a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
        b: { dtype, shape: [2, 3], data_offsets: [8, 8 + 6 * width] },
      });
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(header.length));
      const folder = await folderOf({});
      const file = path.join(folder, 'model.safetensors');
      await writeFile(
        file,
        Buffer.concat([length, Buffer.from(header), Buffer.alloc(8 + 6 * width)]),
      );
      const taken: string[] = [];
      await expect(readWeights(folder, expected, (name) => taken.push(name))).rejects.toThrow(
        new RegExp(`model\\.safetensors: b is stored as ${dtype}; expected F32, F16 or BF16`),
      );
      expect(taken).toEqual([]);
    }
  });

  it('are refused where a truncated file lacks a part of one', async () => {
    const folder = await folderOf({ 'model.safetensors': { a, b } });
    const file = path.join(folder, 'model.safetensors');
    const bytes = await readFile(file);
    await writeFile(file, bytes.subarray(0, bytes.length - 1));
    await expect(read(folder)).rejects.toThrow(/model\.safetensors: truncated: b ends at byte 32/);
  });

  it('are refused where index and shards do not belong together', async () => {
    const complete = { ...sharded, [index]: weightMap({ a: shards[0], b: shards[1] }) };
    const noShard = await folderOf(complete);
    await rm(path.join(noShard, shards[1]));
    await expect(read(noShard)).rejects.toThrow(
      `names the shard ${shards[1]}, which is not there; it should hold b.`,
    );
    const wrongPlace = await folderOf({
      ...complete,
      [index]: weightMap({ a: shards[0], b: shards[0] }),
    });
    await expect(read(wrongPlace)).rejects.toThrow(
      `says that b is in ${shards[0]}, but it is missing there`,
    );
    const unnamed = await folderOf({
      ...complete,
      [shards[0]]: { a, c: a },
    });
    await expect(read(unnamed)).rejects.toThrow(
      /00001-of-00002\.safetensors: surplus c: .*index\.json does not name/,
    );
    const notAName = await folderOf({ ...complete, [index]: weightMap({ a: '../x', b: 3 }) });
    await expect(read(notAName)).rejects.toThrow(
      /the shard of a should be a file name, got "\.\.\/x"/,
    );
    const noMap = await folderOf({ ...sharded, [index]: '{}' });
    await expect(read(noMap)).rejects.toThrow(/index\.json: expected an object "weight_map"/);
  });

  it('are refused in another format, which is named with the way to convert it', async () => {
    const pickle = await folderOf({ 'pytorch_model.bin': 'x', 'training_args.bin': 'x' });
    await expect(read(pickle)).rejects.toThrow(
      /neither model\.safetensors nor .*only pytorch_model\.bin, training_args\.bin: PyTorch pickles.*save_pretrained/,
    );
    await expect(read(await folderOf({ 'model.gguf': 'x' }))).rejects.toThrow(/only model\.gguf/);
    await expect(read(await folderOf({}))).rejects.toThrow(/neither model\.safetensors nor/);
    const renamed = await folderOf({ 'model.safetensors': { a, b } });
    await rename(path.join(renamed, 'model.safetensors'), path.join(renamed, 'other.safetensors'));
    await expect(read(renamed)).rejects.toThrow(/only other\.safetensors/);
  });
});
