import {
  byteOffsetOfIndex,
  indexOfByteOffset,
  lineColumnOf,
  offsetOf,
  parseFaultHandler,
} from '../../../diagnostics/index.js';
import type { PythonFrame, PythonRecords, PythonStack } from '../../../diagnostics/index.js';
import type { Diagnostic } from '../../../records.js';
import { loopAround, loopOfStack } from '../../loops.js';
import { loopsOf } from './loops.js';
import type { PythonProgram } from './program.js';

type Place = Pick<Diagnostic, 'position' | 'span' | 'frames'>;

/**
 * Where a limit found the program, told so that the next run tells the same: nothing of the inner
 * frames, and of the loop that was running its header.
 *
 * When the driver got to speak, it said which frames had been running for half of the time: the
 * innermost of these is to blame, by its loop or its line. Else (a wait; a C function that does not
 * let handlers run) it is a loop of the stack (loops.ts), else the outermost frame.
 */
export function stopOf(
  { stop }: PythonRecords,
  stops: string,
  program: PythonProgram,
): Place | null {
  const told: { stack: PythonStack; long: number }[] =
    stop !== null
      ? stop.stacks.map((stack) => ({ stack, long: stack.long }))
      : parseFaultHandler(stops).stacks.map((stack) => ({
          stack: { ...stack, frames: stack.frames.filter(({ file }) => file !== 'rlsf-driver') },
          long: 0,
        }));
  const main = told[0];
  if (main === undefined) return null;
  // A main thread that waits for another is not what took the time.
  const waits = /(^|\/)(threading|queue|_base|thread)\.py$/.test(main.stack.frames[0]?.file ?? '');
  const busy = waits
    ? told.slice(1).find(({ stack }) => ownFrames(stack, program).length > 0)
    : undefined;
  return blame(busy ?? main, program);
}

function blame(
  { stack, long }: { stack: PythonStack; long: number },
  program: PythonProgram,
): Place | null {
  const { view, lines } = program;
  const own = ownFrames(stack, program);
  if (own.length === 0) return null;
  const loops = loopsOf(program.text);
  const loopOf = (frame: PythonFrame): { place: Place; counted: boolean } | null => {
    const offset = offsetOfLine(frame.line, program);
    const loop = loopAround(loops, indexOfByteOffset(program.text, offset));
    if (loop === null) return null;
    const { index } = view.map;
    const start = lineColumnOf(index, byteOffsetOfIndex(program.text, loop.start));
    const end = lineColumnOf(index, byteOffsetOfIndex(program.text, loop.end));
    const span = view.map.locate(start.line, start.column, end.line, end.column);
    // A loop that the completion is only the body of is not its own.
    if (span.precision === 'none') return null;
    const position = { file: 'program.py', ...start };
    const place = { position, span, frames: [{ function: frame.function, position }] };
    return { place, counted: loop.counted };
  };
  const lineOf = (frame: PythonFrame): Place => {
    const { line } = lines.place(frame.line, 0);
    const position = { file: 'program.py', line, column: null };
    const span = view.map.locate(line, null);
    return { position, span, frames: [{ function: frame.function, position }] };
  };
  const running = own.filter(({ depth }) => depth < long);
  const innermost = running.at(-1);
  if (innermost !== undefined) return loopOf(innermost)?.place ?? lineOf(innermost);
  if (stack.cut > 0) return lineOf(recursionOf(own, program));
  const found = own.map(loopOf).filter((loop) => loop !== null);
  return loopOfStack(found)?.place ?? lineOf(own[0]);
}

/**
 * Frames in the completion, outermost first, with their place from the outside. Of a comprehension
 * or a lambda the statement that it is part of is meant.
 */
function ownFrames(
  stack: PythonStack,
  { view, lines }: PythonProgram,
): (PythonFrame & { depth: number })[] {
  const { frames, cut } = stack;
  const outermost = frames.length + cut - 1;
  return frames
    .map((frame, i) => ({
      ...frame,
      depth: outermost - (i < Math.floor(frames.length / 2) ? i : i + cut),
    }))
    .reverse()
    .filter(
      ({ file, function: name, line }) =>
        view.fileKind(file) === 'program' &&
        !/<(genexpr|listcomp|setcomp|dictcomp|lambda)>$/.test(name) &&
        view.map.locate(lines.place(line, 0).line, null).precision !== 'none',
    );
}

/** The first character of a line that is no blank. */
function offsetOfLine(line: number, { view, lines }: PythonProgram): number {
  const place = lines.place(line, /^[ \t\f]*/.exec(lines.line(line))?.[0].length ?? 0);
  return offsetOf(view.map.index, place.line, place.column);
}

/** Where a stack is too deep to be told, the function that it is full of is to blame, by its first line. */
function recursionOf(own: readonly PythonFrame[], { view, lines }: PythonProgram): PythonFrame {
  const counts = new Map<string, number>();
  for (const { function: name } of own) counts.set(name, (counts.get(name) ?? 0) + 1);
  const most = Math.max(...counts.values());
  const frame = own.find((one) => counts.get(one.function) === most) ?? own[0];
  const name = /[\p{L}\p{N}_]+$/u.exec(frame.function)?.[0] ?? '';
  const definition = new RegExp(`^\\s*(async\\s+)?def\\s+${name}\\s*\\(`, 'u');
  for (let line = frame.line; line > 0; line--) {
    if (!definition.test(lines.line(line))) continue;
    const isOwn = view.map.locate(lines.place(line, 0).line, null).precision !== 'none';
    return isOwn ? { ...frame, line } : frame;
  }
  return frame;
}
