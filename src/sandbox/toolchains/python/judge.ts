import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  parsePythonRecords,
  syntaxDiagnostic,
  warningDiagnostic,
} from '../../../diagnostics/index.js';
import type { PythonRecords } from '../../../diagnostics/index.js';
import type { Diagnostic, StageRecord, StdioCase, Verdict } from '../../../records.js';
import type { Execution } from '../../execution.js';
import type { Bench, JudgeJob, Sandbox, UnitVerdict } from '../../toolchain.js';
import { blankVerdict, sandboxError, verdictOfRuns } from '../../verdict.js';
import type { PlannedRun, ProgramRun } from '../../program-run.js';
import type { Surroundings } from '../../verdict.js';
import { withoutRepeats } from '../../without-repeats.js';
import { openToReaders, writeReadable } from '../../workspace.js';
import type { Python } from './interpreter.js';
import { casesFile, casesText, createPythonProgram } from './program.js';
import type { PythonProgram } from './program.js';
import { readRun } from './reading.js';

/** What the interpreter and our driver need for themselves. */
const allowance = { cpuMs: 100, memoryMiB: 16 };
/** Our own timer comes first: it knows the stack. */
const cpuGraceMs = 300;

/**
 * Judges one program: one start of the interpreter for all cases that are code, one for each input.
 * Each start compiles the program before anything of it runs, and tells what is wrong with it apart
 * from the run; so a compile error needs no start of its own, and is none of the run.
 */
export async function judgeProgram(
  job: JudgeJob,
  python: Python,
  sandbox: Sandbox,
): Promise<UnitVerdict> {
  const program = createPythonProgram(job);
  const { tests } = program;
  const around = { toolchain: python.version, isolation: sandbox.isolation };
  const runs = await sandbox.withBench(async (bench) => {
    await writeProgram(program, bench.folder);
    return runProgram(program, python, sandbox, bench);
  });
  const executions = runs.map(({ execution }) => execution);
  if (executions.includes(null)) {
    const reason = 'the supervisor brought no result back';
    return { verdict: sandboxError(tests.cases.length, reason, around), again: true };
  }
  const [first] = executions;
  const records = parsePythonRecords(first?.stops ?? '');
  const warnings = warningsOf(records, program);
  const compile = compileStage(runs[0].command, records, program);
  if (records.faults.length > 0)
    return { verdict: refusal(records, program, [compile], around), again: false };
  const verdict = verdictOfRuns({
    runs: runs.flatMap(({ execution, cases, command }): ProgramRun[] =>
      execution === null || (tests.compileOnly === true && records.compiledMicros !== null)
        ? []
        : [{ execution, cases, command, reading: readRun(execution, program, cases) }],
    ),
    cases: tests.cases,
    warnings,
    stages: [compile],
    around,
    memoryMiB: sandbox.limits.memoryMiB,
    keptOutput: sandbox.limits.keptOutput,
  });
  const waited = executions.some((execution) => execution?.cause === 'wall');
  return {
    verdict,
    again: (verdict.outcome === 'timeout' && waited) || verdict.outcome === 'sandbox_error',
  };
}

async function writeProgram(program: PythonProgram, folder: string): Promise<void> {
  const { tests, text, codeCases } = program;
  const files = Object.entries(tests.files ?? {});
  for (const [name, content] of files) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeReadable(join(folder, name), content);
  }
  await writeReadable(join(folder, 'program.py'), text);
  if (codeCases.length > 0) await writeReadable(join(folder, casesFile), casesText(program));
  if (files.length > 0) await openToReaders(folder);
}

