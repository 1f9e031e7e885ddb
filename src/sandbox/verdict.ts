import type {
  Diagnostic,
  Outcome,
  StageRecord,
  TestCase,
  TestResult,
  Verdict,
} from '../records.js';
import type { ProgramRun } from './program-run.js';
import { notReached, resultOf } from './test-results.js';
import { withoutRepeats } from './without-repeats.js';

/** What every verdict of a toolchain shares. */
export interface Surroundings {
  toolchain: string;
  isolation: string;
}

export function blankVerdict(
  outcome: Outcome,
  testsTotal: number,
  { toolchain, isolation }: Surroundings,
): Verdict {
  return {
    outcome,
    diagnostics: [],
    testsPassed: 0,
    testsTotal,
    tests: [],
    prediction: null,
    groundTruth: null,
    correct: false,
    formatOk: true,
    stages: [],
    toolchain,
    isolation,
    fromCache: false,
    retried: false,
  };
}

/** Our own tooling broke; the reason is told as a finding of the runner. */
export function sandboxError(
  testsTotal: number,
  reason: string,
  around: Surroundings,
  stages: StageRecord[] = [],
): Verdict {
  const verdict = blankVerdict('sandbox_error', testsTotal, around);
  return { ...verdict, stages, diagnostics: [runnerFinding('sandbox-error', reason)] };
}

/**
 * From what a program did to a verdict: every finding once, every case with its result, and the
 * outcome by DESIGN.md's precedence. Limits and runtime errors stand before wrong answers.
 */
export function verdictOfRuns(input: {
  runs: readonly ProgramRun[];
  cases: readonly TestCase[];
  warnings: readonly Diagnostic[];
  stages: readonly StageRecord[];
  around: Surroundings;
  memoryMiB: number;
  keptOutput?: number;
}): Verdict {
  const { runs, cases, warnings, around, memoryMiB, keptOutput = 4096 } = input;
  const stages = [...input.stages, ...runs.map((run) => runStage(run, keptOutput))];
  const trouble = runs.map(troubleOf).find((reason) => reason !== null);
  if (trouble !== undefined) return sandboxError(cases.length, trouble, around, stages);

  const errors: Diagnostic[] = [];
  let limited: Outcome | null = null;
  const tests: TestResult[] = cases.map((test) => notReached(test));
  for (const run of runs) {
    const limit = limitOf(run, memoryMiB);
    limited ??= limit?.outcome ?? null;
    const own = run.reading.findings.filter((finding) => finding !== run.reading.memoryLimit);
    errors.push(...own, ...(limit === null ? [] : [limit.finding]));
    if (limit === null && own.length === 0) {
      const early = earlyEnd(run, cases);
      if (early !== null) errors.push(early);
    }
    const healthy = limit === null && own.length === 0;
    for (const i of run.cases) tests[i] = resultOf(cases[i], i, run, healthy);
  }
  const findings = withoutRepeats(errors, partsOfFault);
  const passed = tests.filter((test) => test.passed).length;
  const failed = findings.some(({ kind }) => kind !== 'failed-test');
  const outcome: Outcome =
    limited ??
    (failed
      ? 'runtime_error'
      : passed < cases.length
        ? 'wrong_answer'
        : warnings.length > 0
          ? 'warning'
          : 'clean');
  return {
    ...blankVerdict(outcome, cases.length, around),
    diagnostics: [...warnings, ...findings],
    testsPassed: passed,
    tests,
    correct: passed === cases.length && !failed && limited === null,
    stages: tests.length > 0 ? [...stages, checkStage(tests)] : stages,
  };
}

export function runnerFinding(kind: string, message: string): Diagnostic {
  return {
    tool: 'runner',
    severity: 'error',
    kind,
    message,
    option: null,
    position: null,
    span: { precision: 'none', reason: 'no stack could be had' },
    frames: [],
  };
}

function troubleOf({ execution, reading }: ProgramRun): string | null {
  if (reading.trouble !== null) return reading.trouble;
  return execution.cause === 'start' ? 'the program could not be started under its limits' : null;
}

