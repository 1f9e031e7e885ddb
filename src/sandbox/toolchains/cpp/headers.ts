import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inputError } from '../../../errors.js';
import { makeOnce, markUsed, prune } from '../../made-once.js';
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
   * when enough programs want it, in this call (`uses`) or call by call; else the largest one there
   * is that holds no header but these, and the compiler reads the rest.
   */
  forProgram(names: readonly string[], uses: number): Promise<string>;
}

const build = { wallMs: 120_000, maxBytes: 1 << 22 };
/** A precompiled header is 20 to 150 MB. */
const kept = 12;
/** No unit needs its header for longer. */
const hourMs = 3_600_000;
/** To make one costs about as much as reading the headers three times. */
const worthwhile = 4;

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
  const isMade = new Set<string>();

  const make = async (includes: string, name: string): Promise<string> => {
    const target = join(base, `headers-${name}`);
    await makeOnce(target, async (folder) => {
      await writeFile(join(folder, 'rlsf.h'), `${includes}\n${ours}`);
      const args = precompiles
        ? ['-x', 'c++-header', 'rlsf.h', '-o', 'rlsf.h.gch']
        : ['-fsyntax-only', '-x', 'c++', 'rlsf.h'];
      // Warnings are for programs: with -Werror among the flags one about this file would end all judging.
      const all = [...flags, '-w', ...args];
      const compiled = await runProcess(compiler, all, { ...build, cwd: folder });
      if (compiled.exitCode !== 0)
        throw inputError(
          `tests.includes: expected headers that compile, but ${compiler} says: ${compiled.stderr.trim().slice(0, 400)}`,
        );
    });
    await prune(base, { keep: kept, prefix: 'headers-', idleMs: hourMs });
    return target;
  };
  const once = (includes: string, name: string): Promise<string> => {
    const known = made.get(name);
    const folder = join(base, `headers-${name}`);
    // Unused for long, it may have made room for others.
    if (known !== undefined && (!isMade.has(name) || existsSync(folder))) {
      void markUsed(folder);
      return known;
    }
    const fresh = make(includes, name);
    made.set(name, fresh);
    isMade.delete(name);
    fresh.then(
      () => isMade.add(name),
      () => made.delete(name),
    );
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
      if (uses >= worthwhile || (await sightings(base, name)) >= worthwhile)
        return once(includes, name);
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

/** In how many calls, this one included, somebody wanted this set: one byte in a file for each. */
async function sightings(base: string, name: string): Promise<number> {
  const folder = join(base, 'seen');
  await mkdir(folder, { recursive: true });
  await appendFile(join(folder, name), '.');
  return (await stat(join(folder, name))).size;
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
