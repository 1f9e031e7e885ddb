/**
 * The build of tfjs-node that `rlsf doctor --build-tensorflow` makes. There is one for a user, in
 * rlsf's cache, so that clones and installed packages find the same.
 */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

export type TensorflowPackage = '@tensorflow/tfjs-node' | '@tensorflow/tfjs-node-gpu';

export interface TensorflowBuild {
  package: TensorflowPackage;
  /** Of the package, and so of the tfjs that it works with. */
  version: string;
  /** The version of the TensorFlow that its addon is linked to. */
  tensorflow: string;
  /** The folder of that TensorFlow's libraries: the build needs them where they are. */
  libraries: string;
}

/**
 * `tensorflow/` in RLSF_CACHE, else in XDG_CACHE_HOME/rlsf or ~/.cache/rlsf. Its link `current` names
 * the build that is used.
 */
export function tensorflowFolder(): string {
  const cache =
    process.env['RLSF_CACHE'] ??
    join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'rlsf');
  return resolve(cache, 'tensorflow');
}

/** The build in use and its folder; `null` where none was made. */
export function readTensorflowBuild(): (TensorflowBuild & { folder: string }) | null {
  const current = join(tensorflowFolder(), 'current');
  if (!existsSync(join(current, 'build.json'))) return null;
  const folder = realpathSync(current);
  const build = JSON.parse(readFileSync(join(folder, 'build.json'), 'utf8')) as TensorflowBuild;
  return { ...build, folder };
}
