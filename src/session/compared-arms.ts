import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { inputError } from '../errors.js';
import type { ComparedArm } from '../evaluation/index.js';
import { readArms } from '../experiments/index.js';
import { readRollouts } from '../rollouts/index.js';
import { rolloutsArm } from './rollouts-arm.js';
import { objectFile } from './saved/objects.js';
import { sessionFolder } from './saved/places.js';
import type { SessionFile } from './saved/save.js';

/**
 * What `compareArms` sets side by side, of the names that `readArms` takes and of saved sessions, by name or
 * folder: of a session its judged rollouts in hand, of a run beside it the evaluation after the training.
 */
export async function comparedArms(
  names: readonly string[],
  options: { split?: string } = {},
): Promise<ComparedArm[]> {
  const folders = names.map(savedFolder);
  if (folders.every((folder) => folder === null)) return readArms(names, options);
  if (names.length < 2)
    throw inputError(
      `compare: expected something to compare the session ${names[0]} with, got it alone. Name another session or a run.`,
    );
  const arms: ComparedArm[] = [];
  for (const [at, name] of names.entries()) {
    const folder = folders[at];
    if (folder !== null) arms.push(rolloutsArm(name, await rolloutsInHand(folder)));
    else arms.push(...(await readArms([name, name], options)).slice(0, 1));
  }
  return arms;
}

/** `null`: no session is saved under that name or in that folder. */
function savedFolder(name: string): string | null {
  const places = [name, ...(/[=*,@]/.test(name) ? [] : [sessionFolder(name)])];
  return places.find((folder) => existsSync(path.join(folder, 'session.json'))) ?? null;
}

async function rolloutsInHand(folder: string): Promise<ReturnType<typeof readRollouts> | []> {
  const file = path.join(folder, 'session.json');
  const { entries, cursor } = JSON.parse(await readFile(file, 'utf8')) as SessionFile;
  const { rollouts } = entries[cursor];
  return rollouts === null ? [] : readRollouts(objectFile(folder, rollouts));
}
