/** A line of `-fdiagnostics-parseable-fixits`, which g++ and clang write alike. */
export interface Fixit {
  place: { file: string; line: number; column: number };
  end: { line: number; column: number };
  text: string;
  /** Nothing is taken away. */
  isInsertion: boolean;
}

/** `fix-it:"a.cpp":{3:12-3:12}:";"`; columns are bytes, the end exclusive. */
export function parseFixit(line: string): Fixit | null {
  const found = /^fix-it:"((?:[^"\\]|\\.)*)":\{(\d+):(\d+)-(\d+):(\d+)\}:"((?:[^"\\]|\\.)*)"$/.exec(
    line,
  );
  if (found === null) return null;
  const [startLine, startColumn, endLine, endColumn] = found.slice(2, 6).map(Number);
  return {
    place: { file: unescaped(found[1]), line: startLine, column: startColumn },
    end: { line: endLine, column: endColumn },
    text: unescaped(found[6]),
    isInsertion: startLine === endLine && startColumn === endColumn,
  };
}

/** Octal bytes are UTF-8. */
function unescaped(text: string): string {
  const bytes: number[] = [];
  for (const [piece] of text.matchAll(/\\[0-7]{3}|\\.|[^\\]+/gs)) {
    if (/^\\[0-7]{3}$/.test(piece)) bytes.push(parseInt(piece.slice(1), 8));
    else if (piece.startsWith('\\'))
      bytes.push(...new TextEncoder().encode({ n: '\n', t: '\t' }[piece[1]] ?? piece[1]));
    else bytes.push(...new TextEncoder().encode(piece));
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}
