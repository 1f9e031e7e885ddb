import type { Bench, Sandbox } from '../../toolchain.js';
import type { Compiler } from './compiler.js';
import type { Program } from './program.js';

/** What the units of one call share. */
export interface UnitContext {
  compiler: Compiler;
  cases: CaseStore;
  /** How many of the call's programs want the same compiled cases or headers. */
  counts: ReadonlyMap<string, number>;
  sandbox: Sandbox;
}

/** The compiled cases of the problems a pool has met; they live as long as the pool. */
export interface CaseStore {
  folder: string;
  /**
   * Those of the programs' cases that are ready; made first where enough of the call's programs want
   * them beside those of their `unit`.
   */
  prepare(
    programs: readonly Program[],
    unit: readonly Program[],
    context: UnitContext,
  ): Promise<ReadonlySet<string>>;
}

/** Where a unit is being judged. */
export interface Workbench extends Bench {
  compiler: Compiler;
  /** Folders that the worker's user can reach: `rlsf.h`, and `runtime.o`. */
  header: string;
  runtime: string;
  /** The folder with the compiled cases of problems, `<name>.o` each. */
  objects: string;
}

/** A fresh folder, with what the compiles of these programs need. */
export function withWorkbench<T>(
  programs: readonly Program[],
  { compiler, cases, counts, sandbox }: UnitContext,
  use: (bench: Workbench) => Promise<T>,
): Promise<T> {
  return sandbox.withBench(async (bench) => {
    const { tests, headers } = programs[0];
    const uses = counts.get(headers.join()) ?? 0;
    const header = await (programs[0].screening.mode === 'batch' || tests.includes.trim() !== ''
      ? compiler.headers.forProblem(tests.includes)
      : compiler.headers.forProgram(headers, uses));
    return use({
      ...bench,
      compiler,
      header: await sandbox.reachable(header),
      runtime: await sandbox.reachable(compiler.runtime),
      objects: cases.folder,
    });
  });
}
