import path from 'node:path';
import { packageRoot } from '../../session/shipped.js';

/** A file of this package, wherever the prompt was opened. */
export function packageFile(name: string): string {
  return path.join(packageRoot, name);
}
