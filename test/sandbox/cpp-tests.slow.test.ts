import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createJudgePool } from '../../src/sandbox/index.js';
import type { JudgePool } from '../../src/sandbox/index.js';
import type { ProgramTests, Verdict } from '../../src/records.js';
import { gallery, sumTests } from './programs.js';

const plain: ProgramTests = { includes: '', prefix: '', suffix: '', cases: [] };

function blamed(completion: string, verdict: Verdict): string[] {
  return verdict.diagnostics.map(({ kind, span }) =>
    span.precision === 'none'
      ? `${kind} (${span.reason})`
      : `${kind} «${Buffer.from(completion).subarray(span.start, span.end).toString()}»`,
  );
}

describe('C++ programs', () => {
  let pool: JudgePool;
  beforeAll(async () => {
    pool = await createJudgePool({ cacheFolder: null });
  });
  afterAll(() => pool.close());
  const judge = async (
    completion: string,
    tests: Partial<ProgramTests>,
  ): Promise<Verdict & { blamed: string[] }> => {
    const [verdict] = await pool.judge([
      { language: 'cpp', completion, tests: { ...plain, ...tests } },
    ]);
    return { ...verdict, blamed: blamed(completion, verdict) };
  };

  const adder =
    '#include <iostream>\nint main(int argc, char** argv) {\n    int a, b;\n    std::cin >> a >> b;\n    if (a < 0) return 3;\n    if (a == 99) { volatile int z = 0; a = b / z; }\n    std::cout << a + b << (argc > 1 ? argv[1] : "") << " \\n";\n}\n';

  it('are run on inputs, each with a result of its own', async () => {
    const cases = [
      { stdin: '1 2\n', expected: '3' },
      { stdin: '1 2\n', expected: '4' },
      { stdin: '5 5', expected: '10x\n\n', args: ['x'] },
      { stdin: '7 7', expected: null },
    ];
    const verdict = await judge(adder, { cases });
    expect(verdict).toMatchObject({ outcome: 'wrong_answer', testsPassed: 3, testsTotal: 4 });
    expect(verdict.tests.map(({ passed }) => passed)).toEqual([true, false, true, true]);
    expect(verdict.tests[1]).toEqual({ passed: false, expected: '4', actual: '3 \n' });
  });

  it('fail on an input where they end badly, located where a tool says so', async () => {
    const cases = [
      { stdin: '-1 2', expected: '1' },
      { stdin: '99 2', expected: '1' },
      { stdin: '4 4', expected: '8' },
    ];
    const verdict = await judge(adder, { cases });
    expect(verdict).toMatchObject({ outcome: 'runtime_error', testsPassed: 1 });
    expect(verdict.blamed).toEqual([
      'exit-code (no stack could be had)',
      'integer-divide-by-zero «/»',
    ]);
  });

  it('pass an assertion by coming to its end, and go on with the next where one fails', async () => {
    const cases = [
      { assert: 'int v[] = {1, 2}; assert(sum(v, 2) == 3);' },
      { assert: 'int* v = new int[1]{7}; assert(sum(v, 1) == 8); delete[] v;' },
      { assert: 'assert((sum(nullptr, 0)) == 0);' },
    ];
    const right = await judge(gallery.clean.completion, { ...sumTests, cases });
    expect(right).toMatchObject({ outcome: 'wrong_answer', testsPassed: 2, diagnostics: [] });
    expect(right.tests[1]).toEqual({ passed: false, expected: null, actual: 'sum(v, 1) == 8' });
    const leaver = '    if (n == 1) std::exit(0);\n    return 3;\n}\n';
    const left = await judge(leaver, { ...sumTests, cases });
    expect(left).toMatchObject({ outcome: 'runtime_error', testsPassed: 1 });
  });

  it('with tests of their own behind them pass by the end of main, not by an exit', async () => {
    const tests = {
      prefix: '#include<assert.h>\n#include<bits/stdc++.h>\nlong twice(long x) {\n',
      suffix:
        '}\nint main() {\n    auto candidate = twice;\n    assert(candidate((2)) == (4));\n    assert(candidate((5)) == (10));\n}\n',
      cases: [{ stdin: '', expected: null }],
    };
    expect(await judge('    return x * 2;\n', tests)).toMatchObject({
      outcome: 'clean',
      testsPassed: 1,
    });
    const wrong = await judge('    return x + 2;\n', tests);
    expect(wrong).toMatchObject({ outcome: 'wrong_answer', testsPassed: 0 });
    expect(wrong.blamed).toEqual(['failed-test (harness line (suffix))']);
    const own = await judge('    assert(x > 4);\n    return x * 2;\n', tests);
    expect(own.outcome).toBe('runtime_error');
    expect(own.blamed).toEqual(['assertion-failure «assert(x > 4);»']);
    const left = await judge('    std::exit(0);\n', tests);
    expect(left).toMatchObject({ outcome: 'runtime_error', testsPassed: 0 });
    expect(left.blamed).toEqual(['early-exit (no stack could be had)']);
  });

  it('without tests are run once and may end themselves', async () => {
    expect(await judge('#include <cstdlib>\nint main() { std::exit(0); }\n', {})).toMatchObject({
      outcome: 'clean',
      testsTotal: 0,
    });
    expect((await judge('int main() { return 2; }\n', {})).outcome).toBe('runtime_error');
    expect((await judge('int f() { return 2; }\n', {})).outcome).toBe('clean');
  });

  it('need a main where they are run on inputs', async () => {
    const verdict = await judge('int f() { return 2; }\n', {
      cases: [{ stdin: '', expected: '' }],
    });
    expect(verdict).toMatchObject({ outcome: 'compile_error' });
    expect(verdict.diagnostics[0]).toMatchObject({ kind: 'link' });
    expect(verdict.diagnostics[0].message).toContain('main');
  });

  it('are only built where that is asked for', async () => {
    const endless = '    int unused = 1;\n    for (;;) {}\n}\n';
    const tests = { ...sumTests, compileOnly: true };
    const verdict = await judge(endless, tests);
    expect(verdict).toMatchObject({ outcome: 'warning', testsTotal: 0, tests: [] });
    expect(verdict.stages.map(({ stage }) => stage)).toEqual(['compile']);
    expect((await judge('    return w;\n}\n', tests)).blamed).toEqual(['undeclared «w»']);
  });

  it('find the files that lie beside them, whose lines are not theirs', async () => {
    const files = { 'shapes/square.h': 'inline int area(int* side) { return *side * *side; }\n' };
    const source =
      '#include "shapes/square.h"\nint main() {\n    int* none = nullptr;\n    return area(none);\n}\n';
    const verdict = await judge(source, { files });
    expect(verdict.outcome).toBe('runtime_error');
    expect(verdict.blamed).toEqual(['null-pointer-use «return area(none);»']);
    expect(verdict.diagnostics[0].frames.length).toBeGreaterThan(1);
    const named = verdict.diagnostics[0].frames.map(({ position }) => position?.file);
    expect(named.slice(0, 2)).toEqual(['shapes/square.h', 'program.cpp']);
    await expect(judge(source, { files: { '../out.h': '' } })).rejects.toMatchObject({
      tag: 'input',
    });
  });

  it('are told what the assembler says of their asm, on its line', async () => {
    const verdict = await judge('int f() {\n    asm("frobnicate %eax");\n    return 1;\n}\n', {});
    expect(verdict.outcome).toBe('compile_error');
    expect(verdict.blamed).toEqual(['assembler «asm("frobnicate %eax");»']);
  });
});
