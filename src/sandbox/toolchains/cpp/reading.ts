import {
  hasLeakSanitizerFailed,
  locateStack,
  parseFrames,
  parseSanitizerReports,
  sanitizerDiagnostics,
} from '../../../diagnostics/index.js';
import type { ProgramView, SanitizerReport } from '../../../diagnostics/index.js';
import type { Diagnostic } from '../../../records.js';
import type { Execution } from '../../execution.js';
import { loopAround, loopOfStack } from '../../loops.js';
import { runnerFinding } from '../../verdict.js';
import type { RunReading } from '../../program-run.js';
import { loopsOf } from '../brace-loops.js';
import { sanitizerExitCode } from './flags.js';

/** What the sanitizers, the C++ runtime and the stack at a limit say about a run. */
export function readRun(
  execution: Execution,
  view: ProgramView,
  { leakCheck, lastTry }: { leakCheck: boolean; lastTry: boolean },
): RunReading {
  const { stderr, stops, results } = execution;
  const reports = parseSanitizerReports(stderr, { aborted: mayHaveDied(execution) }).filter(
    (report) => isReport(report, execution, view),
  );
  let findings = sanitizerDiagnostics(reports, view).map(asFailedTest);
  // A case whose assertion failed was left at once: what it still held is no fault of the program.
  if (results.failed.size > 0)
    findings = findings.filter(({ tool, span }) => tool !== 'lsan' || span.precision !== 'none');
  // It works here, or the tier would not do: what fails it twice is the program, or what it printed.
  const failed =
    leakCheck && hasLeakSanitizerFailed(stderr) && execution.code === sanitizerExitCode;
  if (failed && lastTry)
    findings.push(runnerFinding('no-leak-check', 'LeakSanitizer was kept from its work'));
  return {
    findings,
    trouble: failed && !lastTry ? 'LeakSanitizer could not trace its process' : null,
    stoppedAt: stopOf(stops, view),
    memoryLimit: memoryLimitOf(stderr, findings),
    exitIsTools: reports.length > 0 && execution.code === sanitizerExitCode,
    stderr: view.clean(withoutAccidents(stderr)),
  };
}

/** A sanitizer that ends a program does so with an exit code of its own, also for an abort. */
function mayHaveDied({ ended, code }: Execution): boolean {
  return ended !== 'exit' || code === sanitizerExitCode;
}

/**
 * Not what a program wrote itself (`parser: runtime error: unexpected token`): UBSan goes on behind a
 * report, but tells its stack; the others end the program.
 */
function isReport(
  { tool, stacks, place }: SanitizerReport,
  execution: Execution,
  view: ProgramView,
): boolean {
  if (tool !== 'ubsan') return mayHaveDied(execution);
  const isOurs = place !== null && view.fileKind(place.file) !== 'library';
  return isOurs || stacks.some(({ frames }) => frames.length > 0);
}

/** An `assert` of the tests that does not hold is a wrong answer; one in the program is its own error. */
function asFailedTest(finding: Diagnostic): Diagnostic {
  const isTest =
    finding.kind === 'assertion-failure' &&
    finding.span.precision === 'none' &&
    finding.span.reason.startsWith('harness line');
  return isTest ? { ...finding, kind: 'failed-test' } : finding;
}

/** One request above our own limit, within what a machine could have: our limit, not the program's fault. */
function memoryLimitOf(stderr: string, findings: readonly Diagnostic[]): Diagnostic | null {
  const request = /requested allocation size (0x[0-9a-f]+)/.exec(stderr);
  if (request !== null && BigInt(request[1]) >= 1n << 40n) return null;
  return (
    findings.find(({ kind }) => kind === 'allocation-size-too-big' || kind === 'out-of-memory') ??
    null
  );
}

function stopOf(
  stops: string,
  view: ProgramView,
): Pick<Diagnostic, 'position' | 'span' | 'frames'> | null {
  const lines = stops.split('\n');
  const at = lines.findIndex((line) => line.startsWith('RLSF-STOP '));
  return at < 0 ? null : blameLoop(lines.slice(at + 1), view);
}

/**
 * The stack at which a limit found the program, told so that the next run tells the same: the loop
 * that it was in (loops.ts), and nothing of the inner frames.
 */
function blameLoop(
  lines: string[],
  view: ProgramView,
): Pick<Diagnostic, 'position' | 'span' | 'frames'> {
  const stack = locateStack(parseFrames(lines), view);
  const outermostFirst = [...stack.own]
    .reverse()
    .filter(({ line }) => view.map.locate(line, null).precision !== 'none');
  const loops = loopsOf(view.map);
  const blamed = loopOfStack(
    outermostFirst.flatMap((frame) => {
      const loop = loopAround(loops, frame.line);
      return loop === null ? [] : [{ ...loop, function: frame.function }];
    }),
  );
  if (blamed !== null) {
    const { start, end } = blamed;
    const position = { file: view.shownAs('program.cpp'), ...start };
    const span = view.map.locate(start.line, start.column, end.line, end.column);
    return { position, span, frames: [{ function: blamed.function, position }] };
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

/**
 * Process ids, addresses and memory dumps differ from run to run and say nothing to a reader. The text
 * is the program's: no pattern here may take longer than its length.
 */
function withoutAccidents(text: string): string {
  return text
    .replaceAll(/^0x[0-9a-f]+: note: pointer points here\n(?:.*\n){1,2}?\s*\^\s*\n/gm, '')
    .replaceAll(/^(Shadow byte|=>0x|  0x|HINT: ).*\n?/gm, '')
    .replaceAll(/==\d+==/g, '==PID==')
    .replaceAll(/\(([^\s()]*)\+0x[0-9a-f]+\)/g, moduleName)
    .replaceAll(/\b0x[0-9a-f]{4,}\b/g, '0x…');
}

/** `(/judge/unit+0x1234)`, the address in a module of the program or in a library, by the module's name. */
function moduleName(frame: string, path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const isLibrary = /^[\w.+-]+$/.test(name) && /^[\w.]*$/.test(name.slice(name.lastIndexOf('.so')));
  const isKnown = name === 'unit' || (isLibrary && name.includes('.so', 1));
  return path.includes('/') && isKnown ? `(${name})` : frame;
}
