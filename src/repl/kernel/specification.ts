import { mkdirSync, rmSync, existsSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inputError } from '../../errors.js';
import { packageFile } from '../engine/package-files.js';

export const kernelName = 'rlsf';

export interface KernelPlace {
  /** Below `PREFIX/share/jupyter`, such as a virtual environment. @default the user's own folder */
  readonly prefix?: string;
}

/** What Jupyter reads to start the kernel: this Node and this copy of the package, by their paths. */
export function kernelSpecification(): Record<string, unknown> {
  return {
    argv: [
      process.execPath,
      packageFile('kernels/jupyter/tslab.mjs'),
      'kernel',
      '--config-path={connection_file}',
    ],
    display_name: 'TypeScript (rlsf)',
    language: 'typescript',
    interrupt_mode: 'signal',
  };
}

/** Where Jupyter looks for the kernels of this user, or of a prefix. */
export function kernelFolder({ prefix }: KernelPlace = {}): string {
  const data = prefix === undefined ? userData() : path.resolve(prefix, 'share', 'jupyter');
  return path.join(data, 'kernels', kernelName);
}

/** @returns the folder written; what stood there is replaced */
export function installKernel(place: KernelPlace = {}): string {
  const folder = kernelFolder(place);
  try {
    mkdirSync(folder, { recursive: true });
    const text = `${JSON.stringify(kernelSpecification(), null, 2)}\n`;
    writeFileSync(path.join(folder, 'kernel.json'), text);
  } catch (cause) {
    throw inputError(
      `rlsf kernel install: expected to write ${folder}, and it failed: ${cause instanceof Error ? cause.message : String(cause)}. Give a folder of yours with --prefix.`,
      { cause },
    );
  }
  return folder;
}

/** @returns the folder removed, `null` where there was none */
export function removeKernel(place: KernelPlace = {}): string | null {
  const folder = kernelFolder(place);
  if (!existsSync(path.join(folder, 'kernel.json'))) return null;
  rmSync(folder, { recursive: true });
  return folder;
}

/** As jupyter_core finds it. */
function userData(): string {
  const { JUPYTER_DATA_DIR, XDG_DATA_HOME, APPDATA } = process.env;
  if (JUPYTER_DATA_DIR) return JUPYTER_DATA_DIR;
  if (process.platform === 'darwin') return path.join(os.homedir(), 'Library', 'Jupyter');
  if (process.platform === 'win32' && APPDATA) return path.join(APPDATA, 'jupyter');
  return path.join(XDG_DATA_HOME || path.join(os.homedir(), '.local', 'share'), 'jupyter');
}
