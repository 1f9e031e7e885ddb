import {
  hasLeakSanitizerFailed,
  locateStack,
  parseFrames,
  parseSanitizerReports,
  sanitizerDiagnostics,
} from '../../../diagnostics/index.js';
import type { ProgramView } from '../../../diagnostics/index.js';
import type { Diagnostic, Outcome, StageRecord, TestCase, Verdict } from '../../../records.js';
import type { Execution } from './execute.js';
import { loopAt } from './loops.js';

/** What every verdict of a pool shares. */
export interface Surroundings {
  toolchain: string;
  isolation: string;
}

export function blankVerdict(outcome: Outcome, testsTotal: number, around: Surroundings): Verdict {
  return {
    outcome,
    diagnostics: [],
    testsPassed: 0,
    testsTotal,
    prediction: null,
    groundTruth: null,
    correct: false,
    formatOk: true,
    stages: [],
    toolchain: around.toolchain,
    isolation: around.isolation,
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

/** From what a program did to a verdict: outcome by DESIGN.md's precedence, every finding with its place. */
export function verdictOfRun(input: {
  execution: Execution;
  command: string[];
  cases: readonly TestCase[];
  warnings: Diagnostic[];
  compile: StageRecord;
  view: ProgramView;
  around: Surroundings;
  memoryMiB: number;
}): Verdict {
  const { execution, command, cases, warnings, compile, view, around, memoryMiB } = input;
  const run = runStage(execution, command, view);
  if (hasLeakSanitizerFailed(execution.stderr))
    return sandboxError(cases.length, 'LeakSanitizer could not trace its process', around, [
      compile,
      run,
    ]);
  if (execution.ended === 'exit' && execution.code === 125 && execution.results === '')
    return sandboxError(cases.length, 'the program could not be started under its limits', around, [
      compile,
      run,
    ]);

  const { passed, finished, reached } = countPassed(execution.results, cases);
  const sanitizer = sanitizerDiagnostics(parseSanitizerReports(execution.stderr), view);
  const limit = limitFinding(execution, memoryMiB, sanitizer, view);
  const diagnostics = [...warnings, ...sanitizer, ...(limit === null ? [] : [limit.finding])];
  if (limit === null && sanitizer.length === 0) {
    const early = earlyEnd(execution, finished, reached, cases.length);
    if (early !== null) diagnostics.push(early);
  }
  const failed = diagnostics.some(({ severity }) => severity === 'error');
  const outcome: Outcome =
    limit?.outcome ??
    (failed
      ? 'runtime_error'
      : passed < cases.length
        ? 'wrong_answer'
        : warnings.length > 0
          ? 'warning'
          : 'clean');
  return {
    ...blankVerdict(outcome, cases.length, around),
    diagnostics,
    testsPassed: passed,
    correct: passed === cases.length && !failed && limit === null,
    stages: [compile, run, checkStage(execution.results, cases, passed)],
  };
}

/** Lines `>i` (case begun), `i<tab>type value`, `!` (all cases done). */
function readResults(results: string): {
  values: Map<number, { type: string; text: string }[]>;
  reached: number;
  finished: boolean;
} {
  const values = new Map<number, { type: string; text: string }[]>();
  let reached = -1;
  let finished = false;
  for (const line of results.split('\n')) {
    if (line === '!') finished = true;
    else if (/^>\d+$/.test(line)) reached = Number(line.slice(1));
    const value = /^(\d+)\t([a-z])(.*)$/s.exec(line);
    if (value === null) continue;
    const text = value[3].replaceAll(/\\([n0\\])/g, (_, c: string) =>
      c === 'n' ? '\n' : c === '0' ? '\0' : '\\',
    );
    const known = values.get(Number(value[1])) ?? [];
    known.push({ type: value[2], text });
    values.set(Number(value[1]), known);
  }
  return { values, reached, finished };
}

function countPassed(
  results: string,
  cases: readonly TestCase[],
): { passed: number; finished: boolean; reached: number } {
  const { values, finished, reached } = readResults(results);
  const passed = cases.filter(({ expected }, i) => matches(values.get(i) ?? [], expected)).length;
  return { passed, finished, reached };
}

/** Text must be equal; a floating-point number may differ by 1e-6, relative above 1. */
function matches(values: readonly { type: string; text: string }[], expected: string): boolean {
  if (values.length === 0) return false;
  if (values.map(({ text }) => text).join('\n') === expected) return true;
  if (values.length !== 1 || values[0].type !== 'd' || expected.trim() === '') return false;
  const wanted = Number(expected);
  const came = Number(values[0].text);
  return Math.abs(came - wanted) <= 1e-6 * Math.max(1, Math.abs(wanted));
}

/** Ended by a limit: which, and where the stack of that moment lies. */
function limitFinding(
  execution: Execution,
  memoryMiB: number,
  sanitizer: Diagnostic[],
  view: ProgramView,
): { outcome: Outcome; finding: Diagnostic } | null {
  const { cause, stops, stderr } = execution;
  const lines = stops.split('\n');
  const at = lines.findIndex((line) => line.startsWith('RLSF-STOP '));
  const make = (outcome: Outcome, message: string): { outcome: Outcome; finding: Diagnostic } => {
    const finding = runnerFinding(outcome, message);
    return {
      outcome,
      finding: at < 0 ? finding : { ...finding, ...blameLoop(lines.slice(at + 1), view) },
    };
  };
  if (execution.flooded || (execution.ended === 'signal' && execution.code === 25))
    return make('output_limit', 'the output reached its limit');
  // A program that fills memory races two limits, and load decides which comes first: past half of
  // the memory it is the memory.
  const isFull = execution.rssKiB > memoryMiB * 512;
  const outOfTime = cause === 'cpu' || lines[at] === 'RLSF-STOP cpu' || cause === 'wall';
  if (cause === 'memory' || (outOfTime && isFull))
    return make('memory_limit', 'the memory reached its limit');
  if (cause === 'cpu' || lines[at] === 'RLSF-STOP cpu')
    return make('timeout', 'the CPU time was used up');
  if (cause === 'wall') return make('timeout', 'the wall time was used up');
  // One request above our own limit, within what a machine could have: our limit, not the program's fault.
  const request = /requested allocation size (0x[0-9a-f]+)/.exec(stderr);
  const found = sanitizer.findIndex(
    ({ kind }) => kind === 'allocation-size-too-big' || kind === 'out-of-memory',
  );
  if (found >= 0 && (request === null || BigInt(request[1]) < 1n << 40n)) {
    const [finding] = sanitizer.splice(found, 1);
    return {
      outcome: 'memory_limit',
      finding: { ...finding, tool: 'runner', kind: 'memory_limit' },
    };
  }
  return null;
}

/**
 * The stack at which a limit found the program, told so that the next run tells the same: the loop
 * that it was in, seen from the outermost function, and nothing of the inner frames.
 */
function blameLoop(
  lines: string[],
  view: ProgramView,
): Pick<Diagnostic, 'position' | 'span' | 'frames'> {
  const stack = locateStack(parseFrames(lines), view);
  const outermostFirst = [...stack.own]
    .reverse()
    .filter(({ line }) => view.map.locate(line, null).precision !== 'none');
  for (const frame of outermostFirst) {
    const loop = loopAt(view.map, frame.line);
    if (loop === null) continue;
    const position = { file: view.shownAs('program.cpp'), ...loop.start };
    const span = view.map.locate(
      loop.start.line,
      loop.start.column,
      loop.end.line,
      loop.end.column,
    );
    return { position, span, frames: [{ function: frame.function, position }] };
  }
  const [entry] = outermostFirst;
  if (entry === undefined) return { position: stack.position, span: stack.span, frames: [] };
  const position = { file: view.shownAs('program.cpp'), line: entry.line, column: null };
  return {
    position,
    span: view.map.locate(entry.line, null),
    frames: [{ function: entry.function, position }],
  };
}

/** It ended without a report and before its tests did. */
function earlyEnd(
  execution: Execution,
  finished: boolean,
  reached: number,
  total: number,
): Diagnostic | null {
  const { ended, code } = execution;
  const where = total === 0 ? '' : ` in test ${Math.max(reached, 0) + 1} of ${total}`;
  if (ended === 'signal')
    return runnerFinding('signal', `the program was ended by signal ${code}${where}`);
  if (!finished)
    return runnerFinding('early-exit', `the program ended with exit code ${code}${where}`);
  return code === 0 ? null : runnerFinding('exit-code', `the program ended with exit code ${code}`);
}

function runnerFinding(kind: string, message: string): Diagnostic {
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

function runStage(execution: Execution, command: string[], view: ProgramView): StageRecord {
  const stdout = execution.stdout.slice(0, 4096);
  const readable = view.clean(withoutAccidents(execution.stderr));
  return {
    stage: 'run',
    command,
    exitCode: execution.ended === 'exit' ? execution.code : null,
    signal: execution.ended === 'signal' ? signalName(execution.code) : null,
    durationMs: execution.wallMs,
    stdout,
    stderr: readable.slice(0, 4096),
    truncated:
      execution.flooded || stdout.length < execution.stdout.length || readable.length > 4096,
  };
}

function checkStage(results: string, cases: readonly TestCase[], passed: number): StageRecord {
  const { values } = readResults(results);
  const rows = cases.map(({ expected }, i) => {
    const came = values.get(i);
    const ok = matches(came ?? [], expected);
    const shown =
      came === undefined
        ? 'nothing'
        : JSON.stringify(
            came
              .map(({ text }) => text)
              .join('\n')
              .slice(0, 120),
          );
    return `test ${i + 1}: ${ok ? 'passed' : `expected ${JSON.stringify(expected.slice(0, 120))}, came ${shown}`}`;
  });
  const stdout = rows.join('\n');
  return {
    stage: 'check',
    command: [],
    exitCode: passed === cases.length ? 0 : 1,
    signal: null,
    durationMs: 0,
    stdout: stdout.slice(0, 4096),
    stderr: '',
    truncated: stdout.length > 4096,
  };
}

/** Process ids, addresses and memory dumps differ from run to run and say nothing to a reader. */
function withoutAccidents(text: string): string {
  return text
    .replaceAll(/^0x[0-9a-f]+: note: pointer points here\n(?:.*\n){1,2}?\s*\^\s*\n/gm, '')
    .replaceAll(/^(Shadow byte|=>0x|  0x|HINT: ).*\n?/gm, '')
    .replaceAll(/==\d+==/g, '==PID==')
    .replaceAll(/\(\S*\/(unit|[\w.+-]+\.so[\w.]*)\+0x[0-9a-f]+\)/g, '($1)')
    .replaceAll(/\b0x[0-9a-f]{4,}\b/g, '0x…');
}

const signals: Record<number, string> = { 2: 'SIGINT', 4: 'SIGILL', 6: 'SIGABRT', 7: 'SIGBUS', 8: 'SIGFPE', 9: 'SIGKILL', 11: 'SIGSEGV', 13: 'SIGPIPE', 14: 'SIGALRM', 15: 'SIGTERM', 24: 'SIGXCPU', 25: 'SIGXFSZ', 31: 'SIGSYS' }; // prettier-ignore

function signalName(number: number): string {
  return signals[number] ?? `signal ${number}`;
}
