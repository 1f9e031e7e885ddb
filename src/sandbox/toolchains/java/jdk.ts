import { realpathSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { environmentError } from '../../../errors.js';
import { findProgram, runProcess } from '../../process.js';

/** A Java Development Kit of this machine. */
export interface Jdk {
  java: string;
  /** `javac 17.0.15`. */
  version: string;
  /** What `java --version` says: the machine that runs the classes. */
  runtime: string;
  major: number;
  /** Folders that it needs beside /usr: its settings, which Debian keeps in /etc, or itself. */
  readOnly: string[];
}

const quick = { wallMs: 60_000, maxBytes: 1 << 20 };

/** The kit that `javac` belongs to: `java` of another version might not run its classes. */
export async function findJdk(): Promise<Jdk> {
  const found = await runProcess(findProgram('javac'), ['-J-XX:-UsePerfData', '-version'], quick);
  if (found.startError !== null || found.exitCode !== 0)
    throw environmentError(
      `createJudgePool: expected a Java Development Kit, but javac could not be started (${found.startError ?? `exit ${found.exitCode}`}). Install it: apt-get install default-jdk-headless.`,
    );
  const home = dirname(dirname(realpathSync(findProgram('javac'))));
  const java = join(home, 'bin', 'java');
  const asked = await runProcess(java, ['-XX:-UsePerfData', '--version'], quick);
  if (asked.startError !== null || asked.exitCode !== 0)
    throw environmentError(
      `createJudgePool: expected ${java} beside javac, but it could not be started (${asked.startError ?? `exit ${asked.exitCode}`}). Install it whole: apt-get install default-jdk-headless.`,
    );
  const version = found.stdout.toString('utf8').trim();
  return {
    java,
    version,
    runtime: asked.stdout.toString('utf8').trim(),
    major: Number(/\d+/.exec(version)?.[0] ?? 0),
    readOnly: [...(isSystem(home) ? [] : [home]), ...(await linksOut(home))],
  };
}

/** Where the kit's links lead to outside of what every program may read. */
async function linksOut(home: string): Promise<string[]> {
  const folders = new Set<string>();
  for (const part of ['conf', 'lib']) {
    const entries = await readdir(join(home, part), { withFileTypes: true, recursive: true });
    for (const entry of entries.filter((one) => one.isSymbolicLink())) {
      const target = targetOf(join(entry.parentPath, entry.name));
      if (target !== null && !isSystem(target) && !target.startsWith(`${home}/`))
        folders.add(dirname(target));
    }
  }
  const all = [...folders].sort();
  return all.filter((folder) => !all.some((other) => folder.startsWith(`${other}/`)));
}

function targetOf(link: string): string | null {
  try {
    return realpathSync(link);
  } catch {
    return null;
  }
}

function isSystem(path: string): boolean {
  return path.startsWith('/usr/');
}
