import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import type { FileRow } from '../../src/tasks/files/row.js';
import { readRows } from '../../src/tasks/files/rows.js';
import { folderWith, jsonLines } from './folder.js';

async function read(name: string, content: string | Uint8Array): Promise<FileRow[]> {
  const folder = await folderWith({ [name]: content });
  const rows: FileRow[] = [];
  for await (const row of readRows(path.join(folder, name))) rows.push(row);
  return rows;
}

const rows = [
  { a: 'one\u2028two', b: 1 },
  { a: 'größe', b: [2] },
];

describe('files of rows', () => {
  it.each([
    ['x.jsonl', jsonLines(...rows)],
    ['x.jsonl.gz', jsonLines(...rows)],
    ['x.jsonl', `\uFEFF${jsonLines(...rows)}`],
    [
      'x.jsonl',
      jsonLines(...rows)
        .replaceAll('\n', '\r\n')
        .trimEnd(),
    ],
    ['x.json', JSON.stringify(rows, null, 2)],
    ['x.json', jsonLines(...rows)],
    ['x.json.gz', JSON.stringify(rows)],
  ])('hold the same rows as %s', async (name, text) => {
    const found = await read(name, text);
    expect(found.map((row) => ('value' in row ? row.value : row.reason))).toEqual(rows);
  });

  it('name the line of what is no row, blank lines counted', async () => {
    const lines = ['{"a":1}', '', '{"a":', '[1]', 'null', '{"a":2}'].join('\n');
    const found = await read('x.jsonl', lines);
    expect(found.map(({ place }) => place)).toEqual([
      'x.jsonl:1',
      'x.jsonl:3',
      'x.jsonl:4',
      'x.jsonl:5',
      'x.jsonl:6',
    ]);
    expect(found.slice(1, 4)).toMatchObject(
      [{ reason: /does not parse/ }, { reason: /got a list/ }, { reason: /got null/ }].map(
        ({ reason }) => ({ reason: expect.stringMatching(reason) as unknown }),
      ),
    );
  });

  it('name the line that is not UTF-8', async () => {
    const bytes = Buffer.concat([Buffer.from('{"a":1}\n{"a":"'), Buffer.from([0xff, 10])]);
    expect((await read('x.jsonl', bytes))[1]).toEqual({
      place: 'x.jsonl:2',
      reason: 'it is not UTF-8.',
    });
  });

  it('are told to be cut short when the packed stream ends early', async () => {
    const folder = await folderWith({});
    const file = path.join(folder, 'x.jsonl.gz');
    const packed = gzipSync(jsonLines(...Array.from({ length: 999 }, (_, i) => ({ i, r: i * i }))));
    await writeFile(file, packed.subarray(0, packed.length / 2));
    const all = async (): Promise<void> => {
      for await (const row of readRows(file)) expect(row).toBeDefined();
    };
    await expect(all()).rejects.toThrow(/x\.jsonl\.gz: cannot be read .*fetch it again/);
  });

  it('may be CSV: quotes, line feeds inside, and the wrong number of cells', async () => {
    const found = await read('x.csv', 'a,b\n"x, ""y""\nz",1\n2\n3,4\r\n');
    expect(found).toEqual([
      { place: 'x.csv:2', value: { a: 'x, "y"\nz', b: '1' } },
      { place: 'x.csv:4', reason: 'expected 2 cells as in the header, got 1.' },
      { place: 'x.csv:5', value: { a: '3', b: '4' } },
    ]);
  });

  it('may be Parquet', async () => {
    const buffer = parquetWriteBuffer({
      columnData: [
        { name: 'id', data: [7n, 8n], type: 'INT64' },
        { name: 'text', data: ['a', 'ß'], type: 'STRING' },
      ],
    });
    expect(await read('x.parquet', new Uint8Array(buffer))).toEqual([
      { place: 'x.parquet[0]', value: { id: 7, text: 'a' } },
      { place: 'x.parquet[1]', value: { id: 8, text: 'ß' } },
    ]);
    await expect(read('x.parquet', 'PAR1 no')).rejects.toThrow(/x\.parquet: cannot be read/);
  });
});
