import type { Diagnostic, DiagnosticSpan, SourcePosition, StackFrame } from '../records.js';
import type { CompilerFinding, CompilerPlace } from './gcc.js';
import { lineColumnOf } from './positions.js';
import type { RawFrame, SanitizerReport } from './sanitizer.js';
import type { SourceMap } from './source-map.js';
import { endOfPreviousToken } from './tokens.js';

/** How one judged program looks from outside. */
export interface ProgramView {
  map: SourceMap;
  /** What a file name of the tool stands for. */
  fileKind(file: string): 'program' | 'harness' | 'library';
  /** The name under which a file is shown. */
  shownAs(file: string): string;
  /** Takes our own additions (namespaces, folders) out of a text. */
  clean(text: string): string;
  /** Source places of a frame that has a module and an offset only; empty when there are none. */
  resolve(frame: RawFrame): RawFrame[];
}

/** A finding of g++ with its place in the completion. */
export function compilerDiagnostic(finding: CompilerFinding, view: ProgramView): Diagnostic {
  const chosen = choosePlace(finding, view);
  return {
    tool: 'g++',
    severity: finding.severity,
    kind: finding.kind,
    message: view.clean(finding.message),
    option: finding.option,
    position: chosen.place === null ? null : positionOf(chosen.place, view),
    span: chosen.span,
    frames: [],
  };
}

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
    if (previous !== undefined && report.deadly && isSameFault(previous, diagnostic)) {
      previous.frames = diagnostic.frames;
      continue;
    }
    const place = diagnostic.position;
    const own = [diagnostic.tool, diagnostic.kind, place?.file, place?.line, place?.column].join(
      '|',
    );
    // Leaks differ in size only; a faulting line that is reached twice is one fault.
    if (place !== null && keys.has(own)) continue;
    // An index out of bounds is said a second time as a load without enough space.
    if (
      diagnostic.kind === 'insufficient-object-size' &&
      previous?.kind === 'out-of-bounds-index' &&
      samePlace(previous, diagnostic)
    )
      continue;
    keys.add(own);
    found.push(diagnostic);
  }
  return found;
}

/** Where a stack first touches the completion, with the frames in readable form; `own`: those in the program, innermost first. */
export function locateStack(
  frames: readonly RawFrame[],
  view: ProgramView,
): {
  position: SourcePosition | null;
  span: DiagnosticSpan;
  frames: StackFrame[];
  own: { function: string; line: number }[];
} {
  const resolved = frames.flatMap((frame) => {
    const places = frame.file === null ? view.resolve(frame) : [];
    return places.length > 0 ? places : [frame];
  });
  const own = resolved.filter(
    (frame) => frame.file !== null && view.fileKind(frame.file) !== 'library',
  );
  const inProgram = own.filter(
    (frame) => frame.file !== null && view.fileKind(frame.file) === 'program',
  );
  const spans = inProgram.map((frame) => ({
    frame,
    span: view.map.locate(frame.line ?? 0, frame.column),
  }));
  const user = spans.find(({ span }) => span.precision !== 'none');
  const first = user?.frame ?? inProgram[0] ?? own[0] ?? null;
  const span: DiagnosticSpan = user?.span ??
    spans[0]?.span ?? {
      precision: 'none',
      reason:
        own.length > 0 ? 'harness line (test case)' : 'library frame: no frame lies in the program',
    };
  return {
    position: first === null ? null : framePosition(first, view),
    span,
    frames: collapse(resolved, view),
    own: inProgram.map((frame) => ({
      function: view.clean(frame.function),
      line: frame.line ?? 0,
    })),
  };
}

function sanitizerDiagnostic(report: SanitizerReport, view: ProgramView): Diagnostic {
  const stack = locateStack(report.stacks[0]?.frames ?? [], view);
  const others = report.stacks
    .slice(1)
    .flatMap(({ title, frames }) => [
      { function: `— ${title} —`, position: null },
      ...locateStack(frames, view).frames,
    ]);
  const told = report.place === null ? null : ubsanPlace(report.place, view);
  // UBSan points into a header of the library or of the tests: the stack leads to the user's line.
  const isOutside = told?.span.precision === 'none' && stack.span.precision !== 'none';
  const exact = isOutside ? null : told;
  const isRunner =
    report.kind === 'uncaught-exception' ||
    report.kind === 'assertion-failure' ||
    report.kind === 'abort';
  return {
    tool: isRunner ? 'runner' : report.tool,
    severity: 'error',
    kind: report.kind,
    message: view.clean(report.message),
    option: null,
    position: exact?.position ?? stack.position,
    span: exact?.span ?? stack.span,
    frames: [...stack.frames, ...others],
  };
}

function ubsanPlace(
  place: { file: string; line: number; column: number | null },
  view: ProgramView,
): { position: SourcePosition; span: DiagnosticSpan } {
  const position = { file: view.shownAs(place.file), line: place.line, column: place.column };
  const kind = view.fileKind(place.file);
  if (kind === 'program') return { position, span: view.map.locate(place.line, place.column) };
  const reason =
    kind === 'harness' ? 'harness line (test case)' : 'library line: the tool gives no stack';
  return { position, span: { precision: 'none', reason } };
}

