import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package's own folder: a clone, or `node_modules/rlsf`. */
export const packageRoot = fileURLToPath(new URL('../..', import.meta.url));

/**
 * A file that comes with the package (`configs/tour.yaml`, `data/policies/…`) by its relative name:
 * the user's own file of that name first, else ours, else the name as it was given.
 */
export function shipped(name: string): string {
  if (path.isAbsolute(name) || existsSync(name)) return name;
  const ours = path.join(packageRoot, name);
  return existsSync(ours) ? ours : name;
}

/** The tiny C++ policy that comes with the package. */
export const shippedPolicy = 'data/policies/cpp-tiny';
