import { createHash, type Hash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { environmentError } from '../errors.js';
import { isAlive } from '../alive.js';
import { isPassing } from './errors.js';

/** A file of a repository, as its listing describes it. */
export interface HubFile {
  path: string;
  size: number;
  /** SHA-256 of a large file, git's SHA-1 of a small one: the blob's name in the cache. */
  etag: string;
}

export interface DownloadOptions {
  /** The file's bytes from `start` on. */
  read: (start: number) => Promise<AsyncIterable<Uint8Array>>;
  /** Bytes of the file that are here. */
  onBytes: (bytes: number) => void;
}

/**
 * Fetches a blob into the cache. It grows as `ETAG.HOST.PID.incomplete` and gets its name when its
 * size and hash are right, so that no reader ever takes a half one for whole. What an interrupted
 * process left is gone on with; a broken connection is tried again from where it broke.
 */
export async function downloadBlob(
  file: HubFile,
  blob: string,
  options: DownloadOptions,
): Promise<void> {
  if (existsSync(blob)) return;
  // Two loads in one process share a download.
  const running = downloads.get(blob) ?? fetchBlob(file, blob, options);
  downloads.set(blob, running);
  try {
    await running;
  } finally {
    downloads.delete(blob);
  }
}

const downloads = new Map<string, Promise<void>>();

/** Tries in a row that bring nothing before it is given up. */
const patience = 4;

async function fetchBlob(file: HubFile, blob: string, options: DownloadOptions): Promise<void> {
  await mkdir(path.dirname(blob), { recursive: true });
  const incomplete = `${blob}.${hostname()}.${process.pid}.incomplete`;
  await claimLeftover(blob, incomplete);
  for (let failures = 0; ;) {
    const before = await sizeOf(incomplete);
    try {
      await append(file, incomplete, options);
      break;
    } catch (error) {
      if ((await sizeOf(incomplete)) > before) failures = 0;
      if (!isPassing(error) || ++failures >= patience) throw error;
      await wait(250 * 2 ** failures);
    }
  }
  await rename(incomplete, blob);
}

/** Takes over what a process that is gone has left; a rename, so that only one process gets it. */
async function claimLeftover(blob: string, incomplete: string): Promise<void> {
  if (existsSync(incomplete)) return;
  const prefix = `${path.basename(blob)}.${hostname()}.`;
  const folder = path.dirname(blob);
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix) || !name.endsWith('.incomplete')) continue;
    const pid = Number(name.slice(prefix.length, -'.incomplete'.length));
    if (!Number.isInteger(pid) || isAlive(pid)) continue;
    const claimed = await rename(path.join(folder, name), incomplete).then(
      () => true,
      () => false,
    );
    if (claimed) return;
  }
}

async function append(file: HubFile, incomplete: string, options: DownloadOptions): Promise<void> {
  const { hash, bytes: start } = await hashOfFile(file, incomplete);
  let done = start;
  options.onBytes(done);
  if (done < file.size) {
    const handle = await open(incomplete, 'a');
    try {
      for await (const chunk of await options.read(done)) {
        await handle.appendFile(chunk);
        hash.update(chunk);
        done += chunk.length;
        if (done > file.size) break;
        options.onBytes(done);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
  } else if (file.size === 0) await (await open(incomplete, 'a')).close();
  if (done < file.size) throw new TypeError(`${file.path} ended at ${done} of ${file.size} bytes`);
  if (done === file.size && hash.digest('hex') === file.etag) return;
  await rm(incomplete, { force: true });
  // What was here before may be to blame (a server that sends the whole where a part was asked).
  if (start > 0) return append(file, incomplete, options);
  throw environmentError(
    `${file.path}: what arrived is not the file that the Hub lists (${done} bytes, expected ${file.size} with hash ${file.etag}). Nothing was kept; try again.`,
  );
}

async function hashOfFile(
  file: HubFile,
  incomplete: string,
): Promise<{ hash: Hash; bytes: number }> {
  const isSha256 = file.etag.length === 64;
  const hash = createHash(isSha256 ? 'sha256' : 'sha1');
  if (!isSha256) hash.update(`blob ${file.size}\0`); // git's
  const bytes = await sizeOf(incomplete);
  if (bytes > file.size) {
    await rm(incomplete);
    return hashOfFile(file, incomplete);
  }
  if (bytes > 0) for await (const chunk of createReadStream(incomplete)) hash.update(chunk);
  return { hash, bytes };
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}
