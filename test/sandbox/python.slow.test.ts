import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createJudgePool } from '../../src/sandbox/index.js';
import type { JudgePool } from '../../src/sandbox/index.js';
import type { Verdict } from '../../src/records.js';
import { pythonGallery, pythonJob, pythonTests, totalTests } from './python-gallery.js';
import { tiers } from './tiers.js';

const names = Object.keys(pythonGallery);
const jobs = Object.values(pythonGallery).map(({ completion }) =>
  pythonJob(totalTests, completion),
);

for (const { tier, reason } of await tiers()) {
  describe.skipIf(reason !== null)(
    `Python in tier ${tier}${reason === null ? '' : ` (not to be had here: ${reason})`}`,
    () => {
      let pool: JudgePool;
      let verdicts: Map<string, Verdict>;
      beforeAll(async () => {
        pool = await createJudgePool({ isolation: tier, cacheFolder: null });
        const judged = await pool.judge(jobs);
        verdicts = new Map(names.map((name, i) => [name, judged[i]]));
      });
      afterAll(() => pool.close());

      it.each(names)('gives %s its outcome, its finding and its place', (name) => {
        const { completion, outcome, kind, blames } = pythonGallery[name];
        const verdict = verdicts.get(name) as Verdict;
        const [first] = verdict.diagnostics;
        expect([verdict.outcome, first?.kind]).toEqual([outcome, kind]);
        expect(verdict).toMatchObject({ testsTotal: 4, isolation: tier, fromCache: false });
        expect(verdict.stages[0]).toMatchObject({ stage: 'compile' });
        if (blames !== undefined) expect(blamed(completion, verdict)).toBe(blames);
      });

      it('reads every run alike', async () => {
        const again = await createJudgePool({ isolation: tier, cacheFolder: null, workers: 1 });
        try {
          const judged = await again.judge(jobs);
          for (const [i, name] of names.entries())
            expect([name, lasting(judged[i])]).toEqual([
              name,
              lasting(verdicts.get(name) as Verdict),
            ]);
        } finally {
          await again.close();
        }
      });
    },
  );
}

