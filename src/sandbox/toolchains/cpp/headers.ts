import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inputError } from '../../../errors.js';
import { makeOnce, prune } from '../../made-once.js';
import { runProcess } from '../../process.js';

/**
 * Folders with `rlsf.h`, most with its precompiled form beside it: reading the standard headers is
 * most of the time of a compile. They are kept in the cache, per compiler and flags.
 */
export interface HeaderStore {
  /** For the includes of a problem, which must compile: made at once. */
  forProblem(includes: string): Promise<string>;
  /**
   * For the standard headers that a program itself begins with, whose order does not matter. Made
   * when `uses` programs of this call want it or one of an earlier call did; else the largest one
   * that holds no header but these.
   */
  forProgram(names: readonly string[], uses: number): Promise<string>;
}

const build = { wallMs: 120_000, maxBytes: 1 << 22 };
/** A precompiled header is 20 to 150 MB. */
const kept = 12;

export function createHeaderStore(options: {
  base: string;
  compiler: string;
  flags: readonly string[];
  /** The text of our own `rlsf.h`. */
  ours: string;
  precompiles: boolean;
}): HeaderStore {
  const { base, compiler, flags, ours, precompiles } = options;
  const made = new Map<string, Promise<string>>();

  const make = async (includes: string, name: string): Promise<string> => {
    const target = join(base, `headers-${name}`);
    await makeOnce(target, async (folder) => {
      await writeFile(join(folder, 'rlsf.h'), `${includes}\n${ours}`);
      const args = precompiles
        ? ['-x', 'c++-header', 'rlsf.h', '-o', 'rlsf.h.gch']
        : ['-fsyntax-only', '-x', 'c++', 'rlsf.h'];
      const compiled = await runProcess(compiler, [...flags, ...args], { ...build, cwd: folder });
      if (compiled.exitCode !== 0)
        throw inputError(
          `tests.includes: expected headers that compile, but ${compiler} says: ${compiled.stderr.trim().slice(0, 400)}`,
        );
    });
    await prune(base, kept, 'headers-');
    return target;
  };
  const once = (includes: string, name: string): Promise<string> => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const fresh = make(includes, name);
    made.set(name, fresh);
    fresh.catch(() => made.delete(name));
    return fresh;
  };

  return {
    forProblem(includes) {
      const strange = includes
        .split('\n')
        .find((line) => !/^\s*(#\s*include\s*(<[^<>]+>|"[^"]+")\s*)?(\/\/.*)?$/.test(line));
      if (strange !== undefined)
        throw inputError(
          `tests.includes: expected #include lines only, came ${JSON.stringify(strange)}. Move other source to tests.prefix.`,
        );
      return once(includes, digest(includes));
    },
    async forProgram(names, uses) {
      const wanted = [...new Set(names)].sort();
      const name = setName(wanted);
      const includes = wanted.map((header) => `#include <${header}>\n`).join('');
      if (wanted.length === 0 || existsSync(join(base, `headers-${name}`)))
        return once(includes, name);
      if (uses > 1 || !(await firstSighting(base, name))) return once(includes, name);
      const subset = await largestWithin(base, new Set(wanted));
      return once(subset.map((header) => `#include <${header}>\n`).join(''), setName(subset));
    },
  };
}

/** Names of a set of headers; which ones they are stands in its `rlsf.h`. */
function setName(names: readonly string[]): string {
  return `set-${digest(names.join(' '))}`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

async function firstSighting(base: string, name: string): Promise<boolean> {
  const folder = join(base, 'seen');
  const file = join(folder, name);
  if (existsSync(file)) return false;
  await mkdir(folder, { recursive: true });
  await writeFile(`${file}.${process.pid}`, '');
  await rename(`${file}.${process.pid}`, file);
  return true;
}

async function largestWithin(base: string, wanted: ReadonlySet<string>): Promise<string[]> {
  let best: string[] = [];
  for (const name of await readdir(base)) {
    if (!/^headers-set-[0-9a-f]+$/.test(name)) continue;
    const text = await readFile(join(base, name, 'rlsf.h'), 'utf8').catch(() => '');
    const names = [...text.matchAll(/^#include <([^>]+)>$/gm)].map((match) => match[1]);
    if (names.length > best.length && names.every((header) => wanted.has(header))) best = names;
  }
  return best;
}
