import type { Verdict } from '../../../records.js';
import type { Limits } from '../../limits.js';
import {
  compileStage,
  compileUnit,
  confirmErrors,
  errorDiagnostics,
  suspectsOf,
  warningsOf,
} from './compile.js';
import type { Compiled, Workbench } from './compile.js';
import { executeUnit } from './execute.js';
import { createResolver } from './symbolize.js';
import { viewOf, writeUnit } from './unit.js';
import type { Program } from './unit.js';
import { blankVerdict, sandboxError, verdictOfRun } from './verdict.js';
import type { Surroundings } from './verdict.js';

export interface UnitContext {
  limits: Limits;
  around: Surroundings;
  /** Compiles the cases that the programs share, where that pays; the names of those that are ready. */
  sharedCases(programs: readonly Program[]): Promise<ReadonlySet<string>>;
  /** Hands out a fresh folder, set up for one unit, and takes it back. */
  withBench<T>(programs: readonly Program[], use: (bench: Workbench) => Promise<T>): Promise<T>;
}

/** A verdict, or `again`: to be judged alone when nothing else runs (wall time under load). */
export type UnitVerdict = { verdict: Verdict; again: boolean };

/**
 * Judges programs that share a compile. When it fails, every program that the errors name is looked
 * at by itself, which alone decides; the rest compile again together.
 */
export async function judgeUnit(
  programs: readonly Program[],
  context: UnitContext,
): Promise<UnitVerdict[]> {
  const verdicts = new Map<Program, UnitVerdict>();
  let rest = [...programs];
  while (rest.length > 0) {
    const group = rest;
    const shared = await context.sharedCases(group);
    const judged = await context.withBench(group, (bench) =>
      judgeOnce(group, shared, bench, context),
    );
    for (const [program, verdict] of judged) verdicts.set(program, verdict);
    rest = group.filter((program) => !judged.has(program));
    if (rest.length === group.length) {
      // The errors could be pinned on nobody: one by one.
      for (const program of group)
        for (const verdict of await judgeUnit([program], context)) verdicts.set(program, verdict);
      rest = [];
    }
  }
  return programs.map(
    (program) =>
      verdicts.get(program) ?? {
        verdict: sandboxError(program.tests.cases.length, 'no verdict', context.around),
        again: false,
      },
  );
}

async function judgeOnce(
  group: readonly Program[],
  shared: ReadonlySet<string>,
  bench: Workbench,
  context: UnitContext,
): Promise<Map<Program, UnitVerdict>> {
  await writeUnit(bench.folder, group, bench.header, shared);
  const verdicts = new Map<Program, UnitVerdict>();
  const single = group.length === 1 ? group[0] : null;
  if (single?.screening.broken) {
    // Brackets do not match: the look at its syntax nearly always settles it.
    if (await refuse(single, 0, bench, context, verdicts)) return verdicts;
  }
  const compiled = await compileUnit(bench, shared);
  if (!compiled.ok) {
    if (single !== null) {
      if (await refuse(single, 0, bench, context, verdicts)) return verdicts;
      verdicts.set(single, {
        verdict: await failedCompile(single, compiled, bench, context),
        again: false,
      });
      return verdicts;
    }
    if (compiled.overLimit || compiled.unexplained) return verdicts;
    for (const k of suspectsOf(compiled, group.length))
      await refuse(group[k], k, bench, context, verdicts);
    return verdicts;
  }
  const mode = group[0].screening.mode;
  const { command, executions } = await executeUnit(bench, {
    count: group.length,
    mode,
    limits: context.limits,
  });
  const resolve = await createResolver(bench, executions);
  group.forEach((program, k) => {
    const execution = executions[k];
    if (execution === null) {
      // The supervisor did not come back with it. In company that may be another's doing.
      if (single === null) return;
      const reason = 'the supervisor brought no result back';
      verdicts.set(program, {
        verdict: sandboxError(program.tests.cases.length, reason, context.around),
        again: true,
      });
      return;
    }
    const warnings = warningsOf(program, k, compiled);
    const verdict = verdictOfRun({
      execution,
      command,
      cases: program.tests.cases,
      warnings,
      compile: compileStage(compiled, warnings),
      view: viewOf(program, k, resolve),
      around: context.around,
      memoryMiB: context.limits.memoryMiB,
    });
    const idle =
      (execution.cause === 'wall' && verdict.outcome === 'timeout') ||
      verdict.outcome === 'sandbox_error';
    verdicts.set(program, { verdict, again: idle });
  });
  return verdicts;
}

/** Looks at one program by itself; `true` when it has errors of its own, which is its verdict. */
async function refuse(
  program: Program,
  k: number,
  bench: Workbench,
  context: UnitContext,
  verdicts: Map<Program, UnitVerdict>,
): Promise<boolean> {
  const confirmed = await confirmErrors(bench, program, k);
  if (confirmed === null) return false;
  const { compiled, diagnostics } = confirmed;
  if (compiled.unexplained) return false;
  const verdict = {
    ...blankVerdict('compile_error', program.tests.cases.length, context.around),
    diagnostics,
    stages: [compileStage(compiled, diagnostics)],
  };
  verdicts.set(program, { verdict, again: false });
  return true;
}

/** Alone it does not compile although its syntax stands: link errors, limits, or our own trouble. */
async function failedCompile(
  program: Program,
  compiled: Compiled,
  bench: Workbench,
  context: UnitContext,
): Promise<Verdict> {
  const total = program.tests.cases.length;
  const diagnostics = await errorDiagnostics(bench, program, 0, compiled, '');
  const stage = compileStage(compiled, diagnostics);
  if (compiled.unexplained)
    return sandboxError(
      total,
      `g++ failed without an error: ${compiled.result.startError ?? compiled.result.stderr.slice(0, 200)}`,
      context.around,
      [stage],
    );
  return { ...blankVerdict('compile_error', total, context.around), diagnostics, stages: [stage] };
}