async function runProgram(
  { tests, codeCases, inputs }: PythonProgram,
  python: Python,
  { limits, reachable }: Sandbox,
  bench: Bench,
): Promise<PlannedRun[]> {
  const folder = await reachable(python.driver);
  const start = async (
    mode: 'check' | 'cases' | 'main',
    args: readonly string[],
    stdin: readonly string[],
  ): Promise<{ executions: (Execution | null)[]; command: string[] }> => {
    const own = [mode, String(limits.cpuMs), String(limits.memoryMiB), python.packages.join(':')];
    const { executions } = await bench.execute({
      mode: 'program',
      command: [python.path, ...python.flags, join(folder, 'driver.pyc'), ...own, ...args],
      stdin,
      readOnly: [folder],
      environment: { PYTHONHASHSEED: '0' },
      allowance,
      cpuGraceMs,
    });
    // Paths of this machine are no part of what was done.
    return {
      executions,
      command: ['python3', ...python.flags, 'driver.pyc', ...own.slice(0, 3), ...args],
    };
  };
  const runs: PlannedRun[] = [];
  const isPlain = codeCases.length === 0 && inputs.length === 0;
  if (codeCases.length > 0 || isPlain) {
    const mode = tests.compileOnly === true ? 'check' : isPlain ? 'main' : 'cases';
    const { executions, command } = await start(mode, [], []);
    runs.push({ cases: codeCases, command, execution: executions[0] });
  }
  for (const { args, indices } of inputs) {
    const names = indices.map((i) => `.rlsf-input${i}`);
    for (const [k, name] of names.entries())
      await writeReadable(join(bench.folder, name), (tests.cases[indices[k]] as StdioCase).stdin);
    // The first by itself: a program that does not compile is not started for all of them.
    const parts =
      runs.length === 0 && names.length > 4
        ? [
            [0, 1],
            [1, names.length],
          ]
        : [[0, names.length]];
    for (const [from, to] of parts) {
      if (runs.some(({ execution }) => refused(execution))) break;
      const { executions, command } = await start('main', args, names.slice(from, to));
      executions.forEach((execution, k) =>
        runs.push({ cases: [indices[from + k]], command, execution }),
      );
    }
  }
  return runs;
}

function refused(execution: Execution | null): boolean {
  return execution !== null && parsePythonRecords(execution.stops).faults.length > 0;
}

function refusal(
  records: PythonRecords,
  program: PythonProgram,
  stages: StageRecord[],
  around: Surroundings,
): Verdict {
  const errors = records.faults.map((fault) =>
    syntaxDiagnostic(fault, program.view, program.lines),
  );
  const blank = blankVerdict('compile_error', program.tests.cases.length, around);
  return { ...blank, diagnostics: [...warningsOf(records, program), ...errors], stages };
}

/** Those in the completion, each once. */
function warningsOf({ warnings }: PythonRecords, program: PythonProgram): Diagnostic[] {
  const own = warnings
    .map((warning) => warningDiagnostic(warning, program.view, program.lines))
    .filter(({ span }) => span.precision !== 'none');
  return withoutRepeats(own, ({ span, message }) => [span, message]);
}

/** The first part of the first start. */
function compileStage(
  command: string[],
  records: PythonRecords,
  { lines }: PythonProgram,
): StageRecord {
  const { faults, warnings, compiledMicros } = records;
  const shown = (file: string, line: number | null, said: string): string => {
    const text = file === 'program.py' && line !== null ? lines.line(line).trim() : '';
    const at = line === null ? '' : `  File "${file}", line ${line}\n`;
    return `${at}${text === '' ? '' : `    ${text}\n`}${said}\n`;
  };
  const stderr = [
    ...warnings.map(({ line, message }) => shown('program.py', line, `SyntaxWarning: ${message}`)),
    ...faults.map(({ file, line, kind, message }) => shown(file, line, `${kind}: ${message}`)),
  ].join('');
  return {
    stage: 'compile',
    command,
    // Nothing told: it was ended while it compiled, and the run's own record says how.
    exitCode: faults.length > 0 ? 1 : compiledMicros === null ? null : 0,
    signal: null,
    durationMs: (compiledMicros ?? 0) / 1000,
    stdout: '',
    stderr: stderr.slice(0, 8192),
    truncated: stderr.length > 8192,
  };
}
