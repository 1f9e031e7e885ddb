import type { Diagnostic, DiagnosticSpan, SourcePosition, StackFrame } from '../records.js';
import type { RawFrame } from './frames.js';
import type { Place, PythonLines } from './python-lines.js';
import type { PythonException, PythonFrame, PythonLink, PythonStack } from './python-records.js';
import { locateStack } from './stacks.js';
import type { ProgramView } from './view.js';

/**
 * An exception that nobody caught. It is told by its class and blamed on the innermost frame that lies
 * in the completion; where it has none, on that of what led to it (its cause, what was being handled,
 * a member of its group).
 */
export function exceptionDiagnostic(
  exception: PythonException,
  view: ProgramView,
  lines: PythonLines,
): Diagnostic {
  const own = locate(exception, view, lines);
  const links = exception.chain.map((link) => ({ link, at: locate(link, view, lines) }));
  const isPlaced = ({ span }: Located): boolean => span.precision !== 'none';
  const blamed = [own, ...links.map(({ at }) => at)].find(isPlaced) ?? own;
  const others = links.flatMap(({ link, at }): StackFrame[] => [
    { function: `— ${link.title}: ${told(link)} —`, position: null },
    ...at.frames,
  ]);
  return {
    tool: 'python',
    severity: 'error',
    kind: exception.kind,
    message: view.clean(messageOf(exception, lines)),
    option: null,
    position: blamed.position,
    span: blamed.span,
    frames: [...own.frames, ...others],
  };
}

/** A program that left by `os._exit` before its time. */
export function exitDiagnostic(
  stack: PythonStack,
  code: number,
  view: ProgramView,
  lines: PythonLines,
): Diagnostic {
  return {
    tool: 'python',
    severity: 'error',
    kind: 'early-exit',
    message: `the program ended itself with exit code ${code}`,
    option: null,
    ...locate({ ...stack, kind: '' }, view, lines),
  };
}

interface Located {
  position: SourcePosition | null;
  span: DiagnosticSpan;
  frames: StackFrame[];
}

function locate(
  stack: PythonStack & { kind: string },
  view: ProgramView,
  lines: PythonLines,
): Located {
  const raw = stack.frames.map((frame) => rawFrame(frame, view, lines));
  const whole = locateStack(raw, view);
  const frames = stack.cut > 0 ? withGap(raw, stack.cut, view) : whole.frames;
  const own = stack.frames.filter(({ file }) => view.fileKind(file) === 'program');
  const located = own
    .map((frame) => ({ frame, span: spanOf(frame, view, lines) }))
    .filter(({ span }) => span.precision !== 'none');
  const user = stack.kind === 'RecursionError' ? recurring(located) : located[0];
  if (user === undefined) return { position: whole.position, span: whole.span, frames };
  const { line, column } = rawFrame(user.frame, view, lines);
  const position = { file: view.shownAs(user.frame.file), line: line ?? 0, column };
  return { position, span: user.span, frames };
}

/** The exact range of a frame in the completion, or its line. */
export function spanOf(frame: PythonFrame, view: ProgramView, lines: PythonLines): DiagnosticSpan {
  const { line, column, endLine, endColumn } = frame;
  const start = lines.place(line, column ?? 0);
  if (column === null || endLine === null || endColumn === null)
    return view.map.locate(start.line, null);
  const end: Place = lines.place(endLine, endColumn);
  return view.map.locate(start.line, start.column, end.line, end.column);
}

/** Where the limit was met is chance; the call that repeats is not. */
function recurring<T extends { frame: PythonFrame }>(located: readonly T[]): T | undefined {
  const counts = new Map<PythonFrame['line'], Map<number | null, number>>();
  const countOf = ({ frame }: T): number => counts.get(frame.line)?.get(frame.column) ?? 0;
  for (const { frame } of located) {
    const columns = counts.get(frame.line) ?? new Map<number | null, number>();
    columns.set(frame.column, (columns.get(frame.column) ?? 0) + 1);
    counts.set(frame.line, columns);
  }
  const most = Math.max(...located.map(countOf));
  return located.find((one) => countOf(one) * 2 > most);
}

/** With our lines and columns where it lies in the program. */
export function rawFrame(frame: PythonFrame, view: ProgramView, lines: PythonLines): RawFrame {
  const { file, line, column } = frame;
  const isOwn = view.fileKind(file) === 'program';
  const place = isOwn ? lines.place(line, column ?? 0) : { line, column: (column ?? 0) + 1 };
  return {
    function: frame.function,
    file,
    line: place.line,
    column: column === null ? null : place.column,
    module: null,
    offset: null,
  };
}

function withGap(raw: readonly RawFrame[], cut: number, view: ProgramView): StackFrame[] {
  const middle = Math.ceil(raw.length / 2);
  return [
    ...locateStack(raw.slice(0, middle), view).frames,
    { function: `… ${cut} more frames …`, position: null },
    ...locateStack(raw.slice(middle), view).frames,
  ];
}

function messageOf(exception: PythonException, lines: PythonLines): string {
  const { kind, where, frames } = exception;
  let text = withoutAddresses(exception.message);
  if (kind === 'SystemExit') {
    const code = /^(\d+|None)?$/.test(text) ? Number(text === 'None' ? 0 : text) : 1;
    text = `the program ended itself with exit code ${code & 0xff}`;
  }
  if (text === '' && kind === 'AssertionError' && frames[0]?.file === 'program.py')
    text = lines.line(frames[0].line).trim();
  if (text === '') text = kind;
  if (where === 'thread') return `in a thread: ${text}`;
  return where === null ? text : `ignored in ${where}: ${text}`;
}

function told({ kind, message }: PythonLink): string {
  return message === '' ? kind : `${kind}: ${withoutAddresses(message)}`;
}

/** They differ from run to run and say nothing. */
function withoutAddresses(text: string): string {
  return text.replaceAll(/\b0x[0-9a-f]{5,}\b/g, '0x…');
}
