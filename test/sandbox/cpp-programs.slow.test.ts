import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createJudgePool } from '../../src/sandbox/index.js';
import type { JudgePool } from '../../src/sandbox/index.js';
import type { ProgramTests, Verdict } from '../../src/records.js';

const plain: ProgramTests = { includes: '', prefix: '', suffix: '', cases: [] };
let pool: JudgePool;
beforeAll(async () => {
  pool = await createJudgePool({ cacheFolder: null });
});
afterAll(() => pool.close());

const judge = async (completion: string, tests: Partial<ProgramTests> = {}): Promise<Verdict> =>
  (await pool.judge([{ language: 'cpp', completion, tests: { ...plain, ...tests } }]))[0];
const kinds = ({ diagnostics }: Verdict): string[] => diagnostics.map(({ kind }) => kind);

describe('whole C++ programs', () => {
  const fault = '{ int* volatile p = nullptr; *p = 3; }\n';
  it.each([
    ['a raw string', `const char* s = R"(usage)";\nint main() ${fault}`],
    ['joined lines', `#define TWICE(x) \\\n    ((x) + (x))\nint main() ${fault}`],
    ['a name of another script', `int größe() { return 1; }\nint main() ${fault}`],
    ['what looks like a trigraph', `const char* s = "sure??!";\nint main() ${fault}`],
    ['its linkage', `extern "C" {\nint main() ${fault}}\n`],
    ['a macro', `#define MAIN int main()\nMAIN ${fault}`],
    ['an attribute', `[[gnu::used]] int main() ${fault}`],
  ])('are run where main stands behind %s', async (_, text) => {
    const verdict = await judge(text);
    expect([verdict.outcome, kinds(verdict).at(-1)]).toEqual(['runtime_error', 'null-pointer-use']);
  });

  it('without a main are built and not run', async () => {
    expect((await judge('int f(int x) { return x; }\n#define A \\\n 1\n')).outcome).toBe('clean');
  });

  it('get their environment as the third argument of main', async () => {
    const verdict = await judge(
      '#include <unistd.h>\nint main(int, char**, char** envp) { return envp == environ && envp != nullptr ? 0 : 7; }\n',
    );
    expect([verdict.outcome, kinds(verdict)]).toEqual(['clean', []]);
  });

  it('are stopped, and their loop is found, before main too', async () => {
    const text =
      'static int spin(int x) {\n    while (x != 0) x = x > 9 ? 1 : x + 1;\n    return x;\n}\nint value = spin(1);\nint main() { return value; }\n';
    const verdict = await judge(text);
    expect([verdict.outcome, kinds(verdict)]).toEqual(['timeout', ['timeout']]);
    expect(verdict.diagnostics[0].position).toMatchObject({ line: 2 });
  });

  it('leak what they lose before main', async () => {
    const verdict = await judge(
      'int read(const int* p) { return *p; }\nint value = read(new int(3));\nint main() { return value - 3; }\n',
    );
    expect([verdict.outcome, kinds(verdict)]).toEqual(['runtime_error', ['memory-leak']]);
  });

  it.each([
    'parser.cpp:12: runtime error: unexpected token',
    'parser.cpp:12:5: runtime error: unexpected token',
    'rollback: double free or corruption (out)',
    'terminate called without an active exception',
    '==12==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010',
    '==12==ERROR: LeakSanitizer: detected memory leaks',
  ])('may log what a sanitizer could have said: %s', async (words) => {
    const verdict = await judge(
      `#include <iostream>\nint main() { std::cerr << ${JSON.stringify(words)} << "\\n"; }\n`,
    );
    expect([verdict.outcome, kinds(verdict)]).toEqual(['clean', []]);
  });

  it('are believed to have died of what is said where they died', async () => {
    const verdict = await judge(
      '#include <iostream>\nint main() { std::cerr << "a.cpp:1: runtime error: x\\n"; volatile int a = 2147483647; a = a + 1; throw 3; }\n',
    );
    expect(kinds(verdict)).toEqual(['signed-integer-overflow', 'uncaught-exception']);
  });

  it('have as many inputs as they need', async () => {
    const cases = Array.from({ length: 600 }, (_, i) => ({ stdin: `${i}`, expected: `${2 * i}` }));
    const verdict = await judge(
      '#include <iostream>\nint main() { int n; std::cin >> n; std::cout << (n == 599 ? 0 : 2 * n); }\n',
      { cases },
    );
    expect([verdict.outcome, verdict.testsPassed]).toEqual(['wrong_answer', 599]);
    expect(verdict.tests[599]).toEqual({ passed: false, expected: '1198', actual: '0' });
  });

  it('do not compile in company what they do not alone', async () => {
    const tests = {
      includes: '#include <cstdlib>\n#include <cmath>\n',
      cases: [{ assert: 'f(1) == 1' }],
    };
    const texts = [
      'typedef unsigned long long ulong;\n',
      'double nearbyint(int x) { return x; }\n',
      'typedef int (*div_t)(int);\n',
    ].map((text) => `${text}int f(int x) { return x; }\n`);
    for (const text of texts) expect((await judge(text, tests)).outcome).toBe('compile_error');
  });
});

describe('a judge for C++', () => {
  it.each(['gcc', 'clang'])('refuses a compiler for C: %s', async (compiler) => {
    const own = await createJudgePool({ cacheFolder: null, compiler });
    try {
      await expect(
        own.judge([{ language: 'cpp', completion: 'int main() {}\n', tests: plain }]),
      ).rejects.toThrow(/That is the compiler for C: name|could not be started/);
    } finally {
      await own.close();
    }
  });
});
