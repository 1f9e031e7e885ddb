import { byteOffsetOfIndex, indexLines, lineColumnOf } from '../../../diagnostics/index.js';
import type { SourceMap } from '../../../diagnostics/index.js';
import { loopAt } from '../cpp/loops.js';
import { blankOut } from './names.js';

/**
 * The loop to blame when a limit stops a Java program at a line, chosen as for C++: its statements are
 * Java's. The text it sees is one byte per UTF-16 unit, so its columns are units.
 */
export function javaLoopAt(
  map: SourceMap,
  line: number,
): { start: { line: number; column: number }; end: { line: number; column: number } } | null {
  const text = blankOut(map.text)
    .replaceAll(/[^\n\x20-\x7e]/g, (unit) => (/[\p{L}\p{N}]/u.test(unit) ? '_' : ' '))
    .replaceAll(/[@#\\`]/g, ' ');
  const loop = loopAt({ ...map, text, index: indexLines(text) }, line);
  if (loop === null) return null;
  const { starts } = indexLines(text);
  const place = (at: { line: number; column: number }): { line: number; column: number } => {
    const unit = starts[at.line - 1] + at.column - 1;
    return lineColumnOf(map.index, byteOffsetOfIndex(map.text, unit));
  };
  return { start: place(loop.start), end: place(loop.end) };
}
