import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Language, ProgramTests } from '../../src/records.js';
import { createJudgePool } from '../../src/sandbox/index.js';
import type { JudgePool } from '../../src/sandbox/index.js';
import { noJava } from './java-programs.js';

const tests: ProgramTests = {
  includes: '',
  prefix: '',
  suffix: '',
  cases: [{ stdin: '3\n', expected: '' }],
};

/** A `main` that counts to the end of its input, and a `solve` that may not end. */
const cpp = (loop: string): string =>
  `#include <iostream>\nlong solve(long n) {\n    long steps = n;\n    ${loop}\n    return steps;\n}\nint main() {\n    int t;\n    std::cin >> t;\n    for (int i = 0; i < t; i++) std::cout << solve(i + 2) << '\\n';\n}\n`;
const java = (loop: string): string =>
  `import java.util.Scanner;\npublic class Main {\n    static long solve(long n) {\n        long steps = n;\n        ${loop}\n        return steps;\n    }\n    public static void main(String[] args) {\n        int t = new Scanner(System.in).nextInt();\n        for (int i = 0; i < t; i++) System.out.println(solve(i + 2));\n    }\n}\n`;
const python = (loop: string): string =>
  `def solve(n):\n    steps = n\n    ${loop}\n    return steps\nt = int(input())\nfor i in range(t):\n    print(solve(i + 2))\n`;

const endless = 'while (n != 1) { steps++; n = n % 2 == 0 ? n : 3 * n; }';
const long = (type: string): string =>
  `for (${type} k = 0; k < 1000000000000${type === 'long' ? 'L' : ''}; k++) steps ^= k;`;

const programs: [string, Language, string, string][] = [
  ['C++', 'cpp', cpp(endless), 'while (n != 1)'],
  ['C++ where every loop counts', 'cpp', cpp(long('long')), 'for (int i = 0; i < t; i++)'],
  ['Java', 'java', java(endless), 'while (n != 1)'],
  ['Java where every loop counts', 'java', java(long('long')), 'for (int i = 0; i < t; i++)'],
  ['Python', 'python', python('while n != 1: n = n * 3 % 9'), 'while n != 1'],
  // Waits, so that only the stack at the end is known.
  [
    'Python that sleeps',
    'python',
    python('import time\n    while True: time.sleep(0.01)'),
    'while True',
  ],
];

describe('a loop that does not end', () => {
  let pool: JudgePool;
  beforeAll(async () => {
    pool = await createJudgePool({ wallMs: 2500 });
  });
  afterAll(() => pool.close());

  it.each(programs)(
    'is blamed in %s, not the loop of its caller that counts, in every run',
    async (_name, language, completion, blamed) => {
      if (language === 'java' && noJava !== null) return;
      const variants = ['', '\n'].map((end) => completion + end);
      const jobs = variants.map((text) => ({ language, completion: text, tests }));
      for (const { outcome, diagnostics } of await pool.judge(jobs)) {
        expect(outcome).toBe('timeout');
        const [{ span, frames }] = diagnostics.slice(-1);
        if (span.precision === 'none') throw new Error(span.reason);
        expect(completion.slice(span.start, span.end)).toBe(blamed);
        expect(frames).toHaveLength(1);
      }
    },
  );
});
