import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../session/shipped.js';

/**
 * The first use of an installed package: the native parts are compiled on the user's machine. Only
 * what can be built with the tools at hand; `rlsf setup` also installs tools. Without them the work
 * goes on with the `wasm` backend, and the backend's own message says so.
 */
export async function prepareNative(note: (text: string) => void): Promise<void> {
  const missing = ['native', 'launcher'].filter(
    (folder) =>
      existsSync(path.join(packageRoot, 'kernels', folder, 'build.mjs')) &&
      !hasFiles(path.join(packageRoot, 'kernels', folder, 'build')),
  );
  if (missing.length === 0) return;
  note(
    `The native parts (${missing.join(', ')}) are not built yet; building them now. Full set-up: rlsf setup`,
  );
  await runSetup(['tour', '--no-system'], 'stderr');
}

/** Runs `setup.sh`; its exit code. */
export function runSetup(profile: string[], output: 'stdout' | 'stderr'): Promise<number> {
  const child = spawn('bash', [path.join(packageRoot, 'setup.sh'), ...profile], {
    // What a pipe reads from standard output is the command's value alone.
    stdio: ['ignore', output === 'stdout' ? 'inherit' : 2, 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

function hasFiles(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).length > 0;
}
