import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { runProcess } from '../../process.js';
import { buildLimits } from '../../limits.js';
import { writeReadable } from '../../workspace.js';
import { linkHeader, mainFile } from './unit.js';
import type { Workbench } from './workbench.js';

/**
 * The compiler proper as its driver would start it, reading `unit.cpp`, assembly to its output;
 * `null` where the driver does not say, or where a compile server is not to be had (clang++).
 */
export async function serverCommand(
  path: string,
  name: string,
  flags: readonly string[],
): Promise<string[] | null> {
  if (name !== 'g++' || process.platform !== 'linux') return null;
  const args = ['-###', ...flags, '-S', 'unit.cpp', '-o', '-'];
  const said = await runProcess(path, args, { wallMs: 60_000, maxBytes: 1 << 22 });
  const line = said.stderr.split('\n').find((one) => /^ \S*cc1plus /.test(one));
  return line === undefined ? null : splitWords(line);
}

/** The words of a `-###` line: plain, or in double quotes with backslashes. */
export function splitWords(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map((match) =>
    match[1] === undefined ? match[2] : match[1].replaceAll(/\\(.)/g, '$1'),
  );
}

/**
 * Has the bench's `body.cpp` compiled (no words, or `compile` and a command to go on with), or a
 * command run in the bench's folder (`run` and the command). Its status as a shell would say it;
 * `null` when there is no server to ask.
 */
export async function askServer(
  bench: Workbench,
  words: readonly string[],
): Promise<number | null> {
  const { compiler, header, runtime, objects } = bench;
  if (compiler.server === null || words.some((word) => /[\t\n]/.test(word))) return null;
  const helper = await bench.helper({
    key: `${compiler.path} ${header}`,
    async prepare(folder) {
      await linkHeader(folder, header);
      await writeReadable(join(folder, 'unit.cpp'), mainFile);
    },
    command: compiler.server,
    readOnly: [header, runtime, objects],
    preload: join(runtime, basename(compiler.preload)),
    environment: {
      RLSF_SERVE_WALL_MS: String(buildLimits.wallMs),
      RLSF_SERVE_CPU_MS: String(buildLimits.cpuMs),
    },
  });
  const answer = await helper?.ask([bench.seenByHelpers, ...words].join('\t'));
  return /^\d+$/.test(answer ?? '') ? Number(answer) : null;
}

const most = 1 << 24;

/** A file that a compile left, `null` when it is too long. It comes out of the sandbox: no link is followed. */
export async function readOutput(folder: string, name: string): Promise<string | null> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(join(folder, name), flags);
  try {
    const { size } = await handle.stat();
    if (size > most) return null;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size), 0, size, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
