import type { JudgeJob, Sandbox, Unit } from '../../toolchain.js';
import { judgeUnit } from './judge-unit.js';
import type { Compiler } from './compiler.js';
import { createProgram } from './program.js';
import type { Program } from './program.js';
import type { CaseStore, UnitContext } from './workbench.js';

interface PlanOptions {
  compiler: Compiler;
  cases: CaseStore;
  globals: ReadonlySet<string>;
  workers: number;
  batchSize: number;
}

/** Units of programs that share their includes; whoever must be alone is. The slow ones (alone) start first. */
export function planUnits(jobs: readonly JudgeJob[], options: PlanOptions): Unit[] {
  const programs = jobs.map(({ tests, completion }) => {
    if (tests === undefined) throw new Error('Internal: a C++ job without tests.');
    return createProgram(tests, completion, options.globals);
  });
  const counts = countWants(programs);
  const { compiler, cases } = options;
  return groupPrograms(programs, counts, options).map((group) => ({
    jobs: group,
    judge: (sandbox: Sandbox) => {
      const context: UnitContext = { compiler, cases, counts, sandbox };
      return judgeUnit(
        group.map((i) => programs[i]),
        context,
      );
    },
  }));
}

/** How many programs want the same compiled cases, and the same headers. */
function countWants(programs: readonly Program[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { shared, headers } of programs)
    for (const want of [shared?.name, headers.length > 0 ? headers.join() : undefined])
      if (want !== undefined) counts.set(want, (counts.get(want) ?? 0) + 1);
  return counts;
}

/** Programs with the same compiled cases stand together: a unit compiles cases as soon as it holds one of theirs. */
function byProblem(group: readonly number[], programs: readonly Program[]): number[][] {
  const problems = new Map<string, number[]>();
  for (const i of group) {
    const name = programs[i].shared?.name ?? '';
    const known = problems.get(name);
    if (known === undefined) problems.set(name, [i]);
    else known.push(i);
  }
  return [...problems.values()];
}

/** Units of at most `size`: large problems are cut evenly, small ones share a unit. */
function packed(problems: readonly number[][], size: number): number[][] {
  const units: number[][] = [];
  for (const problem of problems) {
    const last = units.at(-1);
    if (last !== undefined && last.length + problem.length <= size) last.push(...problem);
    else units.push(...evenParts(problem, Math.ceil(problem.length / size)));
  }
  return units;
}

function evenParts(list: readonly number[], count: number): number[][] {
  const cut = (part: number): number => Math.floor((part * list.length) / count);
  return Array.from({ length: count }, (_, part) => list.slice(cut(part), cut(part + 1)));
}

function groupPrograms(
  programs: readonly Program[],
  counts: ReadonlyMap<string, number>,
  { batchSize, workers }: PlanOptions,
): number[][] {
  const alone: number[][] = [];
  const byIncludes = new Map<string, number[]>();
  for (const [i, { screening, tests }] of programs.entries()) {
    if (screening.mode === 'alone') {
      alone.push([i]);
      continue;
    }
    const kind = JSON.stringify([tests.includes, tests.compileOnly ?? false]);
    const group = byIncludes.get(kind) ?? [];
    group.push(i);
    byIncludes.set(kind, group);
  }
  const batches = [...byIncludes.values()].flatMap((group) => {
    // Few programs are spread over all workers.
    const size = Math.min(batchSize, Math.max(3, Math.ceil(group.length / workers)));
    return packed(byProblem(group, programs), size);
  });
  // The same headers one after the other, the usual ones first: what is rare may build on them.
  const rank = ([i]: number[]): [number, string] => {
    const headers = programs[i].headers.join();
    return [-(counts.get(headers) ?? 0), headers];
  };
  alone.sort((a, b) => {
    const [[usesA, nameA], [usesB, nameB]] = [rank(a), rank(b)];
    return usesA - usesB || (nameA < nameB ? -1 : nameA > nameB ? 1 : 0);
  });
  return [...alone, ...batches];
}
