import {
  exceptionDiagnostic,
  exitDiagnostic,
  parseFaultHandler,
  parsePythonRecords,
  parsePythonTracebacks,
} from '../../../diagnostics/index.js';
import type { PythonException, PythonRecords } from '../../../diagnostics/index.js';
import type { Diagnostic } from '../../../records.js';
import type { Execution } from '../../execution.js';
import type { RunReading } from '../../program-run.js';
import type { PythonProgram } from './program.js';
import { stopOf } from './stops.js';

/** What the driver, or the interpreter where the driver could not, says about a run. */
export function readRun(
  execution: Execution,
  program: PythonProgram,
  cases: readonly number[],
): RunReading {
  const records = parsePythonRecords(execution.stops);
  const told = records.exceptions.map((exception) => ({
    exception,
    finding: exceptionDiagnostic(exception, program.view, program.lines),
  }));
  // A program that writes past a limit is told so by an exception: the place where it met the limit.
  const overflow = told.find(
    ({ exception }) => execution.flooded && exception.errno === fileTooBig,
  );
  const findings = told.filter((one) => one !== overflow).map(({ finding }) => finding);
  if (findings.length === 0 && overflow === undefined)
    findings.push(
      ...exitOf(execution, records, program, cases),
      ...fromText(execution, records, program),
    );
  return {
    findings,
    trouble: troubleOf(execution, records),
    stoppedAt:
      overflow === undefined
        ? stopOf(records, execution.stops, program)
        : placeOf(overflow.finding),
    memoryLimit: findings.find((finding) => isMemoryLimit(finding, program)) ?? null,
    exitIsTools: false,
    stderr: execution.stderr
      .replaceAll(/\b0x[0-9a-f]{5,}\b/g, '0x…')
      .replaceAll(/^ {2}File "rlsf-driver".*\n?/gm, ''),
  };
}

const fileTooBig = 27; // EFBIG

function placeOf({
  position,
  span,
  frames,
}: Diagnostic): Pick<Diagnostic, 'position' | 'span' | 'frames'> {
  return { position, span, frames };
}

/** Where it left, if it was not free to: a program whose output alone counts may end as it likes. */
function exitOf(
  { ended, code, results, cause }: Execution,
  { exit }: PythonRecords,
  { tests, view, lines }: PythonProgram,
  cases: readonly number[],
): Diagnostic[] {
  if (exit === null || ended !== 'exit' || cause !== 'none') return [];
  const isFree = cases.every((i) => 'stdin' in tests.cases[i] && tests.cases[i].expected !== null);
  return code === 0 && (isFree || results.finished)
    ? []
    : [exitDiagnostic(exit, code, view, lines)];
}

/** An allocation that our limit refused; one that the program raised itself is its own. */
function isMemoryLimit({ kind, span }: Diagnostic, { view }: PythonProgram): boolean {
  if (kind !== 'MemoryError') return false;
  if (span.precision === 'none') return true;
  const { start } = view.map.completion;
  const blamed = view.map.index.bytes.subarray(start + span.start, start + span.end);
  return !new TextDecoder().decode(blamed).startsWith('raise');
}

/** For a program that ended badly without a word of the driver: what stands on its stderr. */
function fromText(
  execution: Execution,
  { exceptions, exit }: PythonRecords,
  program: PythonProgram,
): Diagnostic[] {
  const { ended, code, cause, stderr } = execution;
  if (
    cause !== 'none' ||
    exceptions.length > 0 ||
    exit !== null ||
    (ended === 'exit' && code === 0)
  )
    return [];
  const { error, stacks } = parseFaultHandler(stderr);
  if (ended === 'exit' || error === null || stacks.length === 0)
    return parsePythonTracebacks(stderr)
      .slice(-1)
      .map((exception) => exceptionDiagnostic(exception, program.view, program.lines));
  // More than a hundred frames, and no exception: the C stack is what was used up.
  const isDeep = code === 11 && stacks[0].cut > 0;
  const crash: PythonException = {
    title: '',
    kind: isDeep ? 'RecursionError' : 'Exception',
    message: error,
    frames: stacks[0].frames.filter(({ file }) => file !== 'rlsf-driver'),
    cut: stacks[0].cut,
    where: null,
    errno: null,
    chain: [],
  };
  const finding = exceptionDiagnostic(crash, program.view, program.lines);
  return [{ ...finding, kind: isDeep ? 'stack-overflow' : kindOfSignal(code) }];
}

/** As the sanitizers name them for C++. */
function kindOfSignal(code: number): string {
  const kinds: Record<number, string> = { 4: 'ILL', 6: 'abort', 7: 'BUS', 8: 'FPE', 11: 'SEGV' };
  return kinds[code] ?? 'signal';
}

/** The interpreter did not get as far as the program: nothing that the program could have done. */
function troubleOf(execution: Execution, records: PythonRecords): string | null {
  const { ended, code, cause, stdout, stops, stderr, results } = execution;
  const isSilent = stops === '' && stdout === '' && results.reached < 0 && !results.finished;
  if (ended !== 'exit' || code === 0 || cause !== 'none' || !isSilent) return null;
  if (records.compiledMicros !== null || records.faults.length > 0) return null;
  const said =
    /^(Fatal Python error: .*|.*: can't open file .*|ModuleNotFoundError: No module named 'rlsf_.*)$/m.exec(
      stderr,
    )?.[1];
  return said === undefined ? null : `python3 could not start its driver: ${said.slice(0, 200)}`;
}
