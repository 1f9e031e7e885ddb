import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environmentError } from '../../../errors.js';
import { dayMs, makeOnce, prune } from '../../made-once.js';
import { runProcess } from '../../process.js';
import { compilerFlags } from './flags.js';
import type { Jdk } from './jdk.js';

/** Our own Java part: what compiles programs and what runs them. */
export interface Driver {
  fingerprint: string;
  /** `classes`, which compiled programs see too, and perhaps `javac.jsa`. */
  folder: string;
  hasArchive: boolean;
}

/** Sources beside `src/` and `dist/` alike. */
const kernels = fileURLToPath(new URL('../../../../kernels/java/', import.meta.url));
/** Bump when the way they are built changes. */
const layout = 3;
const build = { wallMs: 120_000, maxBytes: 1 << 22 };

/** Compiles kernels/java once per version of it and of the kit, in `cache`. */
export async function prepareDriver(cache: string, jdk: Jdk): Promise<Driver> {
  const names = (await readdir(kernels, { recursive: true }))
    .filter((name) => name.endsWith('.java'))
    .sort();
  const sources = names.map((name) => join(kernels, name));
  const digest = createHash('sha256');
  digest.update(JSON.stringify([layout, jdk.version, jdk.runtime, compilerFlags(null), names]));
  for (const name of names) digest.update(await readFile(join(kernels, name)));
  const fingerprint = digest.digest('hex').slice(0, 16);
  const folder = join(cache, `java-${fingerprint}`);
  await makeOnce(folder, async (partial) => {
    const classes = join(partial, 'classes');
    // Without the machinery behind `+` of strings a program starts 10 ms sooner.
    await make(jdk.java.replace(/java$/, 'javac'), [
      '-J-XX:-UsePerfData', '-nowarn', '-encoding', 'UTF-8', '-XDstringConcat=inline', '-d', classes, ...sources,
    ]); // prettier-ignore
    await makeArchive(partial, classes, jdk);
  });
  await prune(cache, { keep: 2, prefix: 'java-', idleMs: dayMs });
  return { fingerprint, folder, hasArchive: existsSync(join(folder, 'javac.jsa')) };
}

async function make(compiler: string, args: string[]): Promise<void> {
  const made = await runProcess(compiler, args, build);
  if (made.exitCode !== 0)
    throw environmentError(
      `createJudgePool: expected ${compiler} to build the judge's Java driver, but it failed: ${made.startError ?? made.stderr.trim().slice(0, 600)}. Install a development kit: apt-get install default-jdk-headless.`,
    );
}

/** The compiler's own classes, ready to be mapped: a compile starts in half the time. Without, it works too. */
async function makeArchive(partial: string, classes: string, { java }: Jdk): Promise<void> {
  const list = join(partial, 'classes.lst');
  const archive = join(partial, 'javac.jsa');
  const examples = join(partial, 'examples');
  await mkdir(join(examples, '0'), { recursive: true });
  await copyFile(join(kernels, 'rlsf', 'Rendering.java'), join(examples, '0', 'Rendering.java'));
  await writeFile(
    join(examples, '0', 'Wrong.java'),
    'class Wrong { int f() { return x + "y" } }\n',
  );
  const common = ['-XX:+UseSerialGC', '-XX:-UsePerfData'];
  const compile = ['-cp', classes, 'rlsf.Compile', '-Xlint:all', '-proc:none', '--', examples, '0'];
  await runProcess(
    java,
    [...common, `-XX:DumpLoadedClassList=${list}`, ...compile, '0=Rendering.java'],
    build,
  );
  const made = await runProcess(
    java,
    [...common, '-Xshare:dump', `-XX:SharedClassListFile=${list}`, `-XX:SharedArchiveFile=${archive}`],
    build,
  ); // prettier-ignore
  if (made.exitCode !== 0) await rm(archive, { force: true });
  await rm(list, { force: true });
  await rm(examples, { recursive: true });
}
