import { lineColumnOf, type LineIndex } from '../diagnostics/index.js';
import type { Diagnostic, StackFrame } from '../records.js';
import type { InspectedFrame, InspectedStack } from './inspection.js';

/** Which file the findings call the program, and how many lines stand in it before the completion. */
export interface ProgramLines {
  file: string;
  before: number | null;
}

/**
 * A finding with a stack lies at its first frame in the completion, so the tool's line and the
 * completion's line of one such finding give the lines before the completion for all.
 */
export function programLines(diagnostics: readonly Diagnostic[], index: LineIndex): ProgramLines {
  const placed = diagnostics.filter(
    ({ span, position }) => span.precision !== 'none' && position !== null,
  );
  const exact = placed.find(({ frames }) => frames.length > 0);
  const file = (exact ?? placed[0])?.position?.file ?? 'program.cpp';
  if (!exact || exact.span.precision === 'none') return { file, before: null };
  const own = lineColumnOf(index, exact.span.start).line;
  return { file, before: (exact.position?.line ?? own) - own };
}

/** The frames of a finding as stacks: a frame `— freed by thread T0 here —` heads the next one. */
export function stacksOf(
  frames: readonly StackFrame[],
  program: ProgramLines,
  lineCount: number,
  maxFrames: number,
): InspectedStack[] {
  const stacks: { title: string | null; frames: StackFrame[] }[] = [];
  for (const frame of frames) {
    const title = frame.position === null ? /^— (.*) —$/.exec(frame.function)?.[1] : undefined;
    if (title !== undefined) stacks.push({ title: title.replace(/:$/, ''), frames: [] });
    else {
      if (stacks.length === 0) stacks.push({ title: null, frames: [] });
      stacks[stacks.length - 1].frames.push(frame);
    }
  }
  return stacks.map((stack) => {
    const all = stack.frames.map((frame, at): InspectedFrame => {
      const { position } = frame;
      const isUser = position !== null && position.file === program.file;
      const line = isUser && program.before !== null ? position.line - program.before : 0;
      return {
        index: at,
        function: frame.function,
        position,
        isUser,
        line: line >= 1 && line <= lineCount ? line : null,
      };
    });
    const kept = bounded(all, maxFrames);
    return { title: stack.title, frames: kept, omitted: all.length - kept.length };
  });
}

/** Frames of the program first, then the others from the inside out; in their order. */
function bounded(frames: InspectedFrame[], limit: number): InspectedFrame[] {
  if (frames.length <= limit) return frames;
  const own = frames.filter((frame) => frame.isUser);
  const others = frames.filter((frame) => !frame.isUser);
  return [...own, ...others].slice(0, limit).sort((a, b) => a.index - b.index);
}
