/** What a resumed run must know of its earlier sessions: `<run>/trackers.json`. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { readJson, writeJson } from '../run/files.js';

/** By tool: the id of the run there. */
export type TrackerState = Record<string, string>;

export async function readTrackerId(runFolder: string, tool: string): Promise<string | null> {
  const file = stateFile(runFolder);
  const state = existsSync(file) ? ((await readJson(file)) as TrackerState) : {};
  return state[tool] ?? null;
}

/** Tools begin side by side; each write waits for the one before. */
export async function writeTrackerId(runFolder: string, tool: string, id: string): Promise<void> {
  const write = async (): Promise<void> => {
    const file = stateFile(runFolder);
    const state = existsSync(file) ? ((await readJson(file)) as TrackerState) : {};
    await writeJson(file, { ...state, [tool]: id });
  };
  const mine = lastWrite.then(write, write);
  lastWrite = mine;
  await mine;
}

let lastWrite: Promise<void> = Promise.resolve();

function stateFile(runFolder: string): string {
  return path.join(runFolder, 'trackers.json');
}