function samePlace(a: Diagnostic, b: Diagnostic): boolean {
  return JSON.stringify(a.position) === JSON.stringify(b.position);
}

/** UBSan names the fault (division by zero, null pointer), then the signal of the same line ends the program. */
function isSameFault(named: Diagnostic, signal: Diagnostic): boolean {
  if (named.tool !== 'ubsan') return false;
  const expected = { FPE: ['integer-divide-by-zero', 'signed-integer-overflow'] }[signal.kind] ?? [
    'null-pointer-use',
    'misaligned-pointer-use',
    'insufficient-object-size',
    'out-of-bounds-index',
    'pointer-overflow',
    'invalid-null-argument',
    'missing-return',
    'unreachable-call',
  ];
  const sameLine =
    named.position?.line === signal.position?.line &&
    named.position?.file === signal.position?.file;
  return expected.includes(named.kind) && (sameLine || named.kind === 'missing-return');
}

/** The user's own line, also where the compiler points into a header: expansion and instantiation notes. */
function choosePlace(
  finding: CompilerFinding,
  view: ProgramView,
): { place: CompilerPlace | null; span: DiagnosticSpan } {
  const missing = insertionPoint(finding, view);
  if (missing !== null) return missing;
  const expansions = finding.related.filter(({ message }) =>
    message.startsWith('in expansion of macro'),
  );
  const candidates = [
    ...expansions.reverse(),
    ...(finding.place === null ? [] : [finding.place]),
    ...finding.related,
  ];
  let outside: { place: CompilerPlace; span: DiagnosticSpan } | null = null;
  for (const place of candidates) {
    if (view.fileKind(place.file) !== 'program') continue;
    const { range } = place;
    const wide =
      range !== null && (range.startLine < place.line || range.startColumn <= place.column);
    const whole = wide
      ? view.map.locate(range.startLine, range.startColumn, range.endLine, range.endColumn)
      : view.map.locate(place.line, place.column);
    // A range may begin before the completion; the caret then decides.
    const span = whole.precision === 'none' ? view.map.locate(place.line, place.column) : whole;
    if (span.precision !== 'none') return { place, span };
    outside ??= { place, span };
  }
  if (outside !== null) return outside;
  const harness = candidates.find((place) => view.fileKind(place.file) === 'harness');
  if (harness !== undefined)
    return { place: harness, span: { precision: 'none', reason: 'harness line (test case)' } };
  const reason = finding.place === null ? 'the tool names no place' : 'library line';
  return { place: finding.place, span: { precision: 'none', reason } };
}

/** A missing `;` is blamed where it belongs, not on the token that came instead. */
function insertionPoint(
  finding: CompilerFinding,
  view: ProgramView,
): { place: CompilerPlace; span: DiagnosticSpan } | null {
  const { insertion, place, message } = finding;
  if (
    insertion !== null &&
    /^expected /.test(message) &&
    view.fileKind(insertion.file) === 'program'
  )
    return { place: insertion, span: view.map.locateInsertion(insertion.line, insertion.column) };
  if (
    place === null ||
    view.fileKind(place.file) !== 'program' ||
    !/^expected .*';'.* (before|at)/.test(message)
  )
    return null;
  const at = endOfPreviousToken(view.map, place.line, place.column);
  if (at === null) return null;
  const { line, column } = lineColumnOf(view.map.index, at);
  return {
    place: { file: place.file, line, column, range: null },
    span: view.map.locateInsertion(line, column),
  };
}

function positionOf(place: CompilerPlace, view: ProgramView): SourcePosition {
  return { file: view.shownAs(place.file), line: place.line, column: place.column };
}

function framePosition(frame: RawFrame, view: ProgramView): SourcePosition | null {
  if (frame.file === null || frame.line === null) return null;
  return { file: view.shownAs(frame.file), line: frame.line, column: frame.column };
}

/** Frames in readable form; a cycle of up to four frames that repeats is told once, with its count. */
function collapse(frames: readonly RawFrame[], view: ProgramView): StackFrame[] {
  const all = frames.map((frame) => ({
    function:
      view.clean(frame.function) ||
      (frame.module === null ? '?' : `? in ${frame.module.replace(/^.*\//, '')}`),
    position: framePosition(frame, view),
  }));
  const keys = all.map((frame) => JSON.stringify(frame));
  const shown: StackFrame[] = [];
  let i = 0;
  while (i < all.length) {
    let best = { period: 0, repeats: 1 };
    for (let period = 1; period <= 4; period++) {
      let length = period;
      while (i + length < all.length && keys[i + length] === keys[i + length - period]) length++;
      const repeats = Math.floor(length / period);
      if (repeats >= 3 && repeats * period > best.repeats * best.period) best = { period, repeats };
    }
    if (best.period === 0) {
      shown.push(all[i++]);
      continue;
    }
    shown.push(...all.slice(i, i + best.period));
    shown.push({ function: `… and ${best.repeats - 1} times more …`, position: null });
    i += best.repeats * best.period;
  }
  return shown;
}
