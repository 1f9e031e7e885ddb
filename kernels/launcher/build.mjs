// Builds the launcher into build/: `node kernels/launcher/build.mjs [folder]`.
import { spawnSync } from 'node:child_process';
import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const folder = process.argv[2] ?? join(here, 'build');
mkdirSync(folder, { recursive: true });
const target = join(folder, 'rlsf-launcher');
const partial = `${target}.${process.pid}`;
const flags = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-o', partial, join(here, 'launcher.c')];
const { status, error } = spawnSync('gcc', flags, { stdio: 'inherit' });
if (error) console.error(`kernels/launcher/build.mjs: gcc could not be started: ${error.message}`);
if (status !== 0) process.exit(1);
renameSync(partial, target); // whole or not at all, also when two builds meet
