import { byteOffsetOfIndex, indexLines, lineColumnOf } from '../../../diagnostics/index.js';
import type { SourceMap } from '../../../diagnostics/index.js';
import { loopAround } from '../../loops.js';
import { loopsOf } from '../brace-loops.js';
import type { Loop } from '../brace-loops.js';
import { blankOut } from './names.js';

/**
 * Tells the loop to blame in a function that a limit finds at a line. A loop of Java is written as one
 * of C++. The text that is looked at is one byte per UTF-16 unit, so its columns are units.
 */
export function javaLoops(map: SourceMap): (line: number) => Loop | null {
  const text = blankOut(map.text)
    .replaceAll(/[^\n\x20-\x7e]/g, (unit) => (/[\p{L}\p{N}]/u.test(unit) ? '_' : ' '))
    .replaceAll(/[@#\\`]/g, ' ');
  const index = indexLines(text);
  const loops = loopsOf({ ...map, text, index });
  const place = (at: { line: number; column: number }): { line: number; column: number } => {
    const unit = index.starts[at.line - 1] + at.column - 1;
    return lineColumnOf(map.index, byteOffsetOfIndex(map.text, unit));
  };
  return (line) => {
    const loop = loopAround(loops, line);
    return loop && { ...loop, start: place(loop.start), end: place(loop.end) };
  };
}
