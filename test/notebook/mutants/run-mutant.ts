/** A copy of the built package with one line changed, and the cells of a chapter run on it. */
import { spawn } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { namedNotebooks, readNotebook, root } from '../notebook-scripts.js';
import type { Mutant } from './table.js';

/** Which code cell failed, from 1, and what it said; `null`: all were run. */
export interface CellsOutcome {
  cell: number;
  id: string;
  ename: string;
  evalue: string;
  traceback: string[];
}

/** Runs the chapter's cells until one fails, on the built package with the mutant's change. */
export async function runMutant(mutant: Mutant): Promise<CellsOutcome | null> {
  mkdirSync(path.join(root, '.cache'), { recursive: true });
  const place = mkdtempSync(path.join(root, '.cache', `mutant-${mutant.chapter}-`));
  try {
    copyPackage(place);
    breakModule(path.join(place, 'dist', mutant.module), mutant);
    return await runCells(place, cellsOf(mutant));
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** `dist` copied; whatever else the package reads is the clone's. */
function copyPackage(place: string): void {
  for (const name of readdirSync(root)) {
    if (name === 'dist')
      cpSync(path.join(root, name), path.join(place, name), {
        recursive: true,
        filter: (file) => !file.endsWith('.map'),
      });
    else if (!name.startsWith('.') && name !== 'dist.next')
      symlinkSync(path.join(root, name), path.join(place, name));
  }
}

function breakModule(file: string, { from, to }: Mutant): void {
  const text = readFileSync(file, 'utf8');
  const parts = text.split(from);
  if (parts.length !== 2)
    throw new Error(`${file}: expected «${from}» once, found it ${parts.length - 1} times.`);
  writeFileSync(file, parts.join(to));
}

function cellsOf({ chapter, cells }: Mutant): { id: string; source: string }[] {
  const names = namedNotebooks([chapter]).filter((name) => name.startsWith(chapter));
  if (names.length !== 1) throw new Error(`expected one chapter ${chapter}, found ${names.join()}`);
  const all = readNotebook(path.join(root, 'notebooks', names[0]))
    .cells.filter(({ cell_type }) => cell_type === 'code')
    .map(({ id = '', source }) => ({ id, source: [source].flat().join('') }));
  const missing = (cells ?? []).filter((id) => !all.some((cell) => cell.id === id));
  if (missing.length > 0) throw new Error(`chapter ${chapter} has no cells ${missing.join(', ')}`);
  return cells === undefined ? all : all.filter(({ id }) => cells.includes(id));
}

async function runCells(
  place: string,
  cells: { id: string; source: string }[],
): Promise<CellsOutcome | null> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'run-cells.mjs'), place], {
    cwd: path.join(place, 'notebooks'),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let [outcome, errors] = [undefined as CellsOutcome | null | undefined, ''];
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  child.on('message', (message: { outcome: CellsOutcome | null }) => (outcome = message.outcome));
  child.send(cells);
  await new Promise((resolve) => child.on('close', resolve));
  if (outcome === undefined) throw new Error(`The cells did not end: ${errors}`);
  return outcome;
}
