import { describe, expect, it } from 'vitest';
import { parseCompilerOutput } from '../../src/diagnostics/index.js';

describe('what the assembler says', () => {
  it('is an error of the line with the asm', () => {
    // g++ 12 and binutils 2.40 on asm("frobnicate %eax").
    const text =
      "[]\n0/program.cpp: Assembler messages:\n0/program.cpp:2: Error: no such instruction: `frobnicate %eax'\n";
    expect(parseCompilerOutput(text)).toEqual([
      {
        severity: 'error',
        kind: 'assembler',
        message: "no such instruction: `frobnicate %eax'",
        option: null,
        place: { file: '0/program.cpp', line: 2, column: 0, range: null },
        insertion: null,
        related: [],
      },
    ]);
  });
});
