import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { UnitVerdict } from '../../toolchain.js';
import type { Verdict } from '../../../records.js';
import { blankVerdict, sandboxError, verdictOfRuns } from '../../verdict.js';
import type { ProgramRun } from '../../program-run.js';
import type { Surroundings } from '../../verdict.js';
import { strayPart } from './assembly.js';
import { readOutput } from './compile-server.js';
import { compileUnit } from './compile.js';
import type { Compiled } from './compile.js';
import { checksOff } from './checks-off.js';
import { compileStage, confirmErrors, errorDiagnostics, suspectsOf, warningsOf } from './errors.js';
import { executePrograms } from './execute.js';
import { viewOf } from './program.js';
import type { Program } from './program.js';
import { readRun } from './reading.js';
import { createResolver } from './symbolize.js';
import { writeUnit } from './unit.js';
import { withWorkbench } from './workbench.js';
import type { UnitContext, Workbench } from './workbench.js';

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
    const shared = await context.cases.prepare(group, programs, context);
    const judged = await withWorkbench(group, context, (bench) =>
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
        verdict: sandboxError(program.tests.cases.length, 'no verdict', surroundings(context)),
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
  const body = await writeUnit(bench.folder, group, bench.header, shared);
  const verdicts = new Map<Program, UnitVerdict>();
  const single = group.length === 1 ? group[0] : null;
  if (single?.screening.broken) {
    // Brackets do not match: the look at its syntax nearly always settles it.
    if (await refuse(single, 0, bench, context, verdicts)) return verdicts;
  }
  const compiled = await compileUnit(bench, group, body, shared);
  if (!compiled.ok) {
    if (single !== null) {
      // What is too much for the compiler would be so again.
      if (!compiled.overLimit && (await refuse(single, 0, bench, context, verdicts)))
        return verdicts;
      verdicts.set(single, {
        verdict: await failedCompile(single, compiled, bench, context),
        again: compiled.outOfTime,
      });
      return verdicts;
    }
    if (compiled.overLimit || compiled.unexplained) return verdicts;
    for (const k of suspectsOf(compiled, group.length))
      await refuse(group[k], k, bench, context, verdicts);
    return verdicts;
  }
  const { screening, tests } = group[0];
  const together =
    screening.mode === 'batch' && (tests.compileOnly || !(await hasStrayPart(bench)));
  if (!together && single === null) return verdicts;
  const executed = tests.compileOnly
    ? group.map(() => ({ runs: [] }))
    : await executePrograms(group, together, bench, context.sandbox);
  const executions = executed.flatMap(({ runs }) => runs.map(({ execution }) => execution));
  const resolve = await createResolver(bench, executions);
  group.forEach((program, k) => {
    const { runs } = executed[k];
    if (runs.some(({ execution }) => execution === null)) {
      // The supervisor did not come back with it. In company that may be another's doing.
      if (single === null) return;
      const reason = 'the supervisor brought no result back';
      const { length } = program.tests.cases;
      verdicts.set(program, {
        verdict: sandboxError(length, reason, surroundings(context)),
        again: true,
      });
      return;
    }
    const view = viewOf(program, k, resolve);
    const warnings = [...warningsOf(program, k, compiled), ...checksOff(program)];
    const verdict = verdictOfRuns({
      runs: runs.flatMap(({ execution, cases, command }): ProgramRun[] =>
        execution === null
          ? []
          : [{ execution, cases, command, reading: readRun(execution, view, context.sandbox) }],
      ),
      cases: program.tests.cases,
      warnings,
      stages: [compileStage(compiled, warnings)],
      around: surroundings(context),
      memoryMiB: context.sandbox.limits.memoryMiB,
      keptOutput: context.sandbox.limits.keptOutput,
    });
    const idle =
      (verdict.outcome === 'timeout' &&
        runs.some(({ execution }) => execution?.cause === 'wall')) ||
      verdict.outcome === 'sandbox_error';
    verdicts.set(program, { verdict, again: idle });
  });
  return verdicts;
}

/** The compiler made something of the programs that must not share a process; `false` also where it left no assembly. */
async function hasStrayPart(bench: Workbench): Promise<boolean> {
  if (!existsSync(join(bench.folder, 'unit.s'))) return false;
  const assembly = await readOutput(bench.folder, 'unit.s');
  return assembly === null || strayPart(assembly) !== null;
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
    ...blankVerdict('compile_error', program.tests.cases.length, surroundings(context)),
    diagnostics,
    stages: [compileStage(compiled, diagnostics)],
  };
  verdicts.set(program, { verdict, again: compiled.outOfTime });
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
  const around = surroundings(context);
  const diagnostics = await errorDiagnostics(bench, program, 0, compiled, null);
  const stage = compileStage(compiled, diagnostics);
  if (compiled.unexplained)
    return sandboxError(
      total,
      `${context.compiler.name} failed without an error: ${compiled.stderr.slice(0, 200)}`,
      around,
      [stage],
    );
  return { ...blankVerdict('compile_error', total, around), diagnostics, stages: [stage] };
}

function surroundings({ compiler, sandbox }: UnitContext): Surroundings {
  return { toolchain: compiler.version, isolation: sandbox.isolation };
}