describe('Python', () => {
  let pool: JudgePool;
  const one = async (completion: string, tests = pythonTests('')): Promise<Verdict> =>
    (await pool.judge([pythonJob(tests, completion)]))[0];
  beforeAll(async () => {
    pool = await createJudgePool({ cacheFolder: null });
  });
  afterAll(() => pool.close());

  it('compares what a test emits, one reading for what is equal', async () => {
    const rows: [string, string][] = [
      ["'a\\n\\tb\\\\'", 'a\n\tb\\'],
      ['True', 'True'],
      ['10**5000', `1${'0'.repeat(5000)}`],
      ['0.1 + 0.2', '0.3'],
      ['[0.1 + 0.2, -0.0]', '[0.3, 0.0]'],
      ["{'b': [1], 'a': (2,)}", "{'a': (2,), 'b': [1]}"],
      ['{3, 1, 2}', '{1, 2, 3}'],
      ['set(), None, 2j', '(set(), None, 2j)'],
      ["__import__('collections').Counter('aab')", "{'a': 2, 'b': 1}"],
      ["'ü\\ud800'", 'ü\\ud800'],
    ];
    const cases = rows.map(([code, expected]) => ({
      code: code.includes(', None') ? `rlsf_emit((${code}))` : `rlsf_emit(${code})`,
      expected,
    }));
    const verdict = await one('', pythonTests('', ...cases));
    expect(verdict.stages.at(-1)?.stdout).not.toContain('expected');
    expect(verdict).toMatchObject({ outcome: 'clean', testsPassed: rows.length });
  });

  it('gives each test a result of its own, and tells why it failed', async () => {
    const tests = pythonTests(
      'def f(n):\n',
      { assert: 'assert f(2) == 4' },
      { assert: 'assert f(3) == 9, "three"' },
      {
        assert:
          'def check(g):\n    for i in range(5):\n        assert (g(i) ==\n                i * 2)\ncheck(f)',
      },
      { code: 'rlsf_emit(f("a"))', expected: 'aa' },
      { assert: 'import unittest\nunittest.TestCase().assertEqual(f(1), 3)' },
      { assert: 'assert f(1)[0] == 1' },
    );
    const verdict = await one('    return n * 2\n', tests);
    expect(verdict.tests.map(({ passed, actual }) => [passed, actual])).toEqual([
      [true, null],
      [false, 'assert f(3) == 9, "three": three'],
      [true, null],
      [true, 'aa'],
      [false, 'unittest.TestCase().assertEqual(f(1), 3): 2 != 3'],
      [false, "TypeError: 'int' object is not subscriptable"],
    ]);
    expect(verdict.diagnostics).toMatchObject([
      { kind: 'TypeError', span: { precision: 'none', reason: 'harness line (test case)' } },
    ]);
  });

  it('runs a program on inputs with arguments, each input for itself', async () => {
    const tests = pythonTests(
      'import sys\n',
      { stdin: '3 4\n', expected: '7' },
      { stdin: '1 2\n', expected: '3', args: ['-v'] },
      { stdin: 'x y\n', expected: '0' },
      { stdin: '5 5', expected: '11' },
      { stdin: '0 0\n', expected: null },
    );
    const completion =
      'if __name__ == "__main__":\n    a, b = map(int, input().split())\n    if sys.argv[1:]: print("verbose", file=sys.stderr)\n    print(a + b)\n    if a == 0: exit()\n';
    const verdict = await one(completion, tests);
    expect(verdict.tests.map(({ passed }) => passed)).toEqual([true, true, false, false, true]);
    expect(verdict.outcome).toBe('runtime_error');
    // Where the pairs are taken out of the iterator, `int` is called.
    expect(blamed(completion, verdict)).toBe('a, b');
    const exits = await one('import sys\nsys.exit("é")\n', pythonTests('', tests.cases[4]));
    expect(exits).toMatchObject({
      outcome: 'runtime_error',
      diagnostics: [{ kind: 'SystemExit' }],
    });
    expect(exits.stages[1]).toMatchObject({ exitCode: 1, stderr: 'é\n' });
  });

  it('runs an event loop, which wakes itself through a pair of sockets', async () => {
    const completion =
      'import asyncio\n\nasync def double(x):\n    await asyncio.sleep(0.001)\n    return 2 * await asyncio.to_thread(abs, x)\n\ndef f(x):\n    return asyncio.run(double(x))\n';
    const verdict = await one(
      completion,
      pythonTests('', { code: 'rlsf_emit(f(-2))', expected: '4' }),
    );
    expect([verdict.outcome, verdict.diagnostics]).toEqual(['clean', []]);
  });

  it('compiles only where that is asked, and never runs what does not compile', async () => {
    const only = { ...pythonTests(''), compileOnly: true };
    expect(await one('print("ran")\n', only)).toMatchObject({
      outcome: 'clean',
      stages: [{ stage: 'compile' }],
    });
    const broken = await one('print("ran")\nx = = 1\n', pythonTests('', { assert: 'pass' }));
    expect(broken).toMatchObject({ outcome: 'compile_error', testsTotal: 1 });
    expect(broken.stages).toMatchObject([{ stage: 'compile', exitCode: 1, stdout: '' }]);
    expect(broken.stages[0].stderr).toBe(
      '  File "program.py", line 2\n    x = = 1\nSyntaxError: invalid syntax\n',
    );
    const inputs = Array.from({ length: 9 }, () => ({ stdin: '', expected: '' }));
    expect(await one('x = = 1\n', pythonTests('', ...inputs))).toMatchObject({
      outcome: 'compile_error',
      testsTotal: 9,
    });
    const brokenTest = await one('x = 1\n', pythonTests('', { assert: 'assert (x' }));
    expect(brokenTest.diagnostics[0].span).toEqual({
      precision: 'none',
      reason: 'harness line (test case)',
    });
  });

  it('gives a program its further files, and blames only its own text', async () => {
    const tests = {
      ...pythonTests('from lib.maths import half\n', { assert: 'assert half(4) == 2' }),
      files: { 'lib/maths.py': 'def half(n): return n / 0\n', 'data.txt': 'é' },
    };
    const verdict = await one('assert open("data.txt").read() == "é"\nhalf(4)\n', tests);
    expect(blamed('assert open("data.txt").read() == "é"\nhalf(4)\n', verdict)).toBe('half(4)');
    expect(verdict.diagnostics[0].frames.map(({ position }) => position?.file)).toEqual([
      'lib/maths.py',
      'program.py',
    ]);
    await expect(
      pool.judge([pythonJob({ ...tests, files: { '../x.py': '' } }, '')]),
    ).rejects.toMatchObject({ tag: 'input' });
  });

  it('leaves a program as many calls as it has alone, at its top and in a test', async () => {
    const completion =
      'def deepest(n=0):\n    try: return deepest(n + 1)\n    except RecursionError: return n\nif __name__ == "__main__": print(deepest())\n';
    const alone = spawnSync('python3', ['-'], { input: completion, encoding: 'utf8' }).stdout.trim();
    expect(Number(alone)).toBeGreaterThan(900);
    const main = await one(completion, pythonTests('', { stdin: '', expected: alone }));
    expect(main.tests).toEqual([{ passed: true, expected: alone, actual: `${alone}\n` }]);
    const emits = { code: 'rlsf_emit(deepest())', expected: alone };
    expect((await one(completion, pythonTests('', emits, emits))).testsPassed).toBe(2);
    const own = `import sys\nsys.setrecursionlimit(400)\n${completion}`;
    const few = await one(own, pythonTests('', { code: 'rlsf_emit(deepest() < 400)', expected: 'True' }));
    expect(few.testsPassed).toBe(1);
  }); // prettier-ignore

  it('looks at a program that waits a second time, alone, and blames its loop', async () => {
    const impatient = await createJudgePool({ cacheFolder: null, wallMs: 700 });
    try {
      const completion = 'import time\nfor i in range(9):\n    time.sleep(9)\n';
      const [verdict] = await impatient.judge([pythonJob(pythonTests(''), completion)]);
      expect(verdict).toMatchObject({ outcome: 'timeout', retried: true });
      expect(blamed(completion, verdict)).toBe('for i in range(9)');
    } finally {
      await impatient.close();
    }
  });

  it('blames what led to an error where the error itself lies elsewhere', async () => {
    const tests = pythonTests(
      'def guard(g):\n    try: return g()\n    except Exception as e: raise RuntimeError("wrapped") from e\n',
      { assert: 'guard(f)' },
    );
    const completion = 'def f(): return [][1]\n';
    const verdict = await one(completion, tests);
    expect(verdict.diagnostics[0]).toMatchObject({ kind: 'RuntimeError', message: 'wrapped' });
    expect(blamed(completion, verdict)).toBe('[][1]');
    expect(verdict.diagnostics[0].frames.map((frame) => frame.function)).toContain(
      '— direct cause: IndexError: list index out of range —',
    );
  });
});

/** The text under the first finding, or the reason why it has no place. */
function blamed(completion: string, { diagnostics }: Verdict): string {
  const span = diagnostics[0]?.span ?? { precision: 'none' as const, reason: 'no finding' };
  return span.precision === 'none'
    ? span.reason
    : Buffer.from(completion).subarray(span.start, span.end).toString();
}

/** A verdict without what may differ: times, and whether it was looked at twice. */
function lasting(verdict: Verdict): unknown {
  return {
    ...verdict,
    retried: false,
    stages: verdict.stages.map((stage) => ({ ...stage, durationMs: 0 })),
  };
}
