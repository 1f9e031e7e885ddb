import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package's own folder, where `data/policies/…` lies. */
const packageFolder = fileURLToPath(new URL('../../..', import.meta.url));

/** Options that name a folder of weights, or a Hub id. */
export const folderOptions = ['policy.model_name_or_path', 'policy.adapter_name_or_path'] as const;

/**
 * Where a relative name is looked for, first to last: beside the config file that gives it, in the working
 * folder, in the package.
 * @param configFolder `null` where no file gives it
 */
export function placesOf(name: string, configFolder: string | null): string[] {
  const folders = [...(configFolder === null ? [] : [configFolder]), '', packageFolder];
  return [...new Set(folders.map((folder) => path.resolve(folder, name)))];
}

/**
 * The folder that a name means, whole where it lies elsewhere than in the working folder; the name as it was
 * given where there is none: it may be a Hub id, or be written later.
 */
export function foundFolder(name: string, configFolder: string | null): string {
  if (path.isAbsolute(name) || name.startsWith('~/')) return name;
  const found = placesOf(name, configFolder).find((place) => existsSync(place));
  return found === undefined || found === path.resolve(name) ? name : found;
}

/** Whether nothing of that name lies here, also not set aside while it is saved anew. */
export function isNowhere(name: string): boolean {
  const place = path.resolve(name);
  if (name.startsWith('~/') || existsSync(place)) return false;
  const folder = path.dirname(place);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return !names.some((each) => each.startsWith(`${path.basename(place)}.old-`));
}
