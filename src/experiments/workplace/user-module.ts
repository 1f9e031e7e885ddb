import { rm, writeFile } from 'node:fs/promises';
import { createRequire, isBuiltin } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';
import { temporaryFolder } from '../../temporary-folder.js';

/**
 * What a user's own file exports, JavaScript or TypeScript, whatever package it lies in. The files that
 * it imports by path are read with it; `rlsf` is this very library; other packages are those of its
 * folder.
 * @throws the message of the compiler or of the module's own code
 */
export async function importUserModule(file: string): Promise<Record<string, unknown>> {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'silent',
    plugins: [packagesByAddress(file)],
  });
  const folder = temporaryFolder('module');
  try {
    const compiled = path.join(folder, 'module.mjs');
    await writeFile(compiled, outputFiles[0].contents);
    return (await import(pathToFileURL(compiled).href)) as Record<string, unknown>;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Packages are not copied into the module: each import becomes the address of the file that it means. */
function packagesByAddress(file: string): Plugin {
  const { resolve } = createRequire(file);
  return {
    name: 'packages-by-address',
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, ({ path: name, kind }) => {
        if (kind === 'entry-point') return undefined;
        if (isBuiltin(name)) return { path: name, external: true };
        const address =
          name === 'rlsf'
            ? new URL('../../index.js', import.meta.url).href
            : pathToFileURL(resolve(name)).href;
        return { path: address, external: true };
      });
    },
  };
}
