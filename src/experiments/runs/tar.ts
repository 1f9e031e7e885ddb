/** Archives in the ustar format (POSIX.1-1988), as every tar reads them: names, sizes and contents alone. */
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { inputError } from '../../errors.js';

export interface TarEntry {
  /** Inside the archive, with slashes. */
  name: string;
  /** Where its bytes are. */
  file: string;
}

const BLOCK = 512;

/**
 * Packs files into one archive, compressed where its name says so (.gz, .tgz). Owner, times and modes are
 * left out: the same files give the same bytes, and nothing tells who packed them.
 */
export async function writeTar(archive: string, entries: readonly TarEntry[]): Promise<void> {
  const source = Readable.from(blocks(entries));
  const target = createWriteStream(archive);
  if (/\.(gz|tgz)$/.test(archive)) await pipeline(source, createGzip(), target);
  else await pipeline(source, target);
}

async function* blocks(entries: readonly TarEntry[]): AsyncGenerator<Buffer> {
  for (const { name, file } of entries) {
    const { size } = await stat(file);
    yield header(name, size);
    for await (const chunk of createReadStream(file)) yield chunk as Buffer;
    yield Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
  }
  yield Buffer.alloc(2 * BLOCK);
}

/** One block; numbers are octal text. */
function header(name: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const { prefix, rest } = parts(name);
  block.write(rest, 0, 100);
  block.write('0000644\0', 100);
  block.write('0000000\0', 108);
  block.write('0000000\0', 116);
  writeSize(block, size);
  block.write('00000000000\0', 136);
  block.write('        ', 148);
  block.write('0', 156);
  block.write('ustar\0' + '00', 257);
  block.write(prefix, 345, 155);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

/** Octal up to 8 GiB, above it base 256 as GNU tar and others have it. */
function writeSize(block: Buffer, size: number): void {
  if (size < 8 ** 11) {
    block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
    return;
  }
  block[124] = 0x80;
  block.writeBigUInt64BE(BigInt(size), 128);
}

/** A name of more than 100 bytes is cut at a slash. */
function parts(name: string): { prefix: string; rest: string } {
  const bytes = (text: string): number => Buffer.byteLength(text);
  if (bytes(name) <= 100) return { prefix: '', rest: name };
  for (let at = name.indexOf('/'); at >= 0; at = name.indexOf('/', at + 1)) {
    const [prefix, rest] = [name.slice(0, at), name.slice(at + 1)];
    if (bytes(prefix) <= 155 && bytes(rest) <= 100) return { prefix, rest };
  }
  throw inputError(
    `${name}: expected a name that an archive can hold (100 bytes behind a slash), got ${bytes(name)}. Export to a folder instead.`,
  );
}
