import path from 'node:path';
import type { FileRow } from './row.js';

/** Rows of a Parquet file, a row group at a time; whole numbers that fit become numbers. */
export async function* parquetRows(file: string): AsyncGenerator<FileRow> {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } =
    await import('hyparquet');
  const { compressors } = await import('hyparquet-compressors');
  const buffer = await asyncBufferFromFile(file);
  const metadata = await parquetMetadataAsync(buffer);
  const name = path.basename(file);
  let row = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = row + Number(group.num_rows);
    const options = { file: buffer, metadata, compressors, rowStart: row, rowEnd };
    for (const value of await parquetReadObjects(options))
      yield { place: `${name}[${row++}]`, value: plain(value) as Record<string, unknown> };
  }
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  if (ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}
