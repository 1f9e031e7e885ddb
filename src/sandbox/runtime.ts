import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environmentError } from '../errors.js';
import { dayMs, makeOnce, prune } from './made-once.js';
import { runProcess } from './process.js';

/** Our own native part: what starts programs, and what is linked into C++ ones. */
export interface JudgeRuntime {
  /** First line of `g++ --version`, of the compiler that built it. */
  compiler: string;
  fingerprint: string;
  launcher: string;
  /** The folder with `runtime.o` and the compile server. */
  folder: string;
  /** Makes a compiler wait and fork (kernels/launcher/compile-server.c). */
  compileServer: string;
  /** The text of `rlsf.h`: what C++ test cases may call. */
  header: string;
  /** A program that leaks and tries its walls (select-tier.ts). */
  probe: string;
}

/** Sources beside `src/` and `dist/` alike. */
const kernels = fileURLToPath(new URL('../../kernels/launcher/', import.meta.url));
const sources = [
  'launcher.c',
  'limits.h',
  'rlsf.h',
  'runtime.cpp',
  'supervise.h',
  'probe.cpp',
  'compile-server.c',
  'reap.h',
];
/** Bump when the way they are built changes. */
const layout = 3;
const build = { wallMs: 120_000, maxBytes: 1 << 22 };

/** Builds launcher, runtime and probe with gcc, once per version of each, in `cache`. */
export async function prepareRuntime(cache: string): Promise<JudgeRuntime> {
  const found = await runProcess('g++', ['--version'], build);
  if (found.startError !== null || found.exitCode !== 0)
    throw environmentError(
      `createJudgePool: expected a C++ compiler, but g++ could not be started (${found.startError ?? `exit ${found.exitCode}`}). Install it: apt-get install g++.`,
    );
  const compiler = found.stdout.toString('utf8').split('\n')[0].trim();
  const texts = await Promise.all(sources.map((name) => readFile(join(kernels, name))));
  const digest = createHash('sha256').update(JSON.stringify([layout, compiler, process.arch]));
  for (const text of texts) digest.update(text);
  const fingerprint = digest.digest('hex').slice(0, 16);
  const base = join(cache, `runtime-${fingerprint}`);
  const runtime = {
    compiler,
    fingerprint,
    launcher: join(base, 'rlsf-launcher'),
    folder: join(base, 'runtime'),
    compileServer: join(base, 'runtime', 'compile-server.so'),
    header: texts[sources.indexOf('rlsf.h')].toString('utf8'),
    probe: join(base, 'probe'),
  };
  await makeOnce(base, async (folder) => {
    const at = (name: string): string => join(folder, name);
    const from = (name: string): string => join(kernels, name);
    await mkdir(at('runtime'));
    await writeFile(at('runtime/rlsf.h'), runtime.header);
    await compile('g++', [
      '-std=c++17',
      '-O1',
      '-c',
      from('runtime.cpp'),
      '-o',
      at('runtime/runtime.o'),
    ]);
    await compile('gcc', ['-std=gnu11', '-O2', from('launcher.c'), '-o', at('rlsf-launcher')]);
    await compile('gcc', [
      '-std=gnu11', '-O2', '-shared', '-fPIC', from('compile-server.c'), '-o', at('runtime/compile-server.so'), '-ldl',
    ]); // prettier-ignore
    const sanitizers = ['-std=c++17', '-fsanitize=address,undefined', '-fno-omit-frame-pointer'];
    await compile('g++', [
      ...sanitizers, '-Wl,--wrap=main', from('probe.cpp'), at('runtime/runtime.o'), '-o', at('probe'),
    ]); // prettier-ignore
  });
  await prune(cache, { keep: 3, prefix: 'runtime-', idleMs: dayMs });
  return runtime;
}

async function compile(compiler: string, args: string[]): Promise<void> {
  const made = await runProcess(compiler, args, build);
  if (made.exitCode !== 0)
    throw environmentError(
      `createJudgePool: expected ${compiler} to build the judge's runtime, with AddressSanitizer, but it failed: ${made.startError ?? made.stderr.trim().slice(0, 600)}. Install a complete g++ (apt-get install g++).`,
    );
}
