import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Candidate } from './command.js';

/** Files and folders that go on from what is typed; folders end in a slash. */
export async function pathsAt(typed: string, ending?: RegExp): Promise<Candidate[]> {
  const cut = typed.lastIndexOf('/') + 1;
  const [folder, begun] = [typed.slice(0, cut), typed.slice(cut)];
  const entries = await readdir(folder === '' ? '.' : folder, { withFileTypes: true }).catch(
    () => [],
  );
  return entries
    .filter(({ name }) => name.startsWith(begun) && (begun !== '' || !name.startsWith('.')))
    .filter((entry) => entry.isDirectory() || (ending?.test(entry.name) ?? true))
    .map((entry) => `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`)
    .sort();
}

/** Run folders below `runs/` that hold a file of this name. */
export async function runFolders(
  holding: string,
  config: { output: string },
): Promise<Candidate[]> {
  const runs = await readdir(config.output, { withFileTypes: true }).catch(() => []);
  const found: Candidate[] = [];
  for (const run of runs.filter((entry) => entry.isDirectory())) {
    const folder = path.join(config.output, run.name);
    const names: string[] = await readdir(folder).catch(() => []);
    if (names.includes(holding)) found.push({ text: folder, summary: `has ${holding}` });
  }
  return found;
}
