import type { DiagnosticSpan, SourcePosition, StackFrame } from '../records.js';
import type { RawFrame } from './frames.js';
import { reasonOf } from './view.js';
import type { ProgramView } from './view.js';

export interface LocatedStack {
  position: SourcePosition | null;
  span: DiagnosticSpan;
  /** In readable form, a recursion told once. */
  frames: StackFrame[];
  /** Those in the program, innermost first. */
  own: { function: string; line: number }[];
}

/** Where a stack first touches the completion, else the program, else the tests. */
export function locateStack(frames: readonly RawFrame[], view: ProgramView): LocatedStack {
  const resolved = frames.flatMap((frame) => {
    const places = frame.file === null ? view.resolve(frame) : [];
    return places.length > 0 ? places : [frame];
  });
  const kindOf = ({ file }: RawFrame): string => (file === null ? 'library' : view.fileKind(file));
  const inProgram = resolved.filter((frame) => kindOf(frame) === 'program');
  const inHarness = resolved.filter((frame) => kindOf(frame) === 'harness');
  const located = inProgram.map((frame) => ({
    frame,
    span: view.map.locate(frame.line ?? 0, frame.column),
  }));
  const user = located.find(({ span }) => span.precision !== 'none');
  // A place in prefix or suffix says more than one in the tests, and comes with its own reason.
  const [outside] = located;
  const first = user?.frame ?? outside?.frame ?? inHarness[0] ?? null;
  return {
    position: first === null ? null : positionOf(first, view),
    span: user?.span ?? outside?.span ?? { precision: 'none', reason: whyNot(frames, inHarness) },
    frames: collapse(resolved, view),
    own: inProgram.map((frame) => ({
      function: view.clean(frame.function),
      line: frame.line ?? 0,
    })),
  };
}

function whyNot(frames: readonly RawFrame[], inHarness: readonly RawFrame[]): string {
  if (inHarness.length > 0) return reasonOf('harness');
  return frames.length === 0
    ? 'the report has no stack'
    : 'library frame: no frame lies in the program';
}

function positionOf(frame: RawFrame, view: ProgramView): SourcePosition | null {
  if (frame.file === null || frame.line === null) return null;
  return { file: view.shownAs(frame.file), line: frame.line, column: frame.column };
}

/** Frames in readable form; a cycle of up to four frames that repeats is told once, with its count. */
function collapse(frames: readonly RawFrame[], view: ProgramView): StackFrame[] {
  const all = frames.map((frame) => ({
    function:
      view.clean(frame.function) ||
      (frame.module === null ? '?' : `? in ${frame.module.replace(/^.*\//, '')}`),
    position: positionOf(frame, view),
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
