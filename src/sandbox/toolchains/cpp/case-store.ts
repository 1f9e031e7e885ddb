import { chmodSync, mkdirSync } from 'node:fs';
import { chmod, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Workspace } from '../../workspace.js';
import { compileSharedCases } from './compile.js';
import type { UnitContext } from './judge-unit.js';
import { writeSharedCases } from './unit.js';
import type { Program } from './unit.js';

/** The compiled cases of the problems a pool has met; they live as long as the pool. */
export interface CaseStore {
  folder: string;
  /** Says that a program will be judged: cases are compiled apart from the second one on. */
  announce(program: Program): void;
  prepare(programs: readonly Program[], context: UnitContext): Promise<ReadonlySet<string>>;
}

export function createCaseStore(workspace: Workspace): CaseStore {
  const folder = join(workspace.root, 'cases');
  mkdirSync(folder);
  chmodSync(folder, 0o755);
  const seen = new Map<string, number>();
  const ready = new Map<string, Promise<boolean>>();

  const build = (program: Program, context: UnitContext): Promise<boolean> =>
    context.withBench([program], async (bench) => {
      const { shared } = program;
      if (shared === null) return false;
      await writeSharedCases(bench.folder, program, shared, bench.header);
      if (!(await compileSharedCases(bench))) return false;
      const object = join(folder, `${shared.name}.o`);
      await copyFile(join(bench.folder, 'shared.o'), object);
      await chmod(object, 0o644);
      return true;
    });

  return {
    folder,
    announce({ shared }) {
      if (shared !== null) seen.set(shared.name, (seen.get(shared.name) ?? 0) + 1);
    },
    async prepare(programs, context) {
      const found = new Set<string>();
      for (const program of programs) {
        const name = program.shared?.name;
        if (name === undefined || found.has(name) || (seen.get(name) ?? 0) < 2) continue;
        const work = ready.get(name) ?? build(program, context);
        ready.set(name, work);
        try {
          // Cases that do not compile by themselves stay with their programs, whose verdict they are.
          if (await work) found.add(name);
        } catch (error) {
          ready.delete(name);
          throw error;
        }
      }
      return found;
    },
  };
}
