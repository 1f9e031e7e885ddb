import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeReadable, openToReaders, writeReadable } from '../../workspace.js';
import type { Program } from './program.js';

/** What a program is compiled from: itself, its cases, and further files in Java. */
export function sourcesOf({ file, map, cases, tests }: Program): [string, string][] {
  const further = Object.entries(tests.files ?? {}).filter(
    ([name]) => name.endsWith('.java') && name !== file,
  );
  const own: [string, string][] = [[file, map.text]];
  return [
    ...own,
    ...(cases === null ? [] : [[cases.file, cases.text] as [string, string]]),
    ...further,
  ];
}

/** Puts them into a new folder. */
export async function writeSources(folder: string, program: Program): Promise<void> {
  await makeReadable(folder);
  for (const [name, text] of sourcesOf(program)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeReadable(join(folder, name), text);
  }
  await openToReaders(folder);
}

/** Class files by their paths. */
export async function readClasses(folder: string): Promise<Map<string, Uint8Array>> {
  const names = await readdir(folder, { recursive: true });
  const files = names.filter((name) => name.endsWith('.class'));
  return new Map(
    await Promise.all(
      files.map(async (name): Promise<[string, Uint8Array]> => [
        name,
        await readFile(join(folder, name)),
      ]),
    ),
  );
}

/** Puts classes where a program finds them. */
export async function writeClasses(
  folder: string,
  classes: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  await makeReadable(folder);
  for (const [name, bytes] of classes) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
  await openToReaders(folder);
}