/** Ended by a limit: which, and where the stack of that moment lies. */
function limitOf(
  { execution, reading }: ProgramRun,
  memoryMiB: number,
): { outcome: Outcome; finding: Diagnostic } | null {
  const { cause, stops } = execution;
  const make = (outcome: Outcome, message: string): { outcome: Outcome; finding: Diagnostic } => ({
    outcome,
    finding: { ...runnerFinding(outcome, message), ...reading.stoppedAt },
  });
  if (execution.flooded || (execution.ended === 'signal' && execution.code === 25))
    return make('output_limit', 'the output reached its limit');
  // A program that fills memory races two limits, and load decides which comes first: past half of
  // the memory it is the memory.
  const isFull = execution.rssKiB > memoryMiB * 512;
  const outOfCpu = cause === 'cpu' || stops.includes('RLSF-STOP cpu');
  if (cause === 'memory' || ((outOfCpu || cause === 'wall') && isFull))
    return make('memory_limit', 'the memory reached its limit');
  if (outOfCpu) return make('timeout', 'the CPU time was used up');
  if (cause === 'wall') return make('timeout', 'the wall time was used up');
  const { memoryLimit } = reading;
  if (memoryLimit === null) return null;
  return {
    outcome: 'memory_limit',
    finding: { ...memoryLimit, tool: 'runner', kind: 'memory_limit' },
  };
}

/** It ended without a report and before its tests did. */
function earlyEnd(
  { execution, reading, cases: own }: ProgramRun,
  cases: readonly TestCase[],
): Diagnostic | null {
  const { ended, code, results } = execution;
  const { reached, finished } = results;
  const isInput = own.length === 1 && 'stdin' in cases[own[0]];
  const index = isInput ? own[0] : own[Math.max(reached, 0)];
  const where = index === undefined ? '' : ` in test ${index + 1} of ${cases.length}`;
  if (ended === 'signal')
    return runnerFinding('signal', `the program was ended by signal ${code}${where}`);
  if (code !== 0 && !reading.exitIsTools)
    return runnerFinding('exit-code', `the program ended with exit code ${code}${where}`);
  // A program that is only run, or whose output is compared, may end itself as it likes.
  const mayExit =
    own.length === 0 || (isInput && (cases[own[0]] as { expected: unknown }).expected !== null);
  if (finished || mayExit) return null;
  return runnerFinding('early-exit', `the program ended with exit code ${code}${where}`);
}

function runStage({ execution, command, reading }: ProgramRun, kept: number): StageRecord {
  const stdout = execution.stdout.slice(0, kept);
  return {
    stage: 'run',
    command,
    exitCode: execution.ended === 'exit' ? execution.code : null,
    signal: execution.ended === 'signal' ? signalName(execution.code) : null,
    durationMs: execution.wallMs,
    stdout,
    stderr: reading.stderr.slice(0, kept),
    truncated:
      execution.flooded || stdout.length < execution.stdout.length || reading.stderr.length > kept,
  };
}

function checkStage(tests: readonly TestResult[]): StageRecord {
  const rows = tests.map(({ passed, expected, actual }, i) => {
    if (passed) return `test ${i + 1}: passed`;
    const came = actual === null ? 'nothing' : JSON.stringify(actual);
    return expected === null
      ? `test ${i + 1}: failed${actual === null ? '' : `: ${actual}`}`
      : `test ${i + 1}: expected ${JSON.stringify(expected)}, came ${came}`;
  });
  const stdout = rows.join('\n');
  return {
    stage: 'check',
    command: [],
    exitCode: tests.every(({ passed }) => passed) ? 0 : 1,
    signal: null,
    durationMs: 0,
    stdout: stdout.slice(0, 4096),
    stderr: '',
    truncated: stdout.length > 4096,
  };
}

/** Several runs may meet the same fault, and tell it in other words. */
function partsOfFault({ tool, kind, position, span, message }: Diagnostic): readonly unknown[] {
  return [tool, kind, position === null && span.precision === 'none' ? message : [position, span]];
}

const signals: Record<number, string> = { 2: 'SIGINT', 4: 'SIGILL', 6: 'SIGABRT', 7: 'SIGBUS', 8: 'SIGFPE', 9: 'SIGKILL', 10: 'SIGUSR1', 11: 'SIGSEGV', 12: 'SIGUSR2', 13: 'SIGPIPE', 14: 'SIGALRM', 15: 'SIGTERM', 24: 'SIGXCPU', 25: 'SIGXFSZ', 31: 'SIGSYS' }; // prettier-ignore

export function signalName(number: number): string {
  return signals[number] ?? `signal ${number}`;
}
