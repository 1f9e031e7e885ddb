import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { createGunzip, gunzipSync } from 'node:zlib';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { inputError } from '../errors.js';

export type Container = 'jsonl' | 'json' | 'parquet';

/** One value of a file and where it stands: a line of it, or a row from 1. */
export interface FileRow {
  where: string;
  value: unknown;
  /** Why there is no value. */
  reason?: string;
}

const newline = 0x0a;

/**
 * What a file is, by its first bytes: JSON lines (gzipped or not), one JSON list, or Parquet. Its name
 * does not count.
 */
export async function containerOf(
  file: string,
): Promise<{ container: Container; zipped: boolean }> {
  checkIsFile(file);
  const head = await firstBytes(file, 4);
  if (head.toString('latin1') === 'PAR1') return { container: 'parquet', zipped: false };
  const zipped = head[0] === 0x1f && head[1] === 0x8b;
  for await (const chunk of bytesOf(file, zipped)) {
    const first = /[^\s\ufeff]/.exec(chunk.toString('utf8'))?.[0];
    if (first !== undefined) return { container: first === '[' ? 'json' : 'jsonl', zipped };
  }
  return { container: 'jsonl', zipped };
}

/** The values of a file in order; a line that is no JSON comes with its reason. Empty lines are passed over. */
export async function* rowsOf(
  file: string,
  { container, zipped }: { container: Container; zipped: boolean },
  limit: number = Infinity,
): AsyncGenerator<FileRow> {
  if (container === 'parquet') yield* parquetRows(file, limit);
  else if (container === 'json') yield* listRows(file, zipped);
  else yield* jsonLines(file, zipped);
}

async function* jsonLines(file: string, zipped: boolean): AsyncGenerator<FileRow> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest: Buffer[] = [];
  let number = 0;
  const rowOf = (bytes: Buffer): FileRow | null => {
    number++;
    const where = `${file}:${number}`;
    let text: string;
    try {
      text = decoder.decode(bytes);
    } catch {
      return { where, value: null, reason: 'is not UTF-8' };
    }
    if (text.trim() === '') return null;
    try {
      return { where, value: JSON.parse(text) as unknown };
    } catch (error) {
      const reason = `is not JSON (${error instanceof Error ? error.message : String(error)})`;
      return { where, value: null, reason };
    }
  };
  for await (const chunk of bytesOf(file, zipped)) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      const row = rowOf(Buffer.concat([...rest, chunk.subarray(start, end)]));
      rest = [];
      start = end + 1;
      if (row) yield row;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
  }
  const last = rest.length > 0 ? rowOf(Buffer.concat(rest)) : null;
  if (last) yield last;
}

async function* listRows(file: string, zipped: boolean): AsyncGenerator<FileRow> {
  const bytes = await readFile(file);
  let list: unknown;
  try {
    list = JSON.parse((zipped ? gunzipSync(bytes) : bytes).toString('utf8').replace(/^\ufeff/, ''));
  } catch (cause) {
    throw inputError(
      `${file}: expected a list of JSON objects, got what cannot be read: ${cause instanceof Error ? cause.message : String(cause)}. Write one object a line (JSONL), so that a bad one can be named.`,
      { cause },
    );
  }
  for (const [i, value] of (list as unknown[]).entries())
    yield { where: `${file}: row ${i + 1}`, value };
}

/** By row groups, so that a large file is not held twice. */
async function* parquetRows(file: string, limit: number): AsyncGenerator<FileRow> {
  try {
    const buffer = await asyncBufferFromFile(file);
    const metadata = await parquetMetadataAsync(buffer);
    let start = 0;
    for (const group of metadata.row_groups) {
      const rowEnd = Math.min(start + Number(group.num_rows), limit);
      if (rowEnd <= start) return;
      const rows = await parquetReadObjects({
        file: buffer,
        metadata,
        compressors,
        rowStart: start,
        rowEnd,
      });
      for (const [i, row] of rows.entries())
        yield { where: `${file}: row ${start + i + 1}`, value: plain(row) };
      start = rowEnd;
    }
  } catch (cause) {
    throw inputError(
      `${file}: expected a whole Parquet file, got one that cannot be read: ${cause instanceof Error ? cause.message : String(cause)}. Download it again.`,
      { cause },
    );
  }
}

/** Parquet's values as JSON's: whole numbers that a number holds, dates and bytes as texts. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<unknown>, plain);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value ?? null;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

async function* bytesOf(file: string, zipped: boolean): AsyncGenerator<Buffer> {
  const source = createReadStream(file);
  const unzip = zipped ? source.pipe(createGunzip()) : source;
  // A stream that breaks does not end the one behind it.
  source.on('error', (error) => unzip.destroy(error));
  try {
    for await (const chunk of unzip) yield chunk as Buffer;
  } catch (cause) {
    throw inputError(
      `${file}: expected ${zipped ? 'a whole gzip file' : 'a file that can be read'}, but reading it failed: ${cause instanceof Error ? cause.message : String(cause)}. ${zipped ? 'An interrupted download is cut off: get it again.' : 'Check that it may be read.'}`,
      { cause },
    );
  } finally {
    source.destroy();
  }
}

async function firstBytes(file: string, count: number): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(count), 0, count, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function checkIsFile(file: string): void {
  if (existsSync(file)) {
    if (!statSync(file).isDirectory()) return;
    throw inputError(
      `${file}: expected a data set's file, got a folder${filesIn(file)}. Give one of its files.`,
    );
  }
  const folder = path.dirname(path.resolve(file));
  const hub = /^[\w.-]+\/[\w.-]+$/.test(file) && !existsSync(folder);
  throw inputError(
    `${file}: expected a data set (JSONL, JSONL.gz or Parquet), but there is no such file; looked in ${folder}${existsSync(folder) ? filesIn(folder) : ', which is not there'}. ${
      hub
        ? `For a data set of the Hub, download its file first (hf download --repo-type dataset ${file}) and give that file's path.`
        : 'Give the path of a file, download it from where it is published, or make one (rlsf tasks build).'
    }`,
  );
}

function filesIn(folder: string): string {
  const data = readdirSync(folder).filter((name) => /\.(jsonl?|parquet)(\.gz)?$/.test(name));
  if (data.length === 0) return ', which holds no .jsonl, .json or .parquet';
  const shown = data.slice(0, 8).join(', ');
  return ` (it holds ${shown}${data.length > 8 ? `, … ${data.length} in all` : ''})`;
}
