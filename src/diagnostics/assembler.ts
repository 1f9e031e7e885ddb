import type { CompilerFinding } from './gcc.js';

/**
 * What the assembler says of a program's own `asm`: a line of the source, which the compiler hands on
 * to it, and no column (0 here: the whole line).
 *   0/program.cpp:2: Error: no such instruction: `frobnicate %eax'
 */
export function assemblerFindings(text: string): CompilerFinding[] {
  return text.split('\n').flatMap((line): CompilerFinding[] => {
    const said = /^(.+?):(?:(\d+):)? (Error|Warning|Fatal error): (.*)$/.exec(line);
    if (said === null || line.endsWith('No space left on device')) return [];
    const [, file, row, severity, message] = said;
    return [
      {
        severity: severity === 'Warning' ? 'warning' : 'error',
        kind: 'assembler',
        message,
        option: null,
        place: row === undefined ? null : { file, line: Number(row), column: 0, range: null },
        insertion: null,
        related: [],
      },
    ];
  });
}
