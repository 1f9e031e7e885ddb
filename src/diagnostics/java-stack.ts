import type { Diagnostic, DiagnosticSpan, SourcePosition, StackFrame } from '../records.js';
import type { JavaFrame, JavaThrown } from './java-trace.js';
import type { ProgramView } from './view.js';

/** Where a Java stack touches the program: the first frame in the completion, else in the rest of it. */
export interface JavaPlace {
  position: SourcePosition | null;
  span: DiagnosticSpan;
  frames: StackFrame[];
}

/** An exception that nobody caught, with the line of the completion that it comes from. */
export function javaDiagnostic(thrown: JavaThrown, view: ProgramView): Diagnostic {
  const chain = withoutWrappers(thrown.chain);
  const [top] = chain;
  const kind = simpleName(top.type);
  const isOverflow = kind === 'StackOverflowError';
  const places = chain.map(({ frames }) =>
    isOverflow ? locateOverflow(frames, view) : locateJavaStack(frames, view),
  );
  const best = places.find(({ span }) => span.precision !== 'none') ?? places[0];
  const causes = chain
    .slice(1)
    .flatMap(({ type, message }, i) => [
      { function: `— caused by ${textOf(type, message, view)} —`, position: null },
      ...places[i + 1].frames,
    ]);
  const told = chain.map(({ type, message }) => textOf(simpleName(type), message, view));
  const where = thrown.thread === null || thrown.thread === 'main' ? '' : ` in another thread`;
  return {
    tool: 'runner',
    severity: 'error',
    kind,
    message: `uncaught ${told.join('; caused by ')}${where}`,
    option: null,
    position: best.position,
    span: best.span,
    frames: [...places[0].frames, ...causes],
  };
}

/** What only says that something else went wrong tells less than that. */
function withoutWrappers(chain: JavaThrown['chain']): JavaThrown['chain'] {
  const isWrapper = ({ type }: JavaThrown['chain'][number]): boolean =>
    /^java\.(lang\.ExceptionInInitializerError|lang\.reflect\.(InvocationTarget|UndeclaredThrowable)Exception|util\.concurrent\.(Execution|Completion)Exception)$/.test(
      type,
    );
  let from = 0;
  while (from + 1 < chain.length && isWrapper(chain[from])) from++;
  return chain.slice(from);
}

export function locateJavaStack(frames: readonly JavaFrame[], view: ProgramView): JavaPlace {
  const own = frames.filter(({ file }) => file !== null && view.fileKind(file) !== 'library');
  const inProgram = own.filter(({ file }) => view.fileKind(file ?? '') === 'program');
  const spans = inProgram.map((frame) => ({ frame, span: view.map.locate(frame.line ?? 0, null) }));
  const user = spans.find(({ span }) => span.precision !== 'none') ?? spans[0];
  const first = user?.frame ?? own[0];
  return {
    position: first === undefined ? null : positionOf(first, view),
    span: user?.span ?? {
      precision: 'none',
      reason:
        own.length > 0 ? 'harness line (test case)' : 'library frame: no frame lies in the program',
    },
    frames: collapse(frames.map((frame) => shownFrame(frame, view))),
  };
}

/**
 * A stack that overflowed: where exactly it ended differs from run to run, so the call is blamed that
 * comes back most, and of several in turn the one that stands first in the text.
 */
export function locateOverflow(frames: readonly JavaFrame[], view: ProgramView): JavaPlace {
  const counts = new Map<number, number>();
  for (const { file, line } of frames) {
    if (file === null || line === null || view.fileKind(file) !== 'program') continue;
    if (view.map.locate(line, null).precision === 'none') continue;
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  const most = Math.max(0, ...counts.values());
  const often = [...counts].filter(([, count]) => count * 2 >= most).map(([line]) => line);
  if (often.length === 0) return { ...locateJavaStack(frames, view), frames: [] };
  const blamed = Math.min(...often);
  const isBlamed = ({ file, line }: JavaFrame): boolean =>
    line === blamed && file !== null && view.fileKind(file) === 'program';
  const first = frames.findIndex(isBlamed);
  const length = frames.slice(first + 1).findIndex(isBlamed) + 1;
  const cycle = frames.slice(first, first + Math.max(length, 1));
  return {
    position: positionOf(frames[first], view),
    span: view.map.locate(blamed, null),
    frames: [
      ...cycle.map((frame) => shownFrame(frame, view)),
      { function: '… and so on …', position: null },
    ],
  };
}

function textOf(type: string, message: string | null, view: ProgramView): string {
  return view.clean(message === null || message === '' ? type : `${type}: ${message}`);
}

function simpleName(type: string): string {
  return type.replace(/^.*\./, '');
}

function shownFrame(frame: JavaFrame, view: ProgramView): StackFrame {
  return { function: view.clean(frame.function), position: positionOf(frame, view) };
}

function positionOf({ file, line }: JavaFrame, view: ProgramView): SourcePosition | null {
  return file === null || line === null ? null : { file: view.shownAs(file), line, column: null };
}

/** The same frame again and again is told once, with its count. */
function collapse(frames: readonly StackFrame[]): StackFrame[] {
  const shown: StackFrame[] = [];
  for (let i = 0; i < frames.length;) {
    const key = JSON.stringify(frames[i]);
    let same = 1;
    while (i + same < frames.length && JSON.stringify(frames[i + same]) === key) same++;
    shown.push(frames[i]);
    if (same > 2) shown.push({ function: `… and ${same - 1} times more …`, position: null });
    else shown.push(...frames.slice(i + 1, i + same));
    i += same;
  }
  return shown;
}
