import { describe, expect, it } from 'vitest';
import { createJudgePool } from '../../src/sandbox/index.js';
import { checksOff } from '../../src/sandbox/toolchains/cpp/checks-off.js';
import { createProgram } from '../../src/sandbox/toolchains/cpp/program.js';
import { gallery, job, sumTests } from './programs.js';

const tests = { includes: '', prefix: '// é\nint before;\n', suffix: '', cases: [] };
const found = (completion: string): [string, number | undefined, number | null | undefined][] =>
  checksOff(createProgram(tests, completion, new Set())).map(({ span, position }) => [
    span.precision === 'none'
      ? span.reason
      : Buffer.from(completion).subarray(span.start, span.end).toString(),
    position?.line,
    position?.column,
  ]);

describe('checksOff', () => {
  it.each([
    ['__attribute__((no_sanitize("address"))) int f();', 'no_sanitize', 16],
    ['[[gnu::no_sanitize_undefined]] int f();', 'no_sanitize_undefined', 8],
    ['__attribute__((__no_sanitize__("undefined"))) int f();', '__no_sanitize__', 16],
    ['__attribute__((no_address_safety_analysis)) int f();', 'no_address_safety_analysis', 16],
    ['#pragma GCC diagnostic ignored "-Wall"', '#pragma GCC diagnostic', 1],
    ['# pragma GCC system_header', '# pragma GCC system_header', 1],
    ['%:pragma GCC optimize ("-fno-sanitize=address")', '%:pragma GCC optimize', 1],
    ['_Pragma("GCC diagnostic ignored \\"-Wall\\"")', '_Pragma', 1],
  ])('finds the switch in %s', (text, what, column) => {
    expect(found(`int é;\n${text}\n`)).toEqual([[what, 4, column]]);
  });

  it('finds nothing in the problem’s own text, nor in names that only look alike', () => {
    expect(found('int sanitize = 1; #pragma once\n#pragma GCC unroll 4\nint pragma;\n')).toEqual(
      [],
    );
    const own = { ...tests, prefix: '#pragma GCC diagnostic push\n' };
    expect(checksOff(createProgram(own, 'int x;\n', new Set()))).toEqual([]);
  });
});

describe('a program that switches checks off', () => {
  it('is at best a warning, with the place of the switch', async () => {
    const pool = await createJudgePool({ memoryMiB: 256 });
    const silent =
      '    struct Quiet {\n        __attribute__((no_sanitize("address", "undefined"))) static int peek() {\n' +
      '            int room[2] = {1, 2};\n            volatile int behind = 2;\n            return room[behind];\n' +
      '        }\n    };\n    volatile int kept = Quiet::peek();\n    (void)kept;\n';
    const hidden = '#pragma GCC diagnostic ignored "-Wunused-variable"\n    int unused_here = 0;\n';
    try {
      const { completion } = gallery.clean;
      const verdicts = await pool.judge(
        [silent + completion, hidden + completion, completion].map((text) => job(sumTests, text)),
      );
      expect(verdicts.map(({ outcome }) => outcome)).toEqual(['warning', 'warning', 'clean']);
      for (const { diagnostics, correct } of verdicts.slice(0, 2)) {
        expect(correct).toBe(true);
        expect(diagnostics).toMatchObject([
          { kind: 'checks-off', severity: 'warning', span: { precision: 'span' } },
        ]);
      }
    } finally {
      await pool.close();
    }
  });
});
