import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseCompilerOutput } from '../../../diagnostics/index.js';
import type { CompilerFinding } from '../../../diagnostics/index.js';
import type { ProcessResult } from '../../process.js';
import { writeReadable } from '../../workspace.js';
import { askServer, readOutput } from './compile-server.js';
import { linkFlags } from './flags.js';
import type { Program } from './program.js';
import { requiresMain } from './unit.js';
import type { Workbench } from './workbench.js';

export interface Compiled {
  ok: boolean;
  command: string[];
  exitCode: number | null;
  durationMs: number;
  stderr: string;
  /** The messages were longer than we read. */
  truncated: boolean;
  findings: CompilerFinding[];
  /** The compiler was ended by a limit of ours. */
  overLimit: boolean;
  /** The wall clock ended it: on a busy machine it may only have waited for its turn. */
  outOfTime: boolean;
  /** It failed without naming any error: our tooling, not the program. */
  unexplained: boolean;
}

/** Compiles and links a unit's body, with the cases that are compiled already, into `unit`. */
export async function compileUnit(
  bench: Workbench,
  programs: readonly Program[],
  body: string,
  shared: ReadonlySet<string>,
): Promise<Compiled> {
  if (programs[0].tests.compileOnly) return checkSyntax(bench, body);
  // Inputs need a `main`; to our own it is optional.
  const needsMain = programs.some(({ inputCases }) => inputCases.length > 0);
  const whole = needsMain ? `${body}${requiresMain}` : body;
  const { runtime, objects } = bench;
  const parts = [...[...shared].map((name) => `${objects}/${name}.o`), `${runtime}/runtime.o`];
  return build(bench, whole, [...parts, ...linkFlags, ...bench.compiler.linker, '-o', 'unit']);
}

/** Compiles a body into the object file `unit.o`. */
export function compileObject(bench: Workbench, body: string): Promise<Compiled> {
  return build(bench, body, ['-c', '-o', 'unit.o']);
}

/** Only asks whether a body compiles, and what the compiler has to say. */
export async function checkSyntax(
  bench: Workbench,
  body: string,
  report = bench.compiler.report.flags,
): Promise<Compiled> {
  await writeReadable(join(bench.folder, 'body.cpp'), body);
  // Not `-fsyntax-only`: the server goes on to assembly, and warns of what only shows then.
  const args = [...bench.compiler.flags, ...report, '-S', 'unit.cpp', '-o', '/dev/null'];
  // Only messages of the usual kind are the server's.
  const served = report === bench.compiler.report.flags ? await serve(bench, null) : null;
  return read(bench, served ?? (await run(bench, args)), args);
}

async function build(bench: Workbench, body: string, rest: readonly string[]): Promise<Compiled> {
  await writeReadable(join(bench.folder, 'body.cpp'), body);
  const { path, flags, report } = bench.compiler;
  const args = [...flags, ...report.flags, 'unit.cpp', ...rest];
  const served = await serve(bench, [path, ...flags, 'unit.s', ...rest]);
  return read(bench, served ?? (await run(bench, args)), args);
}

/** By the worker's compile server, and what makes more of `unit.s`; `null` where there is no server. */
async function serve(bench: Workbench, then: readonly string[] | null): Promise<Ran | null> {
  const started = performance.now();
  const words = then === null ? [] : ['compile', ...then];
  const status = await askServer(bench, words);
  if (status === null) return null;
  const stderr = await readOutput(bench.folder, 'messages');
  return {
    exitCode: status,
    durationMs: performance.now() - started,
    stderr: stderr ?? '',
    truncated: stderr === null,
    timedOut: status === 124,
    startError: null,
  };
}

type Ran = Pick<
  ProcessResult,
  'exitCode' | 'durationMs' | 'stderr' | 'truncated' | 'timedOut' | 'startError'
>;

function run(bench: Workbench, args: readonly string[]): Promise<ProcessResult> {
  const { compiler, header, runtime, objects } = bench;
  return bench.build({
    command: [compiler.path, ...args],
    readOnly: [header, runtime, objects],
  });
}

function read(bench: Workbench, ran: Ran, args: readonly string[]): Compiled {
  const { compiler, runtime, objects } = bench;
  // The driver's own file between assembler and linker has another name each time.
  const result = { ...ran, stderr: ran.stderr.replaceAll(/\.\/cc\w{6}\.o\b/g, 'unit.o') };
  const findings = parseCompilerOutput(result.stderr, { compiler: compiler.name });
  // Where the messages cannot be read, there may be warnings among them.
  const ok = result.exitCode === 0 && !result.truncated;
  const killed =
    /Killed signal|signal terminated|out of memory|virtual memory exhausted|cannot allocate|CPU time limit|File size limit/i.test(
      result.stderr,
    );
  const ended = [124, 128 + 9, 128 + 24, 128 + 25].includes(result.exitCode ?? 0);
  const overLimit = !ok && (ended || result.timedOut || result.truncated || killed);
  const errors = findings.filter(({ severity }) => severity === 'error');
  const ours = errors.some(({ message }) => isOurs(message, bench.folder));
  return {
    ok,
    // Paths of this machine's cache are no part of what was done.
    command: [
      compiler.name,
      ...args.map((arg) => arg.replace(`${runtime}/`, '').replace(`${objects}/`, '')),
    ],
    exitCode: result.exitCode,
    durationMs: result.durationMs,
    stderr: result.startError ?? result.stderr,
    truncated: result.truncated,
    findings,
    overLimit,
    outOfTime: !ok && (result.timedOut || result.exitCode === 124),
    unexplained: !ok && (ours || errors.length === 0) && !overLimit,
  };
}

/** A file that we wrote could not be read. A program may name such files too, but those are not there. */
function isOurs(message: string, folder: string): boolean {
  const said =
    /^(rlsf\.h(?:\.gch)?|body\.cpp|(?:\d+|[0-9a-f]{16})\/(?:program|cases)\.cpp): (.*)/.exec(
      message,
    );
  if (said === null) return false;
  const [, file, why] = said;
  const isBase = file === 'rlsf.h' || file === 'body.cpp';
  return !why.startsWith('No such file') || (isBase && !existsSync(join(folder, file)));
}
