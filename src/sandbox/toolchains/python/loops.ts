import type { LoopExtent } from '../../loops.js';
import { logicalLines } from './logical-lines.js';

/** A `for` or `while` statement; indices are UTF-16, into the program's text. */
export interface PythonLoop extends LoopExtent {
  /** Its header without the colon, `while n > 0`. */
  start: number;
  end: number;
}

/** All loops of a program, outer ones before inner ones. */
export function loopsOf(text: string): PythonLoop[] {
  const lines = logicalLines(text);
  return lines.flatMap((line, i): PythonLoop[] => {
    if (!/^(for|while|async\s+for)(?![\p{L}\p{N}_])/u.test(line.text)) return [];
    let next = i + 1;
    while (next < lines.length && lines[next].indent > line.indent) next++;
    const header = text.slice(line.start, line.colon);
    const last = lines[next - 1].end;
    return [
      {
        start: line.start,
        end: line.start + header.trimEnd().length,
        first: line.start,
        last,
        counted: isCounted(header, text.slice(line.colon, last)),
      },
    ];
  });
}

/** Over something of a size that its body leaves alone. */
function isCounted(header: string, body: string): boolean {
  const over = /^(?:async\s+)?for\b.*?\bin\b\s*(.*)$/s.exec(header)?.[1];
  if (over === undefined) return false;
  if (/\b(count|cycle|repeat)\s*\(|\biter\s*\(.*,/.test(over)) return false;
  const name = /^[\p{L}_][\p{L}\p{N}_.]*$/u.exec(over.trim())?.[0];
  const grows = /^\s*\.\s*(append|extend|insert|add|appendleft)\b/;
  return (
    name === undefined ||
    !body
      .split(name)
      .slice(1)
      .some((rest) => grows.test(rest))
  );
}
