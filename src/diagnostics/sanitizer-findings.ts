import type { Diagnostic, DiagnosticSpan, SourcePosition } from '../records.js';
import type { SanitizerReport } from './sanitizer-report.js';
import { locateStack } from './stacks.js';
import { reasonOf } from './view.js';
import type { ProgramView } from './view.js';

/** All sanitizer reports of one run; a fault that two tools saw is told once, with the better place. */
export function sanitizerDiagnostics(
  reports: readonly SanitizerReport[],
  view: ProgramView,
): Diagnostic[] {
  const found: Diagnostic[] = [];
  const keys = new Set<string>();
  for (const report of reports) {
    const diagnostic = sanitizerDiagnostic(report, view);
    const previous = found.at(-1);
    if (previous !== undefined && isSameFault(previous, diagnostic)) {
      previous.frames = diagnostic.frames;
      continue;
    }
    const { tool, kind, position } = diagnostic;
    const key = JSON.stringify([tool, kind, position]);
    // Leaks differ in size only; a faulting line that is reached twice is one fault.
    if (position !== null && keys.has(key)) continue;
    if (previous !== undefined && isEcho(previous, diagnostic)) continue;
    keys.add(key);
    found.push(diagnostic);
  }
  return found;
}

function sanitizerDiagnostic(report: SanitizerReport, view: ProgramView): Diagnostic {
  const { tool, kind, place } = report;
  const stack = locateStack(report.stacks[0]?.frames ?? [], view);
  const others = report.stacks
    .slice(1)
    .flatMap(({ title, frames }) => [
      { function: `— ${title} —`, position: null },
      ...locateStack(frames, view).frames,
    ]);
  // The report's own place is the best, unless it is outside and the stack leads to the program; but
  // an assertion belongs to whoever wrote it, if that was not the library.
  const own = place === null ? null : ownPlace(place, view);
  const isLibrary = view.fileKind(place?.file ?? '') === 'library';
  const isOwnBetter =
    own !== null &&
    (own.span.precision !== 'none' ||
      (tool === 'runner' && !isLibrary) ||
      (stack.span.precision === 'none' && !(isLibrary && stack.position !== null)));
  return {
    tool,
    severity: 'error',
    kind,
    message: view.clean(report.message),
    option: null,
    position: isOwnBetter ? own.position : stack.position,
    span: isOwnBetter ? own.span : stack.span,
    frames: [...stack.frames, ...others],
  };
}

function ownPlace(
  place: { file: string; line: number; column: number | null },
  view: ProgramView,
): { position: SourcePosition; span: DiagnosticSpan } {
  const position = { file: view.shownAs(place.file), line: place.line, column: place.column };
  const kind = view.fileKind(place.file);
  if (kind === 'program') return { position, span: view.map.locate(place.line, place.column) };
  const reason = kind === 'harness' ? reasonOf(kind) : `${reasonOf(kind)}: the tool gives no stack`;
  return { position, span: { precision: 'none', reason } };
}

function isSameLine(a: Diagnostic, b: Diagnostic): boolean {
  const isKnown = a.position !== null && b.position !== null;
  return isKnown && a.position?.file === b.position?.file && a.position?.line === b.position?.line;
}

/** UBSan names the fault (division by zero, null pointer), then the signal of the same line ends the program. */
function isSameFault(named: Diagnostic, signal: Diagnostic): boolean {
  if (named.tool !== 'ubsan') return false;
  const causes = signalCauses[signal.kind];
  return (
    causes !== undefined &&
    causes.includes(named.kind) &&
    (isSameLine(named, signal) || named.kind === 'missing-return')
  );
}

const badPointer = [
  'null-pointer-use',
  'misaligned-pointer-use',
  'insufficient-object-size',
  'out-of-bounds-index',
  'pointer-overflow',
  'invalid-null-argument',
  'missing-return',
  'unreachable-call',
];

const signalCauses: Record<string, string[] | undefined> = {
  FPE: ['integer-divide-by-zero', 'signed-integer-overflow'],
  SEGV: badPointer,
  BUS: badPointer,
  ILL: badPointer,
  TRAP: badPointer,
};

/** An index out of bounds is said a second time, as a load or store without enough space. */
function isEcho(first: Diagnostic, second: Diagnostic): boolean {
  return (
    first.kind === 'out-of-bounds-index' &&
    second.kind === 'insufficient-object-size' &&
    isSameLine(first, second)
  );
}
