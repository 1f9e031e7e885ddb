import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environmentError, inputError } from '../../../errors.js';
import { runProcess } from '../../process.js';
import { openToReaders } from '../../workspace.js';
import { compileFlags } from './flags.js';

export interface CppToolchain {
  /** First line of `g++ --version`. */
  version: string;
  flags: string[];
  /** Digest of compiler, flags and our own runtime: part of every verdict's key. */
  fingerprint: string;
  /** Our folder in the cache. */
  base: string;
  /** The folder with `runtime.o`, which is linked into every program. */
  runtime: string;
  launcher: string;
  /** The folder with the precompiled header of a set of includes; made once, kept in the cache. */
  header(includes: string): Promise<string>;
}

/** Sources of the launcher and of the runtime, beside `src/` and `dist/` alike. */
const kernels = fileURLToPath(new URL('../../../../kernels/launcher/', import.meta.url));
const sources = ['launcher.c', 'limits.h', 'rlsf.h', 'runtime.cpp', 'supervise.h'];
/** Bump when the folders below `base` change. */
const layout = 2;
const build = { wallMs: 120_000, maxBytes: 1 << 22 };

/** Finds g++ and prepares what all compiles share in `cache`. */
export async function createCppToolchain(cache: string, std: string): Promise<CppToolchain> {
  const found = await runProcess('g++', ['--version'], build);
  if (found.startError !== null || found.exitCode !== 0)
    throw environmentError(
      `createJudgePool: expected a C++ compiler, but g++ could not be started (${found.startError ?? `exit ${found.exitCode}`}). Install it: apt-get install g++.`,
    );
  const version = found.stdout.toString('utf8').split('\n')[0].trim();
  const flags = compileFlags(std);
  const texts = await Promise.all(sources.map((name) => readFile(join(kernels, name))));
  const digest = createHash('sha256').update(
    JSON.stringify([layout, version, flags, process.arch]),
  );
  for (const text of texts) digest.update(text);
  const fingerprint = digest.digest('hex').slice(0, 16);
  const base = join(cache, `cpp-${fingerprint}`);
  await makeOnce(base, async (folder) => {
    await mkdir(join(folder, 'runtime'));
    await compileOurs('g++', [
      '-std=c++17',
      '-O1',
      '-c',
      join(kernels, 'runtime.cpp'),
      '-o',
      join(folder, 'runtime', 'runtime.o'),
    ]);
    await compileOurs('gcc', [
      '-std=gnu11',
      '-O2',
      join(kernels, 'launcher.c'),
      '-o',
      join(folder, 'rlsf-launcher'),
    ]);
    await writeFile(join(folder, 'rlsf.h'), texts[sources.indexOf('rlsf.h')]);
  });
  await prune(cache, 4);

  const headers = new Map<string, Promise<string>>();
  return {
    version,
    flags,
    fingerprint,
    base,
    runtime: join(base, 'runtime'),
    launcher: join(base, 'rlsf-launcher'),
    header(includes) {
      const known = headers.get(includes) ?? makeHeader(base, flags, includes);
      headers.set(includes, known);
      return known;
    },
  };
}

async function makeHeader(
  base: string,
  flags: readonly string[],
  includes: string,
): Promise<string> {
  const strange = includes
    .split('\n')
    .find((line) => !/^\s*(#\s*include\s*(<[^<>]+>|"[^"]+")\s*)?(\/\/.*)?$/.test(line));
  if (strange !== undefined)
    throw inputError(
      `tests.includes: expected #include lines only, came ${JSON.stringify(strange)}. Move other source to tests.prefix.`,
    );
  const name = createHash('sha256').update(includes).digest('hex').slice(0, 16);
  const target = join(base, `headers-${name}`);
  await makeOnce(target, async (folder) => {
    const ours = await readFile(join(base, 'rlsf.h'), 'utf8');
    await writeFile(join(folder, 'rlsf.h'), `${includes}\n${ours}`);
    const args = [...flags, '-x', 'c++-header', 'rlsf.h', '-o', 'rlsf.h.gch'];
    const made = await runProcess('g++', args, { ...build, cwd: folder });
    if (made.exitCode !== 0)
      throw inputError(
        `tests.includes: expected headers that compile, but g++ says: ${made.stderr.trim().slice(0, 400)}`,
      );
  });
  const now = new Date();
  await utimes(target, now, now).catch(() => undefined);
  await prune(base, 8, 'headers-');
  return target;
}

async function compileOurs(compiler: string, args: string[]): Promise<void> {
  const made = await runProcess(compiler, args, build);
  if (made.exitCode !== 0)
    throw environmentError(
      `createJudgePool: expected ${compiler} to build the judge's runtime, but it failed: ${made.startError ?? made.stderr.trim().slice(0, 600)}. Install a complete g++ (apt-get install g++).`,
    );
}

/** Makes a folder whole or not at all, also when two processes make the same one. */
async function makeOnce(target: string, fill: (folder: string) => Promise<void>): Promise<void> {
  if (existsSync(target)) return;
  const partial = `${target}.${randomUUID()}`;
  await mkdir(partial, { recursive: true, mode: 0o755 });
  try {
    await fill(partial);
    await openToReaders(partial);
    await rename(partial, target);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
}

/** Keeps the `keep` latest folders: a precompiled header is tens of megabytes. */
async function prune(folder: string, keep: number, prefix = 'cpp-'): Promise<void> {
  const names = (await readdir(folder)).filter(
    (name) => name.startsWith(prefix) && !name.includes('.'),
  );
  if (names.length <= keep) return;
  const dated = await Promise.all(
    names.map(async (name) => ({
      name,
      at: (await stat(join(folder, name)).catch(() => null))?.mtimeMs ?? 0,
    })),
  );
  dated.sort((a, b) => b.at - a.at);
  await Promise.all(
    dated.slice(keep).map(({ name }) => rm(join(folder, name), { recursive: true, force: true })),
  );
}
