import { chmodSync, mkdirSync } from 'node:fs';
import { chmod, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Workspace } from '../../workspace.js';
import { compileObject } from './compile.js';
import type { Program } from './program.js';
import { writeSharedCases } from './unit.js';
import { withWorkbench } from './workbench.js';
import type { CaseStore, UnitContext } from './workbench.js';

/** A compile of their own costs about as much as the cases in two more units. */
const worthwhile = 3;

export function createCaseStore(workspace: Workspace): CaseStore {
  const folder = join(workspace.root, 'cases');
  mkdirSync(folder);
  chmodSync(folder, 0o755);
  const ready = new Map<string, Promise<boolean>>();
  /** Which call met a problem first: its counts are its own. */
  const firstSeen = new Map<string, UnitContext['counts']>();

  /** By enough programs of other units; one unit compiles them along with its own (unit.ts). */
  const isWanted = (name: string, unit: readonly Program[], { counts }: UnitContext): boolean => {
    const first = firstSeen.get(name) ?? counts;
    firstSeen.set(name, first);
    const here = unit.filter(({ shared }) => shared?.name === name).length;
    return first !== counts || (counts.get(name) ?? 0) - here >= worthwhile;
  };

  const build = (program: Program, context: UnitContext): Promise<boolean> =>
    withWorkbench([program], context, async (bench) => {
      const { shared } = program;
      if (shared === null) return false;
      const body = await writeSharedCases(bench.folder, program, shared, bench.header);
      if (!(await compileObject(bench, body)).ok) return false;
      const object = join(folder, `${shared.name}.o`);
      await copyFile(join(bench.folder, 'unit.o'), object);
      await chmod(object, 0o644);
      return true;
    });

  return {
    folder,
    async prepare(programs, unit, context) {
      const found = new Set<string>();
      for (const program of programs) {
        const name = program.shared?.name;
        if (name === undefined || found.has(name)) continue;
        if (!ready.has(name) && !isWanted(name, unit, context)) continue;
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
