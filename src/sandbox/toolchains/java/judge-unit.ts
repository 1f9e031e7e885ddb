import type { Sandbox, UnitVerdict } from '../../toolchain.js';
import { blankVerdict, runnerFinding, sandboxError, verdictOfRuns } from '../../verdict.js';
import type { ProgramRun } from '../../program-run.js';
import type { Surroundings } from '../../verdict.js';
import { compileAlone, compileTogether } from './compile.js';
import type { Compiled, Kit } from './compile.js';
import { compileStage, diagnosticsOf } from './findings.js';
import type { Program } from './program.js';
import { readRun, withAssertionTexts } from './reading.js';
import { allowance, runProgram } from './run.js';

/** Compiles programs in one Java machine, then runs each in one of its own. */
export async function judgeUnit(
  programs: readonly Program[],
  sandbox: Sandbox,
  { jdk, driver }: Kit,
): Promise<UnitVerdict[]> {
  const kit = { jdk, driver: { ...driver, folder: await sandbox.reachable(driver.folder) } };
  const around = { toolchain: jdk.version, isolation: sandbox.isolation };
  const verdicts = new Map<Program, UnitVerdict>();
  for (const [program, compiled] of await compileAll(programs, sandbox, kit))
    verdicts.set(program, await judgeProgram(program, compiled, sandbox, kit, around));
  return programs.map((program) => {
    const verdict = verdicts.get(program);
    if (verdict !== undefined) return verdict;
    return { verdict: sandboxError(program.tests.cases.length, 'no verdict', around), again: true };
  });
}

/** Whoever ends the waiting compiler is compiled by one of its own; the others go on together. */
async function compileAll(
  programs: readonly Program[],
  sandbox: Sandbox,
  kit: Kit,
): Promise<Map<Program, Compiled>> {
  const all = new Map<Program, Compiled>();
  let rest = [...programs];
  while (rest.length > 0) {
    const group = rest;
    const compiled = await sandbox.withBench((bench) => compileTogether(group, bench, kit));
    for (const [program, one] of compiled) all.set(program, one);
    const [stuck, ...others] = group.filter((program) => !compiled.has(program));
    if (stuck === undefined) break;
    all.set(stuck, await sandbox.withBench((bench) => compileAlone(stuck, bench, kit)));
    rest = others;
  }
  return all;
}

async function judgeProgram(
  program: Program,
  compiled: Compiled,
  sandbox: Sandbox,
  kit: Kit,
  around: Surroundings,
): Promise<UnitVerdict> {
  const { cases } = program.tests;
  const total = cases.length;
  const told = diagnosticsOf(program, compiled);
  const stages = [compileStage(program, compiled, told)];
  if (compiled.unexplained !== null)
    return {
      verdict: sandboxError(
        total,
        `javac failed without an error: ${compiled.unexplained.slice(0, 200)}`,
        around,
        stages,
      ),
      again: true,
    };
  const noMain = program.inputCases.length > 0 && compiled.main === null;
  if (!compiled.ok || noMain) {
    const diagnostics = compiled.ok
      ? [
          runnerFinding('no-main', 'no class has a `public static void main(String[] args)`'),
          ...told,
        ]
      : told;
    return {
      verdict: { ...blankVerdict('compile_error', total, around), diagnostics, stages },
      again: compiled.outOfTime,
    };
  }
  const planned = program.tests.compileOnly
    ? []
    : await runProgram(program, compiled, sandbox, kit);
  const runs: ProgramRun[] = [];
  for (const { execution, cases: own, command, mustFinish } of planned) {
    if (execution === null)
      return {
        verdict: sandboxError(total, 'the supervisor brought no result back', around, stages),
        again: true,
      };
    const reading = readRun(execution, program, { mustFinish });
    runs.push({ execution: withAssertionTexts(execution, program), cases: own, command, reading });
  }
  const verdict = verdictOfRuns({
    runs,
    cases,
    warnings: told,
    stages,
    around,
    // Half of it decides whether a time-out was a lack of memory; the machine's own part counts whole.
    memoryMiB: sandbox.limits.memoryMiB + 2 * allowance.memoryMiB,
    keptOutput: sandbox.limits.keptOutput,
  });
  const idle =
    (verdict.outcome === 'timeout' && runs.some(({ execution }) => execution.cause === 'wall')) ||
    verdict.outcome === 'sandbox_error';
  return { verdict, again: idle };
}
