import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inputError } from '../errors.js';
import { cachedRepository } from './cache.js';
import type { HubFile } from './download.js';
import { hubEnvironment } from './environment.js';
import { hubIdText, type HubId } from './id.js';
import { listed } from './listed.js';
import type { SourceOptions } from './options.js';
import { hubSnapshot } from './snapshot.js';

/**
 * The files of a data set on the Hub that `wanted` picks by their paths, in the cache, after fetching
 * those that it lacks. What a commit holds is kept beside its snapshots, so that without network half
 * a data set is not taken for a whole one.
 */
export async function hubDataset(
  { name, revision }: HubId,
  wanted: (file: string) => boolean,
  options: SourceOptions = {},
): Promise<{ folder: string; files: string[] }> {
  const id: HubId = { name, revision, kind: 'dataset' };
  const listingOf = (folder: string): string => {
    const repository = cachedRepository(hubEnvironment().cache, id);
    return path.join(repository.folder, 'rlsf-listings', `${path.basename(folder)}.json`);
  };
  const folder = await hubSnapshot(
    id,
    {
      async missing(snapshot) {
        const names = await readListing(listingOf(snapshot));
        if (names === null) return ['its list of files'];
        return names.filter(wanted).filter((file) => !existsSync(path.join(snapshot, file)));
      },
      async fetch(snapshot) {
        const files = [...snapshot.listing.values()].filter((file) => wanted(file.path));
        if (files.length === 0) throw hasNone(id, [...snapshot.listing.values()]);
        await snapshot.fetch(files);
        await writeListing(listingOf(snapshot.folder), [...snapshot.listing.keys()]);
      },
    },
    options,
  );
  const names = (await readListing(listingOf(folder))) ?? [];
  return { folder, files: names.filter(wanted).sort() };
}

function hasNone(id: HubId, files: readonly HubFile[]): Error {
  const names = files.map((file) => file.path);
  return inputError(
    `${hubIdText(id)}: the data set has none of the files that are wanted here; it has ${names.length === 0 ? 'none' : listed(names)}. Choose another, or give a local file.`,
  );
}

async function readListing(file: string): Promise<string[] | null> {
  const text = await readFile(file, 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as string[]);
}

async function writeListing(file: string, names: readonly string[]): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, JSON.stringify(names));
  await rename(temporary, file);
}
